import { nameAdvice } from '@chronograd/spec';
import { isBatchSource, type TrainingData } from '../data/batches.ts';
import { badOption, checkInteger, checkNumber } from '../options.ts';
import { describe } from '../tensors/tensor.ts';
import type { Callback, Progress } from './callbacks.ts';

/** Options of {@link Model.fit}. */
export interface FitOptions {
  /** Epochs to train; with `initialEpoch`, the number of the epoch to stop before. Default 1. */
  readonly epochs?: number;
  /** Samples of a step. The last batch of an epoch may be smaller. Default 32. */
  readonly batchSize?: number;
  /**
   * Whether each epoch takes the samples in another order, which depends on the seed and the
   * number of the epoch alone. Default true, and false for stateful models.
   */
  readonly shuffle?: boolean;
  /** What is evaluated after each epoch. */
  readonly validationData?: TrainingData;
  /** Share of the samples, from their end, that is validated on rather than trained on. */
  readonly validationSplit?: number;
  /** Called in their order. */
  readonly callbacks?: readonly Callback[];
  /**
   * Learning rate, or a function of the step (counted from 0 since the model was made), in place
   * of that of the training document.
   */
  readonly learningRate?: number | ((step: number) => number);
  /**
   * Number of the first epoch, on which the order of the samples depends. Default: the number of
   * epochs that the model was trained already.
   */
  readonly initialEpoch?: number;
  /** Batches of the first epoch to pass over: to go on within an epoch. Default 0. */
  readonly initialBatch?: number;
  /** Told of every step. */
  readonly progress?: (progress: Progress) => void;
  /** Stops the training after the step that is running; `fit` returns what it has. */
  readonly signal?: AbortSignal;
  /**
   * Steps that go to the engine in one call. Default: 8 where the backend takes several at once,
   * else 1; always 1 where a callback hears of every batch.
   */
  readonly stepsPerCall?: number;
}

/** All options, so that a misspelt one is refused. */
const NAMES: Readonly<Record<keyof FitOptions, true>> = {
  epochs: true,
  batchSize: true,
  shuffle: true,
  validationData: true,
  validationSplit: true,
  callbacks: true,
  learningRate: true,
  initialEpoch: true,
  initialBatch: true,
  progress: true,
  signal: true,
  stepsPerCall: true,
};

/** @throws {@link ModelError} `bad-option` */
export function checkFitOptions(data: TrainingData, options: FitOptions): void {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(NAMES, name))
      throw badOption(name, 'an option of fit', `"${name}"`, nameAdvice(name, Object.keys(NAMES)));
  const { epochs = 1, batchSize = 32, initialEpoch = 0, initialBatch = 0 } = options;
  const { stepsPerCall = 1, validationSplit, validationData, learningRate } = options;
  checkInteger('epochs', epochs, 0);
  checkInteger('batchSize', batchSize, 1);
  checkInteger('initialEpoch', initialEpoch, 0);
  checkInteger('initialBatch', initialBatch, 0);
  checkInteger('stepsPerCall', stepsPerCall, 1);
  if (typeof learningRate !== 'function' && learningRate !== undefined)
    checkNumber('learningRate', learningRate, 0);
  if (options.callbacks !== undefined && !Array.isArray(options.callbacks))
    throw badOption('callbacks', 'an array', describe(options.callbacks));
  if (validationSplit !== undefined) {
    checkNumber('validationSplit', validationSplit, 0, 1);
    if (validationData !== undefined)
      throw badOption('validationSplit', 'none beside validationData', `${validationSplit}`);
  }
  if (!isBatchSource(data)) return;
  for (const name of ['batchSize', 'shuffle', 'validationSplit'] as const)
    if (options[name] !== undefined && options[name] !== false)
      throw badOption(
        name,
        'none for data that come in batches',
        describe(options[name]),
        'Whoever makes the batches decides about their size and order',
      );
}
