/**
 * Builds a {@link Func} by calling operations. Operands of element-wise operations may be numbers
 * and may differ in shape as NumPy allows: the builder writes the `broadcastTo` that the IR wants.
 */
import { broadcastShape } from './broadcast.ts';
import { elementsOf } from './elements.ts';
import { FuncWriter, type Value } from './func-writer.ts';
import type { ReduceAttributes } from './primitives.ts';
import { sameShape, sizeOf, type DType, type Shape, type TensorType } from './types.ts';

export type { Value } from './func-writer.ts';

/** A value, or a number that becomes a constant of the other operand's type. */
export type Operand = Value | number;

const NONE = {} as const;

/** Builds one function. Values of one builder are of no use in another. */
export class Builder extends FuncWriter {
  // Sources.

  /** A constant of the given elements (row by row), or of one element repeated. */
  constant(values: number | readonly number[], shape: Shape = [], dtype: DType = 'float32'): Value {
    const value = elementsOf(dtype, typeof values === 'number' ? [values] : values);
    return this.one('constant', [], { dtype, shape, value });
  }

  /** Zeros of a type. */
  zeros(type: TensorType): Value {
    return this.constant(0, type.shape, type.dtype);
  }

  /** 0, 1, 2, … along `axis`. */
  iota(dtype: DType, shape: Shape, axis: number): Value {
    return this.one('iota', [], { dtype, shape, axis });
  }

  /** Random words from `key` (uint32 [2]); `stream` tells draws under one key apart. */
  randomBits(key: Value, shape: Shape, stream: number): Value {
    return this.one('randomBits', [key], { shape, stream });
  }

  // Element by element.

  /** `a + b` */
  add(a: Operand, b: Operand): Value {
    return this.binary('add', a, b);
  }
  /** `a - b` */
  sub(a: Operand, b: Operand): Value {
    return this.binary('sub', a, b);
  }
  /** `a * b` */
  mul(a: Operand, b: Operand): Value {
    return this.binary('mul', a, b);
  }
  /** `a / b` */
  div(a: Operand, b: Operand): Value {
    return this.binary('div', a, b);
  }
  /** The greater of both. */
  max(a: Operand, b: Operand): Value {
    return this.binary('max', a, b);
  }
  /** The lesser of both. */
  min(a: Operand, b: Operand): Value {
    return this.binary('min', a, b);
  }
  /** `a ** b` for `a > 0`. */
  pow(a: Operand, b: Operand): Value {
    return this.binary('pow', a, b);
  }
  /** `a == b` */
  equal(a: Operand, b: Operand): Value {
    return this.binary('equal', a, b);
  }
  /** `a < b` */
  less(a: Operand, b: Operand): Value {
    return this.binary('less', a, b);
  }
  /** `a && b` */
  and(a: Value, b: Value): Value {
    return this.binary('and', a, b);
  }
  /** `!a` */
  not(a: Value): Value {
    return this.one('not', [a], NONE);
  }
  /** `-a` */
  neg(a: Value): Value {
    return this.one('neg', [a], NONE);
  }
  /** Absolute value. */
  abs(a: Value): Value {
    return this.one('abs', [a], NONE);
  }
  /** -1, 0 or 1. */
  sign(a: Value): Value {
    return this.one('sign', [a], NONE);
  }
  /** The greatest integer not above. */
  floor(a: Value): Value {
    return this.one('floor', [a], NONE);
  }
  /** e to the power `a`. */
  exp(a: Value): Value {
    return this.one('exp', [a], NONE);
  }
  /** Natural logarithm. */
  log(a: Value): Value {
    return this.one('log', [a], NONE);
  }
  /** Square root. */
  sqrt(a: Value): Value {
    return this.one('sqrt', [a], NONE);
  }
  /** Sine. */
  sin(a: Value): Value {
    return this.one('sin', [a], NONE);
  }
  /** Cosine. */
  cos(a: Value): Value {
    return this.one('cos', [a], NONE);
  }
  /** Hyperbolic tangent. */
  tanh(a: Value): Value {
    return this.one('tanh', [a], NONE);
  }
  /** `1 / (1 + exp(-a))` */
  sigmoid(a: Value): Value {
    return this.one('sigmoid', [a], NONE);
  }
  /** The error function. */
  erf(a: Value): Value {
    return this.one('erf', [a], NONE);
  }
  /** `condition ? a : b`; all three are broadcast to one shape. */
  select(condition: Value, a: Operand, b: Operand): Value {
    const like = typeof a === 'number' ? (typeof b === 'number' ? undefined : b) : a;
    const dtype = like?.type.dtype ?? 'float32';
    const [x, y] = [this.lift(a, dtype), this.lift(b, dtype)];
    const inner = broadcastShape('select', [x.type.shape, y.type.shape]);
    const shape = broadcastShape('select', [inner, condition.type.shape]);
    return this.one(
      'select',
      [condition, x, y].map((value) => this.broadcastTo(value, shape)),
      NONE,
    );
  }
  /** To another element type. */
  cast(a: Value, to: DType): Value {
    return a.type.dtype === to ? a : this.one('cast', [a], { to });
  }
  /** The value itself, as a constant to differentiation. */
  stopGradient(a: Value): Value {
    return this.one('stopGradient', [a], NONE);
  }

