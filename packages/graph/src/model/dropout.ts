/** Dropout (Srivastava et al. 2014), inverted: what is kept is scaled up, so that means stay. */
import type { Builder, Value } from '../ir/builder.ts';
import type { Shape } from '../ir/types.ts';

/**
 * A float32 mask: 0 with probability `rate`, else `1 / (1 - rate)`.
 * @param seed uint32 [2]
 * @param stream tells the masks under one seed apart
 */
export function dropoutMask(
  b: Builder,
  {
    seed,
    stream,
    rate,
    shape,
  }: {
    readonly seed: Value;
    readonly stream: number;
    readonly rate: number;
    readonly shape: Shape;
  },
): Value {
  if (rate >= 1) return b.constant(0, shape);
  // Compared as integers, so that every backend draws the very same mask.
  const threshold = b.constant(Math.round(rate * 2 ** 32), [], 'uint32');
  const dropped = b.less(b.randomBits(seed, shape, stream), threshold);
  return b.select(dropped, 0, b.constant(1 / (1 - rate)));
}
