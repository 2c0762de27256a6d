/** Primitives that compute each element from the elements at its place. */
import { erf, type TensorType } from '@chronograd/graph';
import { allocate, type Data, type Tensor64 } from '../tensor.ts';
import { operand, type Kernel } from './kernel.ts';

// One loop for each operation: a loop that calls a function for each element is ten times slower.

function unary(loop: (a: Data, y: Data) => void): Kernel<unknown> {
  return (inputs, _attributes, [type]) => {
    const result = allocate(type as TensorType);
    loop(operand(inputs, 0).data, result.data);
    return [result];
  };
}

function binary(loop: (a: Data, b: Data, y: Data) => void): Kernel<unknown> {
  return (inputs, _attributes, [type]) => {
    const result = allocate(type as TensorType);
    loop(operand(inputs, 0).data, operand(inputs, 1).data, result.data);
    return [result];
  };
}

/** `a + b`; integers wrap around, as the typed array stores them. */
export const add = binary((a, b, y) => {
  for (let i = 0; i < y.length; i++) y[i] = (a[i] as number) + (b[i] as number);
});

/** `a - b` */
export const sub = binary((a, b, y) => {
  for (let i = 0; i < y.length; i++) y[i] = (a[i] as number) - (b[i] as number);
});

/** `a * b`; integers wrap around. */
export const mul = binary((a, b, y) => {
  if (y instanceof Float64Array)
    for (let i = 0; i < y.length; i++) y[i] = (a[i] as number) * (b[i] as number);
  else for (let i = 0; i < y.length; i++) y[i] = Math.imul(a[i] as number, b[i] as number);
});

/** `a / b` */
export const div = binary((a, b, y) => {
  for (let i = 0; i < y.length; i++) y[i] = (a[i] as number) / (b[i] as number);
});

/** The greater of both, NaN where either is. */
export const max = binary((a, b, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.max(a[i] as number, b[i] as number);
});

/** The lesser of both, NaN where either is. */
export const min = binary((a, b, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.min(a[i] as number, b[i] as number);
});

/** `a ** b` */
export const pow = binary((a, b, y) => {
  for (let i = 0; i < y.length; i++) y[i] = (a[i] as number) ** (b[i] as number);
});

/** `a == b` */
export const equal = binary((a, b, y) => {
  for (let i = 0; i < y.length; i++) y[i] = a[i] === b[i] ? 1 : 0;
});

/** `a < b` */
export const less = binary((a, b, y) => {
  for (let i = 0; i < y.length; i++) y[i] = (a[i] as number) < (b[i] as number) ? 1 : 0;
});

/** `a && b` */
export const and = binary((a, b, y) => {
  for (let i = 0; i < y.length; i++) y[i] = a[i] !== 0 && b[i] !== 0 ? 1 : 0;
});

/** `!a` */
export const not = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = a[i] === 0 ? 1 : 0;
});

/** `-a` */
export const neg = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = -(a[i] as number);
});

/** Absolute value. */
export const abs = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.abs(a[i] as number);
});

/** -1, 0 or 1. */
export const sign = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.sign(a[i] as number);
});

/** The greatest integer not above. */
export const floor = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.floor(a[i] as number);
});

/** e to the power `a`. */
export const exp = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.exp(a[i] as number);
});

/** Natural logarithm. */
export const log = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.log(a[i] as number);
});

/** Square root. */
export const sqrt = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(a[i] as number);
});

/** Sine. */
export const sin = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.sin(a[i] as number);
});

/** Cosine. */
export const cos = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.cos(a[i] as number);
});

/** Hyperbolic tangent. */
export const tanh = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = Math.tanh(a[i] as number);
});

/** `1 / (1 + exp(-a))`, written so that `exp` cannot overflow. */
export const sigmoid = unary((a, y) => {
  for (let i = 0; i < y.length; i++) {
    const x = a[i] as number;
    const e = Math.exp(-Math.abs(x));
    y[i] = x < 0 ? e / (1 + e) : 1 / (1 + e);
  }
});

/** The error function. */
export const errorFunction = unary((a, y) => {
  for (let i = 0; i < y.length; i++) y[i] = erf(a[i] as number);
});

/** `condition ? a : b` */
export const select: Kernel<unknown> = (inputs, _attributes, [type]) => {
  const result = allocate(type as TensorType);
  const [condition, a, b] = inputs.map(({ data }) => data) as [Data, Data, Data];
  const y = result.data;
  for (let i = 0; i < y.length; i++) y[i] = (condition[i] !== 0 ? a[i] : b[i]) as number;
  return [result];
};

/** To another element type: the typed array cuts towards zero, and only 0 is false. */
export const cast: Kernel<unknown> = (inputs, _attributes, [type]) => {
  const result = allocate(type as TensorType);
  const from = operand(inputs, 0).data;
  const to = result.data;
  if (result.dtype === 'bool') for (let i = 0; i < to.length; i++) to[i] = from[i] === 0 ? 0 : 1;
  else to.set(from);
  return [result];
};

/** The operand itself: to values, `stopGradient` does nothing. */
export const identity = (inputs: readonly Tensor64[]): Tensor64[] => [operand(inputs, 0)];
