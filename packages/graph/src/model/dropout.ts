/** Dropout (Srivastava et al. 2014), inverted: what is kept is scaled up, so that means stay. */
import type { Builder, Value } from '../ir/builder.ts';
import type { Shape } from '../ir/types.ts';

/** What a mask is drawn from. */
export interface DropoutDraw {
  /** uint32 [2] */
  readonly seed: Value;
  /** Tells the masks under one seed apart. */
  readonly stream: number;
  /** Share of zeros, 0 to 1. */
  readonly rate: number;
  readonly shape: Shape;
}

/** A float32 mask: 0 with probability `rate`, else `1 / (1 - rate)`. */
export function dropoutMask(b: Builder, { seed, stream, rate, shape }: DropoutDraw): Value {
  if (rate >= 1) return b.constant(0, shape);
  // Compared as integers, so that every backend draws the very same mask.
  const threshold = b.constant(Math.round(rate * 2 ** 32), [], 'uint32');
  const dropped = b.less(b.randomBits(seed, shape, stream), threshold);
  return b.select(dropped, 0, b.constant(1 / (1 - rate)));
}
