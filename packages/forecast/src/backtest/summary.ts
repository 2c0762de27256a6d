/** What the folds of a backtest say together. */
import type { TargetErrors } from '../judge/errors.ts';
import type { UncertaintyScores } from '../judge/uncertainty.ts';
import type { BacktestFold } from './backtest.ts';

/** How a number spreads over folds. */
export interface Spread {
  readonly mean: number;
  /** Standard deviation of the sample (divided by n - 1); NaN for a single fold. */
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
}

/** Errors of one forecaster of one target over folds. */
export interface FoldErrors {
  readonly mae: Spread;
  readonly rmse: Spread;
  readonly mape: Spread;
  readonly smape: Spread;
  readonly mase?: Spread;
  /** Mean absolute error of each step of the horizon, `[horizon]`. */
  readonly maeByStep: readonly Spread[];
  /** Mean pinball loss of all levels, where there are quantiles. */
  readonly pinball?: Spread;
  readonly crps?: Spread;
  readonly nll?: Spread;
  /** Share of values that the widest interval held. */
  readonly coverage?: Spread;
  /** Number of folds in which the model's mean absolute error was the smaller one. */
  readonly modelBetterIn: number;
}

/** By forecaster (`model`, then the baselines) and target. */
export type BacktestSummary = Readonly<Record<string, Readonly<Record<string, FoldErrors>>>>;

/** Means and spread over folds, of equal weight. */
export function summariseFolds(folds: readonly BacktestFold[]): BacktestSummary {
  const [first] = folds;
  const errors = first?.evaluation.errors ?? {};
  return Object.fromEntries(
    Object.entries(errors).map(([forecaster, byTarget]) => [
      forecaster,
      Object.fromEntries(
        Object.keys(byTarget).map((target) => [target, foldErrors(folds, forecaster, target)]),
      ),
    ]),
  );
}

function foldErrors(
  folds: readonly BacktestFold[],
  forecaster: string,
  target: string,
): FoldErrors {
  const all = folds.map(
    ({ evaluation }) => evaluation.errors[forecaster]?.[target] as TargetErrors,
  );
  const models = folds.map(({ evaluation }) => evaluation.errors['model']?.[target]?.mae ?? NaN);
  const scores = folds.flatMap(({ evaluation }) => {
    const own = evaluation.uncertainty?.[forecaster]?.[target];
    return own ? [own] : [];
  });
  const of = (name: 'mae' | 'rmse' | 'mape' | 'smape'): Spread => spreadOf(all.map((e) => e[name]));
  const mase = all.flatMap((each) => (each.mase === undefined ? [] : [each.mase]));
  const horizon = all[0]?.maeByStep.length ?? 0;
  return {
    mae: of('mae'),
    rmse: of('rmse'),
    mape: of('mape'),
    smape: of('smape'),
    ...(mase.length > 0 && { mase: spreadOf(mase) }),
    maeByStep: Array.from({ length: horizon }, (_, step) =>
      spreadOf(all.map((each) => each.maeByStep[step] ?? NaN)),
    ),
    ...uncertaintyOf(scores),
    modelBetterIn: all.filter(({ mae }, fold) => (models[fold] ?? NaN) < mae).length,
  };
}

function uncertaintyOf(
  scores: readonly UncertaintyScores[],
): Pick<FoldErrors, 'pinball' | 'crps' | 'nll' | 'coverage'> {
  if (scores.length === 0) return {};
  const likelihoods = scores.flatMap(({ nll }) => (nll === undefined ? [] : [nll]));
  const shares = scores.flatMap(({ intervals: [widest] }) => (widest ? [widest.coverage] : []));
  return {
    pinball: spreadOf(scores.map(({ pinball }) => mean(pinball))),
    crps: spreadOf(scores.map(({ crps }) => crps)),
    ...(likelihoods.length > 0 && { nll: spreadOf(likelihoods) }),
    ...(shares.length > 0 && { coverage: spreadOf(shares) }),
  };
}

function spreadOf(values: readonly number[]): Spread {
  const average = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return {
    mean: average,
    deviation: Math.sqrt(squares / (values.length - 1)),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
