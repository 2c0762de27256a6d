/** What users hang into a training. */
import type { Model } from '../model.ts';
import type { EpochRecord, History, StoppedBy } from './history.ts';

/** What a callback sees of the training, and can change of it. */
export interface TrainingContext {
  /** The model under training; its methods may be called, but for `fit`. */
  readonly model: Model;
  /**
   * Epochs that are finished, over all calls of `fit`: the number of the one that is running, and
   * in `onEpochEnd` of the one that follows.
   */
  readonly epoch: number;
  /** Number of the epoch at which this call ends. */
  readonly endEpoch: number;
  /** Steps since the model was made. */
  readonly step: number;
  /** By what the learning rate is multiplied from the next step on; saved with the model. */
  learningRateFactor: number;
  /**
   * For a callback that gives the model the weights of an epoch in `onTrainEnd`: the number of that
   * epoch, which `fit` then tells of.
   */
  restoredEpoch: number | undefined;
  /** Ends the training after the batch or epoch that is told of. */
  stop(reason?: Exclude<StoppedBy, 'epochs' | 'abort'>): void;
}

/** One step, as callbacks are told of it. */
export interface BatchRecord {
  readonly epoch: number;
  /** Place in the epoch, counted from 0. */
  readonly batch: number;
  /** Steps since the model was made, before this one. */
  readonly step: number;
  /** Samples. */
  readonly size: number;
  /** Means over the batch: `loss` (before the update) and metrics; `rmse` is the mean square. */
  readonly means: Readonly<Record<string, number>>;
  /** Euclidean norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
}

type Awaitable = void | Promise<void>;

/**
 * Hooks into a training, in the order in which they are called. Each is awaited; an error ends the
 * training and is thrown by `fit`. Where `fit` throws, `onTrainEnd` is not called. A callback with
 * `onBatchEnd` makes each step wait for the one before.
 */
export interface Callback {
  onTrainBegin?(context: TrainingContext): Awaitable;
  onEpochBegin?(epoch: number, context: TrainingContext): Awaitable;
  onBatchEnd?(batch: BatchRecord, context: TrainingContext): Awaitable;
  onEpochEnd?(record: EpochRecord, context: TrainingContext): Awaitable;
  onTrainEnd?(history: History, context: TrainingContext): Awaitable;
}

/** How far a training is. */
export interface Progress {
  readonly epoch: number;
  readonly endEpoch: number;
  /** Batches of this epoch that are done. */
  readonly batch: number;
  /** Batches of an epoch, where that is known before its end. */
  readonly batches: number | undefined;
  /** Steps since the model was made. */
  readonly step: number;
  /** Means of this epoch so far: `loss` and metrics. */
  readonly means: Readonly<Record<string, number>>;
  /** Mean of this epoch so far, compilation of its first step included. */
  readonly millisecondsPerStep: number;
}
