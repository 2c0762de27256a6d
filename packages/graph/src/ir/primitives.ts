/**
 * The closed set of primitives. Whatever is said of a primitive (its shape rule, its gradient, its
 * float64 oracle, its tolerance) is said in a table typed over {@link PrimitiveName}: a primitive
 * without a rule does not compile.
 *
 * There is no implicit broadcasting: operands of an element-wise primitive have one shape, and
 * `broadcastTo` says where a value is repeated. (Engines that broadcast by themselves skip it.)
 */
import type { ConstantArray, DType, Func, Shape } from './types.ts';

/** Attributes of a primitive that has none. */
export type NoAttributes = Readonly<Record<string, never>>;

/** Attributes of a reduction over `axes` (ascending, not negative). */
export interface ReduceAttributes {
  readonly axes: readonly number[];
  /** Keep reduced axes with size 1. */
  readonly keepDims: boolean;
}

/** Attributes of {@link PrimitiveAttributes.scan}. */
export interface ScanAttributes {
  /**
   * `[consts…, carries…, x slices…] -> [new carries…, y slices…]`; an x slice has the shape of the
   * scanned input without its first axis.
   */
  readonly body: Func;
  /** Number of steps: the first axis of every scanned input and output. */
  readonly length: number;
  /** How many of the inputs are the same at every step. */
  readonly consts: number;
  /** How many values are carried from step to step. */
  readonly carries: number;
  /** Run from the last step to the first; `ys[t]` still belongs to `xs[t]`. */
  readonly reverse: boolean;
}

/** The attributes of each primitive, which is also the list of primitives. */
export interface PrimitiveAttributes {
  // Element by element, two operands of one type.
  /** `a + b` */
  readonly add: NoAttributes;
  /** `a - b` */
  readonly sub: NoAttributes;
  /** `a * b` */
  readonly mul: NoAttributes;
  /** `a / b`; float32 only. */
  readonly div: NoAttributes;
  /** The greater of both; the gradient goes to the greater, half to each where equal. */
  readonly max: NoAttributes;
  /** The lesser of both; the gradient goes to the lesser, half to each where equal. */
  readonly min: NoAttributes;
  /** `a ** b`, `a > 0`; float32 only. */
  readonly pow: NoAttributes;

  // Element by element, one operand; float32, and int32 for neg, abs and sign.
  readonly neg: NoAttributes;
  readonly abs: NoAttributes;
  /** -1, 0 or 1. */
  readonly sign: NoAttributes;
  readonly floor: NoAttributes;
  readonly exp: NoAttributes;
  readonly log: NoAttributes;
  readonly sqrt: NoAttributes;
  readonly sin: NoAttributes;
  readonly cos: NoAttributes;
  readonly tanh: NoAttributes;
  /** `1 / (1 + exp(-x))` */
  readonly sigmoid: NoAttributes;
  /** The error function. */
  readonly erf: NoAttributes;

  // Comparison and choice.
  /** `a == b -> bool` */
  readonly equal: NoAttributes;
  /** `a < b -> bool`, false where either is NaN. */
  readonly less: NoAttributes;
  /** `bool, bool -> bool` */
  readonly and: NoAttributes;
  /** `bool -> bool` */
  readonly not: NoAttributes;
  /** `condition ? a : b`, element by element; the condition has the shape of both. */
  readonly select: NoAttributes;
  /** To another element type; float to integer cuts towards zero, bool gives 0 and 1. */
  readonly cast: { readonly to: DType };

  // Reductions.
  readonly reduceSum: ReduceAttributes;
  readonly reduceMax: ReduceAttributes;
  /** int32 place of the first greatest element along `axis`, which disappears. */
  readonly argMax: { readonly axis: number };

  // Linear algebra.
  /**
   * `[…, m, k] x […, k, n] -> […, m, n]` with the leading axes of both equal; `transposeA` and
   * `transposeB` swap the last two axes of an operand first.
   */
  readonly matmul: { readonly transposeA: boolean; readonly transposeB: boolean };

  // Shape.
  readonly reshape: { readonly shape: Shape };
  /** Axis `i` of the result is axis `permutation[i]` of the operand. */
  readonly transpose: { readonly permutation: readonly number[] };
  /** As NumPy: axes are aligned at the right, and size 1 is repeated. */
  readonly broadcastTo: { readonly shape: Shape };
  /** `starts` (included) to `limits` (excluded), one of each per axis. */
  readonly slice: { readonly starts: readonly number[]; readonly limits: readonly number[] };
  /** `low` elements before and `high` after, per axis, filled with `value`. */
  readonly pad: {
    readonly low: readonly number[];
    readonly high: readonly number[];
    readonly value: number;
  };
  /** One or more operands after each other along `axis`. */
  readonly concat: { readonly axis: number };
  readonly reverse: { readonly axes: readonly number[] };

  // Indexing along the first axis.
  /** `table [n, …rest], indices int32 […i] -> […i, …rest]`; indices must lie in 0…n-1. */
  readonly gather: NoAttributes;
  /** `base [n, …rest], indices int32 […i], updates […i, …rest] -> base` plus every update. */
  readonly scatterAdd: NoAttributes;

  // Sources.
  /** `value` has one element for each of the shape, or a single one for all of them. */
  readonly constant: {
    readonly dtype: DType;
    readonly shape: Shape;
    readonly value: ConstantArray;
  };
  /** 0, 1, 2, … along `axis`, the same along the others. */
  readonly iota: { readonly dtype: DType; readonly shape: Shape; readonly axis: number };
  /**
   * `key uint32 [2] -> uint32 shape`: Threefry-2x32 of 20 rounds (Salmon et al., "Parallel random
   * numbers: as easy as 1, 2, 3", 2011). With n elements and h = ceil(n / 2), counter block
   * `[stream, i]`, i < h, gives two words: the first is element i, the second element h + i.
   */
  readonly randomBits: { readonly shape: Shape; readonly stream: number };

  // Control.
  /** `[consts…, initial carries…, xs…] -> [final carries…, ys…]`. */
  readonly scan: ScanAttributes;
  /** The operand itself, through which no gradient flows. */
  readonly stopGradient: NoAttributes;
}

/** The name of a primitive. */
export type PrimitiveName = keyof PrimitiveAttributes;
