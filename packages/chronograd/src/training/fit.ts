/** The training loop. */
import { learningRateAt, type TrainingSpec } from '@chronograd/spec';
import type { TrainingData } from '../data/batches.ts';
import type { Core } from '../engine/core.ts';
import type { Model } from '../model.ts';
import { badOption } from '../options.ts';
import { EpochMeter, type Loop } from './epoch-meter.ts';
import { checkFitOptions, type FitOptions } from './fit-options.ts';
import { TrainingError, type EpochRecord, type History } from './history.ts';
import { StepFailure, StepRunner } from './runner.ts';
import { sourcesOf } from './sources.ts';

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
  const { train, validation } = await sourcesOf(core, data, options);
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
      // An epoch whose batches were all passed over was told of before.
      if (epoch.steps === 0) continue;
      const record = await epoch.end();
      records.push(record);
      for (const callback of callbacks) await callback.onEpochEnd?.(record, context);
    }
  } finally {
    await runner.abandon();
  }
  const history: History = { epochs: records, stoppedBy: context.stopped ?? 'epochs' };
  for (const callback of callbacks) await callback.onTrainEnd?.(history, context);
  const { restoredEpoch } = context;
  return restoredEpoch === undefined ? history : { ...history, restoredEpoch };
}

/** Trains on the batches of an epoch. @returns whether it came to the end of them */
async function runBatches(loop: Loop, runner: StepRunner): Promise<boolean> {
  const { position } = loop.core;
  const done = position.batch;
  let index = 0;
  for await (const batch of loop.train.epoch(position.epoch)) {
    if (index++ < done) continue;
    if (isStopped(loop)) {
      await runner.check();
      return false;
    }
    await runner.push(batch);
  }
  if (index < done)
    throw badOption('initialBatch', `at most the ${index} batches of the epoch`, `${done}`);
  await runner.check();
  position.epoch++;
  position.batch = 0;
  return true;
}

/** Whether a callback or the signal has stopped the training. */
function isStopped({ context, options }: Loop): boolean {
  if (context.stopped === undefined && options.signal?.aborted) context.stopped = 'abort';
  return context.stopped !== undefined;
}

function learningRates(
  { optimizer }: TrainingSpec,
  { learningRate }: FitOptions,
): (step: number) => number {
  const schedule =
    typeof learningRate === 'function'
      ? learningRate
      : (step: number) => learningRateAt(learningRate ?? optimizer.learningRate, step);
  return (step) => {
    const rate = schedule(step);
    if (!Number.isFinite(Math.fround(rate)) || rate < 0)
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
    restoredEpoch: undefined,
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
