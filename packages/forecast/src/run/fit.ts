/** What the trainings of all tasks have in common. */
import { earlyStopping, type FitData, type History, type Model } from 'chronograd';
import type { TrainingPart } from '../experiment/experiment.ts';
import type { Trained, TrainOptions } from './train.ts';

/** Batches of a training. */
export interface FitBatches {
  /** Those of an epoch, which depend on its number and the seed alone. */
  readonly train: (epoch: number) => Iterable<FitData>;
  readonly validation?: (() => Iterable<FitData>) | undefined;
}

/**
 * Trains a model as a document says, from where it is: within an epoch too.
 *
 * @throws what `fit` of chronograd throws
 */
export async function fitExperiment(
  model: Model,
  training: TrainingPart,
  options: TrainOptions,
  { train, validation }: FitBatches,
): Promise<Trained> {
  const stopping = training.earlyStopping
    ? earlyStopping({
        ...training.earlyStopping,
        restoreBestWeights: 'unlessAborted',
        ...(options.stopping && { from: options.stopping }),
      })
    : undefined;
  const history: History = await model.fit(train, {
    epochs: options.epochs ?? training.epochs,
    initialEpoch: model.position.epoch,
    initialBatch: model.position.batch,
    ...(validation && { validationData: validation }),
    callbacks: [...(stopping ? [stopping] : []), ...(options.callbacks ?? [])],
    ...(options.progress && { progress: options.progress }),
    ...(options.signal && { signal: options.signal }),
  });
  const isOpen = stopping !== undefined && history.stoppedBy === 'abort';
  return { model, history, ...(isOpen && { stopping: stopping.state }) };
}

/** Distinct for every seed and epoch of a training. */
export function epochSeed(seed: number, epoch: number): number {
  return (Math.imul(seed, 0x9e3779b1) + epoch) >>> 0;
}
