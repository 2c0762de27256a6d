/** How good quantiles and intervals are. */
import type { ForecastValues } from '../run/forecast.ts';

/** What is said of the quantiles of one target. */
export interface QuantileScores {
  /** Pinball loss of each level, in the unit of the values, `[levels]`. */
  readonly pinball: readonly number[];
  /**
   * Continuous ranked probability score, in the unit of the values: twice the mean pinball loss,
   * which the integral over all levels becomes for the levels that there are (Gneiting and Raftery
   * 2007, equation 27).
   */
  readonly crps: number;
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
 * Scores of a forecast's quantiles, by target; nothing where it has none.
 *
 * @param truth `[windows, horizon, targets]`
 */
export function quantileScores(
  forecast: ForecastValues,
  truth: ArrayLike<number>,
): Readonly<Record<string, QuantileScores>> | undefined {
  const { windows, horizon, targets, quantiles } = forecast;
  if (quantiles === undefined) return undefined;
  const { levels, values } = quantiles;
  const count = windows * horizon;
  const scores = targets.map((target, k): readonly [string, QuantileScores] => {
    const at = (i: number, q: number): number =>
      values[(i * targets.length + k) * levels.length + q] ?? NaN;
    const came = (i: number): number => truth[i * targets.length + k] ?? NaN;
    const pinball = levels.map((level, q) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += pinballLoss(level, came(i), at(i, q));
      return sum / count;
    });
    const crps = (2 * pinball.reduce((sum, loss) => sum + loss, 0)) / levels.length;
    const intervals = symmetricPairs(levels).map(([lower, upper]) =>
      intervalScore(
        { lower: levels[lower] ?? NaN, upper: levels[upper] ?? NaN, windows, horizon },
        (i) => ({ from: at(i, lower), to: at(i, upper), truth: came(i) }),
      ),
    );
    return [target, { pinball, crps, intervals }];
  });
  return Object.fromEntries(scores);
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
    if (from <= truth && truth <= to)
      coverageByStep[step] = (coverageByStep[step] ?? 0) + 1 / windows;
    width += (to - from) / (windows * horizon);
  }
  const coverage = coverageByStep.reduce((sum, share) => sum + share, 0) / horizon;
  return { lower, upper, nominal: upper - lower, coverage, coverageByStep, width };
}
