/**
 * Intervals by split conformal prediction: as wide as the errors on a calibration part say, whatever
 * their distribution (Vovk, Gammerman and Shafer 2005; Lei et al. 2018), and for quantiles by
 * conformalised quantile regression (Romano, Patterson and Candès 2019).
 */
import { distributionQuantiles } from '../distribution/forecast-distribution.ts';
import type { ForecastValues } from '../run/forecast.ts';
import { symmetricPairs } from './uncertainty.ts';

/** How much an interval is widened, for each target and step: `[horizon, targets]`. */
export interface Calibration {
  /** Levels of the interval, e.g. 0.05 and 0.95. */
  readonly lower: number;
  readonly upper: number;
  /** `[horizon, targets]`, in the unit of the values; may be negative for quantiles too wide. */
  readonly margins: readonly number[];
  /** Windows that it was calibrated on. */
  readonly windows: number;
}

/**
 * The smallest value that at least the share `level` of the scores, and of one that is yet to come,
 * does not exceed: the `ceil((n + 1) level)`-th smallest; infinite where there are too few.
 */
export function conformalQuantile(scores: readonly number[], level: number): number {
  const sorted = [...scores].sort((a, b) => a - b);
  // 0.9 (n + 1) can be a hair above the whole number that it is.
  const rank = Math.ceil((sorted.length + 1) * level - 1e-9);
  return sorted[rank - 1] ?? Infinity;
}

/**
 * Calibrates an interval of the coverage.
 *
 * @param forecast of the calibration part. Of a point forecast, the margin is about the point; of
 *   quantiles, about their pair of levels that is nearest to the coverage; of a distribution, about
 *   its own interval
 * @param truth `[windows, horizon, targets]`
 * @param coverage share of values that the interval is to hold, e.g. 0.9
 */
export function calibrate(
  forecast: ForecastValues,
  truth: ArrayLike<number>,
  coverage: number,
): Calibration {
  const { windows, horizon, targets } = forecast;
  const bounds = boundsOf(forecast, coverage);
  const width = horizon * targets.length;
  const margins = Array.from({ length: width }, (_, place) => {
    const scores = Array.from({ length: windows }, (_, window) => {
      const i = window * width + place;
      const value = truth[i] ?? NaN;
      return Math.max(bounds.from(i) - value, value - bounds.to(i));
    });
    return conformalQuantile(scores, coverage);
  });
  return { lower: (1 - coverage) / 2, upper: (1 + coverage) / 2, margins, windows };
}

/** A forecast with the calibrated interval as quantiles around its point. */
export function withInterval(forecast: ForecastValues, calibration: Calibration): ForecastValues {
  const { point, horizon, targets } = forecast;
  const { lower, upper, margins } = calibration;
  const bounds = boundsOf(forecast, upper - lower);
  const width = horizon * targets.length;
  const values = new Float64Array(point.length * 3);
  point.forEach((value, i) => {
    const margin = margins[i % width] ?? NaN;
    const [from, to] = [bounds.from(i) - margin, bounds.to(i) + margin];
    // A negative margin may turn an interval over: it is then the point alone.
    values.set([Math.min(from, value), value, Math.max(to, value)], 3 * i);
  });
  return { ...forecast, quantiles: { levels: [lower, 0.5, upper], values } };
}

/**
 * What is widened: the interval of a distribution, else the pair of quantiles nearest to the
 * coverage, else the point.
 */
function boundsOf({ point, quantiles, distribution }: ForecastValues, coverage: number) {
  const at = (i: number): number => point[i] ?? NaN;
  if (distribution !== undefined) {
    const levels = [(1 - coverage) / 2, (1 + coverage) / 2];
    const values = distributionQuantiles(distribution, point, levels);
    return {
      from: (i: number): number => values[2 * i] ?? NaN,
      to: (i: number): number => values[2 * i + 1] ?? NaN,
    };
  }
  if (quantiles === undefined) return { from: at, to: at };
  const { levels, values } = quantiles;
  const distance = ([lower, upper]: readonly [number, number]): number =>
    Math.abs((levels[upper] ?? NaN) - (levels[lower] ?? NaN) - coverage);
  const [nearest] = symmetricPairs(levels).sort((a, b) => distance(a) - distance(b));
  if (nearest === undefined) return { from: at, to: at };
  const [lower, upper] = nearest;
  return {
    from: (i: number): number => values[i * levels.length + lower] ?? NaN,
    to: (i: number): number => values[i * levels.length + upper] ?? NaN,
  };
}
