/** The training loop. */
import { learningRateAt, type TrainingSpec } from '@chronograd/spec';
import {
  batchesFrom,
  batchesOf,
  isBatchSource,
  whole,
  type Batch,
  type BatchSource,
  type Part,
  type TrainingData,
} from '../data/batches.ts';
import { fitDataset } from '../data/dataset.ts';
import { permutation } from '../data/random.ts';
import type { Core } from '../engine/core.ts';
import { evaluateBatches } from '../inference/evaluate.ts';
import type { Model } from '../model.ts';
import { badOption } from '../options.ts';
import type { Callback, TrainingContext } from './callbacks.ts';
import { checkFitOptions, type FitOptions } from './fit-options.ts';
import {
  TrainingError,
  validationName,
  type EpochRecord,
  type History,
  type StoppedBy,
} from './history.ts';
import { StepFailure, StepRunner } from './runner.ts';
import type { Step, StepResult } from './step.ts';
import { Totals } from './totals.ts';

/** Training data as the loop wants them: the batches of an epoch, from one of them on. */
interface Source {
  readonly batches: number | undefined;
  epoch(epoch: number): Iterable<Batch> | AsyncIterable<Batch>;
}

/** What a training step is told of, beside the model. */
interface Loop {
  readonly core: Core;
  readonly options: FitOptions;
  readonly train: Source;
  readonly validation: Source | undefined;
  readonly callbacks: readonly Callback[];
  readonly context: TrainingContext & { stopped: StoppedBy | undefined };
}

/**
 * Trains a model; see {@link Model.fit}.
 */
export async function fit(
  core: Core,
  model: Model,
  data: TrainingData,
  options: FitOptions,
): Promise<History> {
  const { training } = core;
  if (!training)
    throw new TrainingError({
      code: 'no-training',
      subject: 'fit',
      expected: 'a model with a training document',
      found: 'none',
      advice: "Give it to compile: compile(document, { backend, training: { loss: 'mse' } })",
    });
  checkFitOptions(data, options);
  const { train, validation } = sources(core, data, options);
  const first = options.initialEpoch ?? core.position.epoch;
  const endEpoch = first + Math.max(0, (options.epochs ?? 1) - (options.initialEpoch ?? 0));
  core.position.epoch = first;
  core.position.batch = options.initialBatch ?? 0;
  const loop: Loop = {
    core,
    options,
    train,
    validation,
    callbacks: options.callbacks ?? [],
    context: contextOf(core, model, endEpoch),
  };
  const records: EpochRecord[] = [];
  try {
    return await runEpochs(loop, training, records);
  } catch (error) {
    throw error instanceof StepFailure ? failure(error, records) : error;
  }
}

async function runEpochs(
  loop: Loop,
  training: TrainingSpec,
  records: EpochRecord[],
): Promise<History> {
  const { core, callbacks, context, options } = loop;
  const epoch = new EpochMeter(loop);
  const hears = callbacks.some(({ onBatchEnd }) => onBatchEnd !== undefined);
  const several = core.backend.capabilities().severalStepsPerCall;
  const runner = new StepRunner({
    programs: core.programs,
    state: core.state,
    seed: core.seed,
    position: core.position,
    learningRate: learningRates(training, options),
    inFlight: hears ? 1 : 2,
    stepsPerCall: hears ? 1 : (options.stepsPerCall ?? (several ? 8 : 1)),
    onStep: (step, result) => epoch.step(step, result),
  });
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(context);
    while (core.position.epoch < context.endEpoch && !isStopped(loop)) {
      for (const callback of callbacks) await callback.onEpochBegin?.(core.position.epoch, context);
      epoch.begin();
      if (!(await runBatches(loop, runner))) break;
      const record = await epoch.end();
      records.push(record);
      for (const callback of callbacks) await callback.onEpochEnd?.(record, context);
    }
    await runner.finish();
  } finally {
    await runner.abandon();
  }
  const history: History = { epochs: records, stoppedBy: context.stopped ?? 'epochs' };
  for (const callback of callbacks) await callback.onTrainEnd?.(history, context);
  return history;
}

/** Trains on the batches of an epoch. @returns whether it came to the end of them */
async function runBatches(loop: Loop, runner: StepRunner): Promise<boolean> {
  const { position } = loop.core;
  const done = position.batch;
  let index = 0;
  for await (const batch of loop.train.epoch(position.epoch)) {
    if (index++ < done) continue;
    if (isStopped(loop)) {
      await runner.drain();
      return false;
    }
    await runner.push(batch);
  }
  await runner.drain();
  position.epoch++;
  position.batch = 0;
  return true;
}

/** Whether a callback or the signal has stopped the training. */
function isStopped({ context, options }: Loop): boolean {
  if (context.stopped === undefined && options.signal?.aborted) context.stopped = 'abort';
  return context.stopped !== undefined;
}

