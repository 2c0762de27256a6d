/** The command that judges an experiment from origins that roll forward. */
import type { Backend } from '@chronograd/backend';
import {
  backtest,
  loadExperiment,
  prepare,
  type Backtest,
  type FoldOptions,
  type Prepared,
} from '@chronograd/forecast';
import type { Model } from 'chronograd';
import { backtestTables, foldLine } from '../backtest-tables.ts';
import { withBackend, type BackendOption } from '../engine.ts';
import { Interrupted } from '../failures.ts';
import { aboutFile, readExperiment, whatIs } from '../files.ts';
import { show, type Io } from '../io.ts';
import { progressDisplay } from '../progress.ts';

/** Options of {@link backtestCommand}. */
export interface BacktestCommandOptions extends BackendOption, FoldOptions {
  readonly seed?: number;
  readonly epochs?: number;
}

/**
 * Judges an experiment fold by fold, beside the baselines. Without `--refit` the model is that of
 * the run, or of a document trained once. Ctrl-C ends it with the folds that were judged.
 */
export async function backtestCommand(
  io: Io,
  path: string,
  { backend: id, seed, epochs, ...plan }: BacktestCommandOptions,
): Promise<void> {
  await withBackend(id, async (backend) => {
    const { prepared, model } = await experimentAt(path, backend);
    const { training } = prepared.spec;
    const display = progressDisplay(io.err, epochs ?? training.epochs);
    const isTold = plan.refit !== true && model === undefined;
    try {
      const result = await backtest(prepared, {
        ...plan,
        backend,
        ...(seed !== undefined && { seed }),
        ...(epochs !== undefined && { epochs }),
        ...(model && { model }),
        signal: io.signal,
        progress: display.step,
        callbacks: isTold ? [display.callback] : [],
        onFold(fold, place) {
          display.end();
          io.err.write(`${foldLine(fold, place)}\n`);
        },
      });
      display.end();
      tell(io, result);
    } finally {
      display.end();
      await model?.dispose();
    }
  });
}

/** An experiment's document, or a folder to which one was trained. */
async function experimentAt(
  path: string,
  backend: Backend,
): Promise<{ readonly prepared: Prepared; readonly model?: Model }> {
  if ((await whatIs(path)) === 'folder') return loadExperiment(path, { backend });
  const { document, folder } = await readExperiment(path);
  return { prepared: await aboutFile(path, () => prepare(document, folder)) };
}

function tell(io: Io, result: Backtest): void {
  const { folds, skipped, planned, ...rest } = result;
  const isWhole = folds.length + skipped.length === planned;
  if (folds.length > 0 || isWhole) {
    const told = folds.map(({ evaluation, ...fold }) => {
      const { forecasts: _, truth: __, ...judged } = evaluation;
      return { ...fold, ...judged };
    });
    show(io, { ...rest, planned, skipped, folds: told }, () => backtestTables(result));
  }
  if (isWhole) return;
  throw new Interrupted(
    folds.length === 0
      ? 'stopped before the first fold was judged'
      : `stopped after ${folds.length} of ${planned} folds, which are told`,
  );
}