  // Reductions and linear algebra.

  /** Sum over axes (all, unless given). */
  reduceSum(a: Value, axes?: readonly number[], keepDims = false): Value {
    return this.reduce('reduceSum', a, axes, keepDims);
  }
  /** Greatest element over axes (all, unless given). */
  reduceMax(a: Value, axes?: readonly number[], keepDims = false): Value {
    return this.reduce('reduceMax', a, axes, keepDims);
  }
  /** Mean over axes (all, unless given). */
  reduceMean(a: Value, axes?: readonly number[], keepDims = false): Value {
    const total = this.reduceSum(a, axes, keepDims);
    return this.mul(total, sizeOf(total.type.shape) / sizeOf(a.type.shape));
  }
  /** int32 place of the greatest element along an axis. */
  argMax(a: Value, axis: number): Value {
    return this.one('argMax', [a], { axis });
  }
  /** `[…, m, k] x […, k, n]`; either may be given transposed. */
  matmul(a: Value, b: Value, options: { transposeA?: boolean; transposeB?: boolean } = {}): Value {
    return this.one('matmul', [a, b], {
      transposeA: options.transposeA ?? false,
      transposeB: options.transposeB ?? false,
    });
  }

  // Shape.

  /** The same elements, row by row, in another shape. */
  reshape(a: Value, shape: Shape): Value {
    return sameShape(a.type.shape, shape) ? a : this.one('reshape', [a], { shape });
  }
  /** Axis `i` of the result is axis `permutation[i]` of `a`. */
  transpose(a: Value, permutation: readonly number[]): Value {
    return permutation.every((axis, i) => axis === i)
      ? a
      : this.one('transpose', [a], { permutation });
  }
  /** Repeats to a shape, as NumPy does. */
  broadcastTo(a: Value, shape: Shape): Value {
    return sameShape(a.type.shape, shape) ? a : this.one('broadcastTo', [a], { shape });
  }
  /** From `start` to `limit` along one axis. */
  sliceAxis(a: Value, axis: number, start: number, limit: number): Value {
    if (start === 0 && limit === a.type.shape[axis]) return a;
    return this.one('slice', [a], {
      starts: a.type.shape.map((_, i) => (i === axis ? start : 0)),
      limits: a.type.shape.map((dimension, i) => (i === axis ? limit : dimension)),
    });
  }
  /** `parts` equal slices along an axis. */
  split(a: Value, axis: number, parts: number): Value[] {
    const size = (a.type.shape[axis] ?? 0) / parts;
    return Array.from({ length: parts }, (_, i) =>
      this.sliceAxis(a, axis, i * size, (i + 1) * size),
    );
  }
  /** Elements of `value` before and after, per axis. */
  pad(a: Value, low: readonly number[], high: readonly number[], value = 0): Value {
    return this.one('pad', [a], { low, high, value });
  }
  /** After each other along an axis. */
  concat(values: readonly Value[], axis: number): Value {
    const [first] = values;
    return values.length === 1 && first ? first : this.one('concat', values, { axis });
  }
  /** Last element first, along the axes. */
  reverse(a: Value, axes: readonly number[]): Value {
    return this.one('reverse', [a], { axes });
  }
  /** Rows of `table` by their numbers. */
  gather(table: Value, indices: Value): Value {
    return this.one('gather', [table, indices], NONE);
  }
  /** `base` with `updates` added to the rows `indices`. */
  scatterAdd(base: Value, indices: Value, updates: Value): Value {
    return this.one('scatterAdd', [base, indices, updates], NONE);
  }

  private lift(operand: Operand, dtype: DType): Value {
    return typeof operand === 'number' ? this.constant(operand, [], dtype) : operand;
  }

  private binary(
    op: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow' | 'equal' | 'less' | 'and',
    a: Operand,
    b: Operand,
  ): Value {
    const like = typeof a === 'number' ? (typeof b === 'number' ? undefined : b) : a;
    const dtype = like?.type.dtype ?? 'float32';
    const [x, y] = [this.lift(a, dtype), this.lift(b, dtype)];
    const shape = broadcastShape(op, [x.type.shape, y.type.shape]);
    return this.one(op, [this.broadcastTo(x, shape), this.broadcastTo(y, shape)], NONE);
  }

  private reduce(
    op: 'reduceSum' | 'reduceMax',
    a: Value,
    axes: readonly number[] | undefined,
    keepDims: boolean,
  ): Value {
    const attributes: ReduceAttributes = { axes: axes ?? a.type.shape.map((_, i) => i), keepDims };
    return attributes.axes.length === 0 ? a : this.one(op, [a], attributes);
  }
}
