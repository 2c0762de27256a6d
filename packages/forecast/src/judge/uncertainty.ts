/** How good quantiles, intervals and distributions are. */
import {
  sampleCrps,
  standardOf,
  type ForecastDistribution,
} from '../distribution/forecast-distribution.ts';
import type { ForecastValues } from '../run/forecast.ts';

/** What is said of the uncertainty of one target. */
export interface UncertaintyScores {
  /** The levels of the quantiles, ascending. */
  readonly levels: readonly number[];
  /** Pinball loss of each level, in the unit of the values, `[levels]`. */
  readonly pinball: readonly number[];
  /** `[horizon, levels]` */
  readonly pinballByStep: readonly (readonly number[])[];
  /** Continuous ranked probability score, in the unit of the values. */
  readonly crps: number;
  /** `[horizon]` */
  readonly crpsByStep: readonly number[];
  /**
   * How the CRPS was found. `closedForm`: of the distribution, normal (Gneiting and Raftery 2007,
   * equation 21), Student's t (Jordan, Krüger and Lerch 2019) or empirical. `quantiles`: twice the
   * mean pinball loss, which the integral over all levels becomes for the levels that there are
   * (Gneiting and Raftery 2007, equation 27).
   */
  readonly crpsBy: 'closedForm' | 'quantiles';
  /**
   * Mean negative logarithm of the density, of values in their own unit (of values that are c times
   * as large it is log c more); undefined where there is no density.
   */
  readonly nll?: number;
  /** `[horizon]` */
  readonly nllByStep?: readonly number[];
  /** Intervals between levels that lie symmetrically about the median, the widest first. */
  readonly intervals: readonly IntervalScore[];
}

/** How often an interval held what came. */
export interface IntervalScore {
  readonly lower: number;
  readonly upper: number;
  /** Share of values that it should hold: `upper - lower`. */
  readonly nominal: number;
  /** Share of values that it held. */
  readonly coverage: number;
  /** Share of values that it held at each step of the horizon, `[horizon]`. */
  readonly coverageByStep: readonly number[];
  /** Mean width, in the unit of the values. */
  readonly width: number;
}

/** Pinball loss of a quantile: `max(level (y - q), (level - 1)(y - q))`. */
export function pinballLoss(level: number, truth: number, quantile: number): number {
  const error = truth - quantile;
  return Math.max(level * error, (level - 1) * error);
}

/**
 * Scores of a forecast's quantiles and distribution, by target; nothing where it has no quantiles.
 *
 * @param truth `[windows, horizon, targets]`
 */
export function uncertaintyScores(
  forecast: ForecastValues,
  truth: ArrayLike<number>,
): Readonly<Record<string, UncertaintyScores>> | undefined {
  const { windows, horizon, targets, point, quantiles, distribution } = forecast;
  if (quantiles === undefined) return undefined;
  const { levels, values } = quantiles;
  const scores = targets.map((target, k): readonly [string, UncertaintyScores] => {
    const place = (i: number): number => i * targets.length + k;
    const at = (i: number, q: number): number => values[place(i) * levels.length + q] ?? NaN;
    const came = (i: number): number => truth[place(i)] ?? NaN;
    const byStep = (of: (i: number) => number): number[] =>
      Array.from({ length: horizon }, (_, step) => {
        let sum = 0;
        for (let window = 0; window < windows; window++) sum += of(window * horizon + step);
        return sum / windows;
      });
    const pinballs = levels.map((level, q) => byStep((i) => pinballLoss(level, came(i), at(i, q))));
    const density = distribution && densityOf(distribution, point);
    const nllByStep = density && byStep((i) => density(place(i), came(i)));
    const crps = distribution && crpsOf(distribution, point);
    const crpsByStep = crps
      ? byStep((i) => crps(place(i), came(i)))
      : Array.from({ length: horizon }, (_, step) => 2 * mean(pinballs.map((own) => own[step])));
    const intervals = symmetricPairs(levels).map(([lower, upper]) =>
      intervalScore(
        { lower: levels[lower] ?? NaN, upper: levels[upper] ?? NaN, windows, horizon },
        (i) => ({ from: at(i, lower), to: at(i, upper), truth: came(i) }),
      ),
    );
    const own: UncertaintyScores = {
      levels,
      pinball: pinballs.map(mean),
      pinballByStep: Array.from({ length: horizon }, (_, step) =>
        pinballs.map((losses) => losses[step] ?? NaN),
      ),
      crps: mean(crpsByStep),
      crpsByStep,
      crpsBy: distribution ? 'closedForm' : 'quantiles',
      ...(nllByStep && { nll: mean(nllByStep), nllByStep }),
      intervals,
    };
    return [target, own];
  });
  return Object.fromEntries(scores);
}

/** Negative logarithm of the density of a value at a place of `[windows, horizon, targets]`. */
function densityOf(
  distribution: ForecastDistribution,
  point: Float64Array,
): ((place: number, value: number) => number) | undefined {
  if (distribution.type === 'empirical') return undefined;
  const { logDensity } = standardOf(distribution);
  return (place, value) => {
    const scale = distribution.scale[place] ?? NaN;
    return Math.log(scale) - logDensity((value - (point[place] ?? NaN)) / scale);
  };
}

/** CRPS of a value at a place of `[windows, horizon, targets]`. */
function crpsOf(
  distribution: ForecastDistribution,
  point: Float64Array,
): (place: number, value: number) => number {
  if (distribution.type === 'empirical') {
    const scores = distribution.errors.map(sampleCrps);
    return (place, value) => scores[place % scores.length]?.(value - (point[place] ?? NaN)) ?? NaN;
  }
  const { crps } = standardOf(distribution);
  return (place, value) => {
    const scale = distribution.scale[place] ?? NaN;
    return scale * crps((value - (point[place] ?? NaN)) / scale);
  };
}

function mean(values: readonly (number | undefined)[]): number {
  return values.reduce((sum: number, value = NaN) => sum + value, 0) / values.length;
}

/** Places of levels that add up to one, the widest pair first. */
export function symmetricPairs(levels: readonly number[]): [number, number][] {
  return levels.flatMap((level, lower): [number, number][] => {
    const upper = levels.findIndex((other) => Math.abs(level + other - 1) < 1e-9);
    return upper > lower ? [[lower, upper]] : [];
  });
}

function intervalScore(
  shape: { lower: number; upper: number; windows: number; horizon: number },
  interval: (i: number) => { from: number; to: number; truth: number },
): IntervalScore {
  const { lower, upper, windows, horizon } = shape;
  const coverageByStep = new Array<number>(horizon).fill(0);
  let width = 0;
  for (let i = 0; i < windows * horizon; i++) {
    const { from, to, truth } = interval(i);
    const step = i % horizon;
    const isThere = !Number.isNaN(from) && !Number.isNaN(to);
    const share = isThere ? Number(from <= truth && truth <= to) : NaN;
    coverageByStep[step] = (coverageByStep[step] ?? 0) + share / windows;
    width += (to - from) / (windows * horizon);
  }
  const coverage = coverageByStep.reduce((sum, share) => sum + share, 0) / horizon;
  return { lower, upper, nominal: upper - lower, coverage, coverageByStep, width };
}
