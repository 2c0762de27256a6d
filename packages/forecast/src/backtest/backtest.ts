/** How a model would have done, had it forecast from one origin after the other. */
import { timeAt, type RowRange, type Series } from '@chronograd/data';
import type { Model } from 'chronograd';
import type { Member } from '../data/panel.ts';
import { evaluate, type Evaluation } from '../run/evaluate.ts';
import { partWindows, recut, type Prepared } from '../run/prepare.ts';
import { train, type TrainOptions } from '../run/train.ts';
import { planFolds, type FoldOptions, type FoldPlan } from './plan.ts';
import { summariseFolds, type BacktestSummary } from './summary.ts';

/** Options of {@link backtest}. */
export interface BacktestOptions extends FoldOptions, Omit<TrainOptions, 'model' | 'stopping'> {
  /** Without `refit`: a trained model of the experiment. Without it, one is trained. */
  readonly model?: Model;
  /** Told of each fold when it was judged. */
  readonly onFold?: (fold: BacktestFold, place: FoldPlace) => void;
}

/** Which fold of how many. */
export interface FoldPlace {
  /** From 0. */
  readonly fold: number;
  readonly folds: number;
}

/** First and last time of some rows, and their number. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
  readonly rows: number;
}

/** One fold of a backtest. */
export interface BacktestFold {
  /** Time of the last row before what is judged: nothing of the model is fitted on a later one. */
  readonly origin: string;
  /** What was judged. */
  readonly judged: TimeRange;
  /** What the model was trained on. */
  readonly trained: TimeRange;
  /** Epochs of the fold's own training; undefined where the model was not fitted anew. */
  readonly epochs?: number;
  readonly evaluation: Evaluation;
}

/** What a backtest found. */
export interface Backtest extends Omit<FoldPlan, 'folds'> {
  /** Folds that were judged: fewer than planned where a signal ended the backtest. */
  readonly folds: readonly BacktestFold[];
  /** Origins of the folds that have no window without missing values, and so were not judged. */
  readonly skipped: readonly string[];
  /** Number of folds that were planned. */
  readonly planned: number;
  readonly summary: BacktestSummary;
}

/**
 * Judges an experiment from origins that roll forward over a part (Tashman 2000, "Out-of-sample
 * tests of forecasting accuracy"), beside the baselines. With `refit`, gaps, scalers, model and
 * baselines of each fold are made from the rows before its origin alone. Windows of a fold reach
 * back over its origin for their inputs, whatever `task.within` says of the other parts.
 *
 * @throws DataError for options and parts that do not fit; what {@link train} and {@link evaluate}
 *   throw
 */
export async function backtest(prepared: Prepared, options: BacktestOptions): Promise<Backtest> {
  const { onFold, model: given, signal } = options;
  const { folds: planned, ...plan } = planFolds(prepared, options);
  const trained = plan.refit || given ? undefined : await train(prepared, options);
  const model = given ?? trained?.model;
  const folds: BacktestFold[] = [];
  const skipped: string[] = [];
  try {
    for (const [index, parts] of planned.entries()) {
      if (signal?.aborted || trained?.history.stoppedBy === 'abort') break;
      const own = recut(prepared, parts, !plan.refit);
      if (partWindows(own, { part: 'test', view: 'judged', none: 'keep' }).count === 0) {
        skipped.push(originOf(own));
        continue;
      }
      const fold = await judgeFold(own, options, plan.refit ? undefined : model);
      if (!fold) break;
      folds.push(fold);
      onFold?.(fold, { fold: index, folds: planned.length });
    }
  } finally {
    await trained?.model.dispose();
  }
  return { ...plan, folds, skipped, planned: planned.length, summary: summariseFolds(folds) };
}

/** Nothing where a signal ended the training. */
async function judgeFold(
  prepared: Prepared,
  options: BacktestOptions,
  model: Model | undefined,
): Promise<BacktestFold | undefined> {
  if (model) return foldOf(prepared, await evaluate(prepared, model, 'test'));
  const { model: _, ...training } = options;
  const fitted = await train(prepared, training);
  try {
    if (fitted.history.stoppedBy === 'abort') return undefined;
    const evaluation = await evaluate(prepared, fitted.model, 'test');
    return { ...foldOf(prepared, evaluation), epochs: fitted.history.epochs.length };
  } finally {
    await fitted.model.dispose();
  }
}

function foldOf(prepared: Prepared, evaluation: Evaluation): BacktestFold {
  const { series, parts } = prepared.panel.members[0] as Member;
  return {
    origin: originOf(prepared),
    judged: rangeOf(series, parts.test),
    trained: rangeOf(series, parts.train),
    evaluation,
  };
}

function originOf({ panel }: Prepared): string {
  const { series, parts } = panel.members[0] as Member;
  return timeAt(series, (parts.test?.from ?? NaN) - 1);
}

function rangeOf(series: Series, { from, to }: RowRange = { from: NaN, to: NaN }): TimeRange {
  return { from: timeAt(series, from), to: timeAt(series, to - 1), rows: to - from };
}
