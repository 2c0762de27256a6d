/** What is told of a training. */
import { ChronogradError, type ErrorDetails } from '../errors.ts';

/**
 * One epoch: means over its samples, of the loss and the metrics as training went on (`loss`,
 * `mae`, …) and of the validation data after it (`valLoss`, `valMae`, …).
 */
export interface EpochRecord {
  /** Counted from 0 over all calls of `fit`. */
  readonly epoch: number;
  readonly loss: number;
  /** Where there were validation data. */
  readonly valLoss?: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** With validation. */
  readonly milliseconds: number;
  readonly [metric: string]: number | undefined;
}

/** Why a training ended: it had all its epochs, or something stopped it. */
export type StoppedBy = 'epochs' | 'earlyStopping' | 'callback' | 'abort';

/** What `fit` returns. */
export interface History {
  /** The epochs that were finished, in their order. */
  readonly epochs: readonly EpochRecord[];
  readonly stoppedBy: StoppedBy;
  /**
   * Number of the epoch whose weights the model was given in the end, where a callback gave it
   * others than those of the last step; see {@link EpochRecord.epoch}.
   */
  readonly restoredEpoch?: number;
}

/** Where a model stands in its training. */
export interface TrainingPosition {
  /** Steps (updates of the weights) since the model was made, over all calls of `fit`. */
  readonly step: number;
  /** Epochs that were finished, which is the number of the next one. */
  readonly epoch: number;
  /** Batches of that next epoch that are already done, where training stopped within it. */
  readonly batch: number;
  /** By what the learning rate is multiplied; see `reduceOnPlateau`. */
  readonly learningRateFactor: number;
}

/** Codes of a {@link TrainingError}. */
export type TrainingErrorCode =
  /** The model has no training document. */
  | 'no-training'
  /** A loss, gradient or weight became NaN or infinite. */
  | 'not-finite'
  /** A callback watches a quantity that is not measured. */
  | 'bad-monitor';

/** Where a training went wrong. */
export interface TrainingFailure {
  readonly epoch: number;
  readonly step: number;
  /** The epochs that were finished before. */
  readonly history: readonly EpochRecord[];
}

/**
 * A training that cannot go on. With `not-finite`, the model has the weights and optimizer state
 * from before the step that is named, all of them finite.
 */
export class TrainingError extends ChronogradError<TrainingErrorCode> {
  override readonly name = 'TrainingError';
  readonly epoch: number | undefined;
  readonly step: number | undefined;
  readonly history: readonly EpochRecord[];

  constructor(details: ErrorDetails<TrainingErrorCode> & Partial<TrainingFailure>) {
    super(details);
    this.epoch = details.epoch;
    this.step = details.step;
    this.history = details.history ?? [];
  }
}

/** `valMae` of `mae`: the name under which a validation's quantity stands in a record. */
export function validationName(name: string): string {
  return `val${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
