/** What is measured and told while an epoch runs. */
import type { Core } from '../engine/core.ts';
import { evaluateBatches } from '../inference/evaluate.ts';
import type { Callback, TrainingContext } from './callbacks.ts';
import type { FitOptions } from './fit-options.ts';
import { validationName, type EpochRecord, type StoppedBy } from './history.ts';
import type { Source } from './sources.ts';
import type { Step, StepResult } from './step.ts';
import { Totals } from './totals.ts';

/** A call of `fit`. */
export interface Loop {
  readonly core: Core;
  readonly options: FitOptions;
  readonly train: Source;
  readonly validation: Source | undefined;
  readonly callbacks: readonly Callback[];
  readonly context: TrainingContext & { stopped: StoppedBy | undefined };
}

/** What is measured in the epoch that is running. */
export class EpochMeter {
  /** Steps of the epoch so far. */
  steps = 0;
  #totals: Totals;
  #started = 0;
  #epoch = 0;
  #learningRate = 0;
  readonly #loop: Loop;

  constructor(loop: Loop) {
    this.#loop = loop;
    this.#totals = new Totals(loop.core.training);
  }

  /** An epoch begins. */
  begin(): void {
    this.#totals = new Totals(this.#loop.core.training);
    this.#started = performance.now();
    this.steps = 0;
    this.#epoch = this.#loop.core.position.epoch;
  }

  /** Counts a step, and tells progress and callbacks of it. */
  async step(step: Step, result: StepResult): Promise<void> {
    const { means, gradientNorm } = result;
    const { callbacks, context, options, train } = this.#loop;
    const { epoch, index, learningRate, batch } = step;
    this.steps++;
    this.#learningRate = learningRate;
    this.#totals.add(batch.size, result);
    options.progress?.({
      epoch,
      endEpoch: context.endEpoch,
      batch: index + 1,
      batches: train.batches,
      step: step.step + 1,
      means: this.#totals.means(),
      millisecondsPerStep: (performance.now() - this.#started) / this.steps,
    });
    const record = { epoch, batch: index, step: step.step, size: batch.size };
    for (const callback of callbacks)
      await callback.onBatchEnd?.({ ...record, means, gradientNorm, learningRate }, context);
  }

  /** The record of the epoch, validation included. */
  async end(): Promise<EpochRecord> {
    const { core, validation } = this.#loop;
    const means = this.#totals.means();
    const record: Record<string, number> = {};
    if (validation) {
      const values = await evaluateBatches(core, validation.epoch(this.#epoch));
      for (const [name, value] of Object.entries(values)) record[validationName(name)] = value;
    }
    return {
      epoch: this.#epoch,
      ...means,
      loss: means.loss ?? Number.NaN,
      ...record,
      learningRate: this.#learningRate,
      milliseconds: performance.now() - this.#started,
    };
  }
}
