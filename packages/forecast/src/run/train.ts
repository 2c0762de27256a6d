/** Trains the model of an experiment. */
import type { Backend } from '@chronograd/backend';
import type { Batch } from '@chronograd/data';
import {
  compile,
  type Callback,
  type EarlyStoppingState,
  type FitData,
  type History,
  type Model,
  type Progress,
  type Tensors,
} from 'chronograd';
import { epochSeed, fitExperiment } from './fit.ts';
import { partWindows, type Prepared } from './prepare.ts';

/** Options of {@link train}. */
export interface TrainOptions {
  readonly backend: Backend;
  /** In place of the document's seed. */
  readonly seed?: number;
  /** In place of the document's number of epochs; those that a given model had already count. */
  readonly epochs?: number;
  /** Told of every step. */
  readonly progress?: (progress: Progress) => void;
  readonly callbacks?: readonly Callback[];
  /** Ends the training after the step that is running. */
  readonly signal?: AbortSignal;
  /**
   * A model of this experiment to go on with, exactly where it stopped, within an epoch too;
   * compiled anew if left out.
   */
  readonly model?: Model;
  /** What early stopping knew where that model stopped. */
  readonly stopping?: EarlyStoppingState;
}

/** A trained model and what was measured on the way. */
export interface Trained {
  readonly model: Model;
  readonly history: History;
  /** What early stopping knows, where a signal ended the training: to go on exactly. */
  readonly stopping?: EarlyStoppingState;
}

/**
 * Trains the experiment's model on the windows of its training part. Windows are copied batch by
 * batch, so that a long series does not need all of them in memory. The order of an epoch depends
 * on the seed and the number of the epoch alone.
 *
 * @throws DataError where no window fits a part; what `compile` and `fit` of chronograd throw
 */
export async function train(prepared: Prepared, options: TrainOptions): Promise<Trained> {
  const { training } = prepared.spec;
  const { backend, seed = training.seed } = options;
  const windows = partWindows(prepared, { part: 'train', view: 'model' });
  const validation = prepared.spec.data.split.validation
    ? partWindows(prepared, { part: 'validation', view: 'model' })
    : undefined;
  const model = options.model ?? (await compileExperiment(prepared, backend, seed));
  return fitExperiment(model, training, options, {
    train: (epoch) => fitBatches(windows.batches(training.batchSize, epochSeed(seed, epoch))),
    validation: validation && (() => fitBatches(validation.batches(256))),
  });
}

/** The untrained model of an experiment. */
export async function compileExperiment(
  { design }: Prepared,
  backend: Backend,
  seed: number,
): Promise<Model> {
  return compile(design.model, { backend, training: design.training, seed });
}

/**
 * Inputs of the first windows of the training part, as the model sees them, e.g. to hold the
 * predictions of one backend to those of another.
 *
 * @param prepared the experiment
 * @param most how many. Default 64
 * @throws DataError where no window fits the part
 */
export function sampleInputs(prepared: Prepared, most = 64): Tensors {
  const windows = partWindows(prepared, { part: 'train', view: 'model' });
  const count = Math.min(most, windows.count);
  return windows.batch(Array.from({ length: count }, (_, i) => i)).inputs;
}

function* fitBatches(batches: Iterable<Batch>): Generator<FitData, void, undefined> {
  for (const { inputs, targets } of batches) yield { inputs, targets };
}
