/** Order statistics: a benchmark's times have a long right tail, which means follow and these do not. */

/** Median and quartiles of a sample. */
export interface Spread {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
  /** Size of the sample. */
  readonly count: number;
}

/**
 * The value below which the fraction `p` (0..1) of the sample lies, between neighbours by linear
 * interpolation (Hyndman and Fan 1996, definition 7: R's and NumPy's default).
 * @throws RangeError for an empty sample.
 */
export function quantile(sample: readonly number[], p: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const position = (sorted.length - 1) * p;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError('quantile of no values');
  return below + (above - below) * (position - Math.floor(position));
}

/** The middle value. @throws RangeError for an empty sample. */
export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5);
}

/** Median and quartiles. @throws RangeError for an empty sample. */
export function spread(sample: readonly number[]): Spread {
  return {
    lower: quantile(sample, 0.25),
    median: median(sample),
    upper: quantile(sample, 0.75),
    count: sample.length,
  };
}

/**
 * How many times `a` takes of `b`: the median over rounds of the ratio of their medians within the
 * round. Both are measured within a second of each other, so that a machine that slows down for a
 * while slows both and leaves the ratio.
 * @param a times of each round
 * @param b times of each round, as many rounds
 */
export function pairedRatio(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
): number {
  if (a.length !== b.length) {
    throw new RangeError(`paired ratio of ${a.length} rounds to ${b.length}`);
  }
  return median(a.map((round, index) => median(round) / median(b[index] ?? [])));
}
