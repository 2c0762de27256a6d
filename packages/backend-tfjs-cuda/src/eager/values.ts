/** The values of a function while it is interpreted, and who frees their tensors. */
import { reshape, tile, type Tensor } from '@tensorflow/tfjs-core';
import { sameShape, type TensorType } from '@chronograd/graph';
import type { Source } from './plan.ts';
import type { SourceCache } from './sources.ts';

/**
 * A value. Its tensor may be smaller than its type where repeating it, as NumPy does, gives the
 * value: kernels of two operands repeat by themselves, so most `broadcastTo` cost nothing.
 */
export class Value {
  constructor(
    readonly type: TensorType,
    private tensor: Tensor,
    /** Whether the tensor is this value's to dispose of. */
    private owned: boolean,
    /** Where the whole of a source is to be had. */
    private readonly whole?: () => Tensor,
  ) {}

  /** A value whose tensor belongs to the cache. */
  static ofSource(type: TensorType, source: Source, cache: SourceCache): Value {
    return new Value(type, cache.small(source), false, () => cache.whole(source));
  }

  /** The tensor, which may be smaller than the type. */
  get compact(): Tensor {
    return this.tensor;
  }

  /** The tensor in the shape of the type. */
  get full(): Tensor {
    const { shape } = this.type;
    if (sameShape(this.tensor.shape, shape)) return this.tensor;
    const whole = this.whole?.() ?? repeat(this.tensor, shape);
    if (this.owned) this.tensor.dispose();
    this.owned = this.whole === undefined;
    this.tensor = whole;
    return whole;
  }

  /** The same elements under another type, to which they are repeated. */
  as(type: TensorType): Value {
    return this.owned
      ? new Value(type, this.tensor.clone(), true)
      : new Value(type, this.tensor, false);
  }

  /** The tensor in the shape of the type, which is the caller's from now on. */
  take(): Tensor {
    const { full } = this;
    if (!this.owned) return full.clone();
    this.owned = false;
    return full;
  }

  /** Frees the tensor if it is this value's. */
  release(): void {
    if (this.owned) this.tensor.dispose();
    this.owned = false;
  }
}

/** Repeats a tensor to a shape, aligned at the right. */
function repeat(small: Tensor, shape: readonly number[]): Tensor {
  const lead = shape.length - small.shape.length;
  const aligned = [...new Array<number>(lead).fill(1), ...small.shape];
  const reps = shape.map((dimension, axis) => (aligned[axis] === 1 ? dimension : 1));
  const reshaped = reshape(small, aligned);
  const result = tile(reshaped, reps);
  reshaped.dispose();
  return result;
}
