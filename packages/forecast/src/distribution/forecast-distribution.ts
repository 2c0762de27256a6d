/** What a forecast says of each value besides its point. */
import { normal } from './normal.ts';
import type { Standard } from './standard.ts';
import { studentT } from './student-t.ts';

/** Normal distributions about the points of a forecast, which are their means. */
export interface GaussianDistribution {
  readonly type: 'gaussian';
  /** Standard deviations, `[windows, horizon, targets]`, in the units of the values. */
  readonly scale: Float64Array;
}

/** Student's t distributions about the points of a forecast, which are their locations. */
export interface StudentTDistribution {
  readonly type: 'studentT';
  /** Degrees of freedom, above 1. */
  readonly degrees: number;
  /** `[windows, horizon, targets]`, in the units of the values. */
  readonly scale: Float64Array;
}

/** The points of a forecast, each off by one of the errors that such forecasts had elsewhere. */
export interface EmpiricalDistribution {
  readonly type: 'empirical';
  /** Errors, truth less point, ascending, `[horizon · targets]` of `[errors]`. */
  readonly errors: readonly Float64Array[];
}

/** Distributions of the values that a forecast is of. */
export type ForecastDistribution =
  GaussianDistribution | StudentTDistribution | EmpiricalDistribution;

/** A likelihood of location 0 and scale 1. */
export function standardOf(likelihood: GaussianDistribution | StudentTDistribution): Standard {
  return likelihood.type === 'gaussian' ? normal : studentT(likelihood.degrees);
}

/**
 * Quantiles of the distributions about their points.
 *
 * @param point `[windows, horizon, targets]`
 * @param levels between 0 and 1
 * @returns `[windows, horizon, targets, levels]`
 */
export function distributionQuantiles(
  distribution: ForecastDistribution,
  point: Float64Array,
  levels: readonly number[],
): Float64Array {
  const values = new Float64Array(point.length * levels.length);
  if (distribution.type === 'empirical') {
    const { errors } = distribution;
    const quantiles = errors.map((own) => levels.map((level) => sampleQuantile(own, level)));
    point.forEach((at, i) => {
      const own = quantiles[i % errors.length] ?? [];
      values.set(
        own.map((error) => at + error),
        i * levels.length,
      );
    });
    return values;
  }
  const { scale } = distribution;
  const standard = levels.map(standardOf(distribution).quantile);
  point.forEach((at, i) => {
    values.set(
      standard.map((z) => at + z * (scale[i] ?? NaN)),
      i * levels.length,
    );
  });
  return values;
}

/**
 * The quantile of a sample, on straight lines between its values (type 7 of Hyndman and Fan 1996);
 * NaN of an empty one.
 *
 * @param sorted ascending
 */
export function sampleQuantile(sorted: Float64Array, level: number): number {
  const place = level * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (place % 1) * (above - below);
}

/**
 * The continuous ranked probability score of a value under each of many equal distributions of a
 * sample, E|X - y| - ½ E|X - X'| (Gneiting and Raftery 2007, equation 21).
 *
 * @param sorted the sample, ascending
 * @returns the score of a value
 */
export function sampleCrps(sorted: Float64Array): (value: number) => number {
  const count = sorted.length;
  const sums = new Float64Array(count + 1);
  let spread = 0;
  sorted.forEach((value, i) => {
    sums[i + 1] = (sums[i] ?? 0) + value;
    // Every pair once: a value is added for each that lies below it, and taken off for each above.
    spread += value * (2 * i - count + 1);
  });
  const total = sums[count] ?? 0;
  return (value) => {
    let [from, to] = [0, count];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((sorted[middle] ?? NaN) <= value) from = middle + 1;
      else to = middle;
    }
    const below = sums[from] ?? NaN;
    const distance = value * from - below + (total - below) - value * (count - from);
    return distance / count - spread / count ** 2;
  };
}
