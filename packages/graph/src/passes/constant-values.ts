/** Computes primitives of constants, in double precision or with wrapping integers. */
import { zeroElements } from '../ir/elements.ts';
import { erf } from '../ir/erf.ts';
import type { PrimitiveName } from '../ir/primitives.ts';
import { sizeOf, type ConstantArray, type DType, type Node, type TensorType } from '../ir/types.ts';

/** The elements of a constant: one for each place, or one for all. */
export type Elements = ConstantArray;

type Arithmetic = (a: number, b: number, c: number) => number;

/** What element-wise primitives compute of float32, kept in double precision. */
const arithmetic: Partial<Readonly<Record<PrimitiveName, Arithmetic>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  pow: (a, b) => a ** b,
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  sign: (a) => Math.sign(a),
  floor: (a) => Math.floor(a),
  exp: (a) => Math.exp(a),
  log: (a) => Math.log(a),
  sqrt: (a) => Math.sqrt(a),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tanh: (a) => Math.tanh(a),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  erf: (a) => erf(a),
  equal: (a, b) => Number(a === b),
  less: (a, b) => Number(a < b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  not: (a) => Number(a === 0),
  select: (condition, a, b) => (condition !== 0 ? a : b),
  cast: (a) => a,
  stopGradient: (a) => a,
};

/** One element, as all of a tensor. */
export function single(dtype: DType, value: number): Elements {
  const elements = zeroElements(dtype, 1);
  // A typed array would keep the last byte of it.
  elements[0] = dtype === 'bool' ? Number(value !== 0) : value;
  return elements;
}

/**
 * The result of an element-wise primitive of constants, `undefined` for other primitives. Where
 * each operand has one element for all its places, so has the result.
 */
export function computeElementwise(
  node: Node,
  operands: readonly Elements[],
  result: TensorType,
): Elements | undefined {
  const known =
    node.op === 'composite' || node.op === 'compositeGradient' ? undefined : arithmetic[node.op];
  if (!known) return undefined;
  const integers = node.op === 'mul' && result.dtype !== 'float32';
  const compute: Arithmetic = integers ? Math.imul : known;
  const isSingle = operands.every((elements) => elements.length === 1);
  const y = zeroElements(result.dtype, isSingle ? 1 : sizeOf(result.shape));
  const at = (operand: number, i: number): number => {
    const elements = operands[operand];
    if (!elements) return 0;
    return elements[elements.length === 1 ? 0 : i] as number;
  };
  for (let i = 0; i < y.length; i++) {
    const value = compute(at(0, i), at(1, i), at(2, i));
    y[i] = result.dtype === 'bool' ? Number(value !== 0) : value;
  }
  return y;
}

/** The sum or the greatest of a constant's elements over axes. */
export function computeReduction(
  node: Node & { op: 'reduceSum' | 'reduceMax' },
  operand: Elements,
  type: TensorType,
  result: TensorType,
): Elements {
  const { axes } = node.attributes;
  const isSum = node.op === 'reduceSum';
  const count = axes.reduce((product, axis) => product * (type.shape[axis] as number), 1);
  const [first = 0] = operand;
  if (operand.length === 1 && count > 0) {
    const sum = type.dtype === 'float32' ? first * count : Math.imul(first, count);
    return single(result.dtype, isSum ? sum : first);
  }
  const y = zeroElements(result.dtype, sizeOf(result.shape));
  y.fill(isSum ? 0 : type.dtype === 'float32' ? -Infinity : -(2 ** 31));
  const places = reducedPlaces(type, axes);
  for (let i = 0; i < sizeOf(type.shape); i++) {
    const place = places(i);
    const [old, value] = [y[place] as number, operand[operand.length === 1 ? 0 : i] as number];
    y[place] = isSum ? old + value : Math.max(old, value);
  }
  return y;
}

/** From the place of an element to that of its sum. */
function reducedPlaces({ shape }: TensorType, axes: readonly number[]): (place: number) => number {
  return (place) => {
    let rest = place;
    let result = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const dimension = shape[axis] as number;
      if (!axes.includes(axis)) {
        result += (rest % dimension) * stride;
        stride *= dimension;
      }
      rest = Math.floor(rest / dimension);
    }
    return result;
  };
}

/** A constant repeated to a shape, as NumPy does. */
export function computeBroadcast(
  operand: Elements,
  type: TensorType,
  result: TensorType,
): Elements {
  if (operand.length === 1) return operand;
  const lead = result.shape.length - type.shape.length;
  const y = zeroElements(result.dtype, sizeOf(result.shape));
  for (let i = 0; i < y.length; i++) {
    let rest = i;
    let place = 0;
    let stride = 1;
    for (let axis = result.shape.length - 1; axis >= lead; axis--) {
      const dimension = result.shape[axis] as number;
      const own = type.shape[axis - lead] as number;
      if (own !== 1) place += (rest % dimension) * stride;
      stride *= own;
      rest = Math.floor(rest / dimension);
    }
    y[i] = operand[place] as number;
  }
  return y;
}

/** 0, 1, 2, … along an axis. */
export function computeIota({ dtype, shape }: TensorType, axis: number): Elements {
  const y = zeroElements(dtype, sizeOf(shape));
  const inner = sizeOf(shape.slice(axis + 1));
  for (let i = 0; i < y.length; i++) y[i] = Math.floor(i / inner) % (shape[axis] as number);
  return y;
}