/** What is measured in the epoch that is running. */
class EpochMeter {
  #totals = new Totals();
  #started = 0;
  #steps = 0;
  #epoch = 0;
  #learningRate = 0;
  readonly #loop: Loop;

  constructor(loop: Loop) {
    this.#loop = loop;
  }

  begin(): void {
    this.#totals = new Totals();
    this.#started = performance.now();
    this.#steps = 0;
    this.#epoch = this.#loop.core.position.epoch;
  }

  async step(step: Step, { means, gradientNorm }: StepResult): Promise<void> {
    const { callbacks, context, options, train } = this.#loop;
    const { epoch, index, learningRate, batch } = step;
    this.#steps++;
    this.#learningRate = learningRate;
    this.#totals.add(batch.size, means);
    options.progress?.({
      epoch,
      endEpoch: context.endEpoch,
      batch: index + 1,
      batches: train.batches,
      step: step.step + 1,
      means: this.#totals.means(),
      millisecondsPerStep: (performance.now() - this.#started) / this.#steps,
    });
    const record = { epoch, batch: index, step: step.step, size: batch.size };
    for (const callback of callbacks)
      await callback.onBatchEnd?.({ ...record, means, gradientNorm, learningRate }, context);
  }

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

function sources(
  core: Core,
  data: TrainingData,
  options: FitOptions,
): { readonly train: Source; readonly validation: Source | undefined } {
  const { batchSize = 32, validationData, validationSplit = 0 } = options;
  const validation = validationData && plainSource(core, validationData, batchSize);
  if (isBatchSource(data)) return { train: plainSource(core, data, batchSize), validation };
  const { dataset, first, count } = whole(fitDataset(core, data));
  const held = Math.floor(count * validationSplit);
  if (validationSplit > 0 && (held === 0 || held === count))
    throw badOption(
      'validationSplit',
      'a share that leaves samples on both sides',
      `${validationSplit} of ${count} samples`,
    );
  const kept: Part = { dataset, first, count: count - held };
  const shuffle = options.shuffle ?? !isStateful(core);
  return {
    train: {
      batches: Math.ceil(kept.count / batchSize),
      epoch: (epoch) =>
        batchesOf(kept, batchSize, shuffle ? permutation(core.seed, epoch, kept.count) : undefined),
    },
    validation:
      held > 0
        ? partSource({ dataset, first: first + kept.count, count: held }, batchSize)
        : validation,
  };
}

function isStateful({ model }: Core): boolean {
  return model.layers.some(({ spec }) => 'stateful' in spec && spec.stateful);
}

/** Batches in their own order. */
function plainSource(core: Core, data: TrainingData, batchSize: number): Source {
  return isBatchSource(data)
    ? streamSource(core, data)
    : partSource(whole(fitDataset(core, data)), batchSize);
}

function partSource(part: Part, batchSize: number): Source {
  return {
    batches: Math.ceil(part.count / batchSize),
    epoch: () => batchesOf(part, batchSize),
  };
}

function streamSource(core: Core, source: BatchSource): Source {
  return { batches: undefined, epoch: (epoch) => batchesFrom(core, source, epoch) };
}

function learningRates(
  { optimizer }: TrainingSpec,
  { learningRate }: FitOptions,
): (step: number) => number {
  if (typeof learningRate !== 'function') {
    const schedule = learningRate ?? optimizer.learningRate;
    return (step) => learningRateAt(schedule, step);
  }
  return (step) => {
    const rate = learningRate(step);
    if (!Number.isFinite(rate) || rate < 0)
      throw badOption('learningRate', `a rate from 0 for step ${step}`, `${rate}`);
    return rate;
  };
}

function contextOf(core: Core, model: Model, endEpoch: number): Loop['context'] {
  const { position } = core;
  return {
    model,
    endEpoch,
    stopped: undefined,
    get epoch() {
      return position.epoch;
    },
    get step() {
      return position.step;
    },
    get learningRateFactor() {
      return position.learningRateFactor;
    },
    set learningRateFactor(factor) {
      if (!Number.isFinite(factor) || factor < 0)
        throw badOption('learningRateFactor', 'a number from 0', `${factor}`);
      position.learningRateFactor = factor;
    },
    stop(reason = 'callback') {
      this.stopped ??= reason;
    },
  };
}

function failure({ fault }: StepFailure, history: readonly EpochRecord[]): TrainingError {
  const { epoch, step, index } = fault.step;
  return new TrainingError({
    code: 'not-finite',
    subject: `epoch ${epoch}, step ${step} (batch ${index} of the epoch)`,
    expected: 'a finite loss, finite gradients and finite weights',
    found: fault.found,
    advice:
      'The model has the weights from before this step. A smaller learning rate, clipping (globalClipNorm) or scaled data may help',
    epoch,
    step,
    history,
  });
}
