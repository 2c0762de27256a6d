/** Holds the gradients that differentiation writes against finite differences. */
import {
  Builder,
  gradients,
  randomWords,
  sizeOf,
  type Func,
  type Shape,
  type TensorType,
  type Value,
} from '@chronograd/graph';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';

/** Float32 elements in (-1, 1), the same for the same `seed`. */
export function randomTensor(seed: number, shape: Shape, scale = 1, shift = 0): Tensor64 {
  const words = randomWords([seed, 17], 0, sizeOf(shape));
  return float64(
    shape,
    Array.from(words, (word) => shift + scale * ((2 * (word + 0.5)) / 2 ** 32 - 1)),
  );
}

const isFloat = ({ dtype }: TensorType): boolean => dtype === 'float32';

/** Cotangents for the outputs, none of them the same. */
function cotangents(func: Func): (Tensor64 | undefined)[] {
  return func.outputs.map((id, i) => {
    const type = func.types[id] as TensorType;
    return isFloat(type) ? randomTensor(1000 + i, type.shape) : undefined;
  });
}

/** Sum of the float32 outputs, each element times that of its cotangent. */
function weighted(func: Func, inputs: readonly Tensor64[]): number {
  const weights = cotangents(func);
  let total = 0;
  interpret(func, inputs).forEach(({ data }, i) => {
    weights[i]?.data.forEach((weight, at) => (total += weight * (data[at] as number)));
  });
  return total;
}

/**
 * The gradient of {@link weighted} with respect to each float32 input, `undefined` for others, by
 * central differences of the fourth order: with a step of 1e-3 their error is about 1e-12.
 */
export function numericGradients(
  func: Func,
  inputs: readonly Tensor64[],
): (Tensor64 | undefined)[] {
  const step = 1e-3;
  return inputs.map((input, place) => {
    if (!isFloat(input)) return undefined;
    const at = (element: number, change: number): number => {
      const data = input.data.slice();
      data[element] = (data[element] as number) + change;
      return weighted(
        func,
        inputs.map((other, i) => (i === place ? { ...input, data } : other)),
      );
    };
    const gradient = Array.from(input.data, (_, element) => {
      const near = at(element, step) - at(element, -step);
      const far = at(element, 2 * step) - at(element, -2 * step);
      return (8 * near - far) / (12 * step);
    });
    return float64(input.shape, gradient);
  });
}

/** A function that returns the gradient of {@link weighted} for each float32 input. */
export function gradientFunc(func: Func): Func {
  const b = new Builder();
  const inputs = func.inputs.map((id) => b.input(func.types[id] as TensorType));
  const outputs = b.inline(func, inputs);
  const terms = cotangents(func).flatMap((weight, i) => {
    const output = outputs[i] as Value;
    if (!weight) return [];
    return [b.reduceSum(b.mul(output, b.constant([...weight.data], weight.shape)))];
  });
  const loss = terms.reduce((sum, term) => b.add(sum, term), b.constant(0));
  return b.finish(
    gradients(
      b,
      loss,
      inputs.filter(({ type }) => isFloat(type)),
    ),
  );
}

/** ‖a - b‖ / ‖b‖, or ‖a - b‖ where `b` is zero. */
export function relativeError(a: Tensor64, b: Tensor64): number {
  const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));
  const difference = norm(Float64Array.from(a.data, (x, i) => x - (b.data[i] as number)));
  return difference / (norm(b.data) || 1);
}

/** The greatest {@link relativeError} of the gradients of a function. */
export function gradientError(
  func: Func,
  inputs: readonly Tensor64[],
  derived: Func = gradientFunc(func),
): number {
  const found = interpret(derived, inputs);
  const expected = numericGradients(func, inputs).filter((gradient) => gradient !== undefined);
  if (found.length !== expected.length) return Infinity;
  return Math.max(...found.map((gradient, i) => relativeError(gradient, expected[i] as Tensor64)));
}

/** Writes a function of inputs of the types of these tensors. */
export function funcOf(
  inputs: readonly Tensor64[],
  write: (b: Builder, ...inputs: Value[]) => Value | readonly Value[],
): Func {
  const b = new Builder();
  const values = inputs.map(({ dtype, shape }) => b.input({ dtype, shape }));
  return b.finish([write(b, ...values)].flat());
}
