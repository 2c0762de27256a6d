import type { Tensor } from '../tensors/tensor.ts';
import type { Callback } from './callbacks.ts';
import { Monitor, type MonitorOptions } from './monitor.ts';

/** What {@link earlyStopping} knows of a training. */
export interface EarlyStoppingState {
  /** Best value so far; undefined before the first epoch. */
  readonly best: number | undefined;
  /** Epochs since the best value. */
  readonly wait: number;
  /** Weights of the best epoch, where they are kept to be restored. */
  readonly weights: Readonly<Record<string, Tensor>> | undefined;
}

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Default 5. */
  readonly patience?: number;
  /**
   * Whether the model gets the weights of its best epoch when training ends, for whatever reason.
   * The optimizer's state stays that of the last step. `unlessAborted`: not where a signal ends it,
   * so that the training can go on exactly. Default true.
   */
  readonly restoreBestWeights?: boolean | 'unlessAborted';
  /** Where to go on: {@link EarlyStopping.state} of the training that was ended. Default: anew. */
  readonly from?: EarlyStoppingState;
}

/** The callback that {@link earlyStopping} makes. */
export interface EarlyStopping extends Callback {
  /** As it stood when the training ended, to go on with. */
  readonly state: EarlyStoppingState;
}

/**
 * Stops when a quantity has not become better for `patience` epochs; as in Keras, with
 * `patience: 0` at the first epoch that is no better. It begins anew, or with `from`, with each
 * call of `fit`.
 * @throws {@link ModelError} `bad-option`
 * @example
 * await model.fit(data, {
 *   epochs: 200,
 *   validationSplit: 0.2,
 *   callbacks: [earlyStopping({ monitor: 'valLoss', patience: 10 })],
 * });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  const { patience = 5, restoreBestWeights = true, from } = options;
  let monitor = new Monitor(options, patience);
  let weights: Readonly<Record<string, Tensor>> | undefined;
  return {
    get state() {
      return { best: monitor.best, wait: monitor.wait, weights };
    },
    onTrainBegin() {
      monitor = new Monitor(options, patience);
      monitor.best = from?.best;
      monitor.wait = from?.wait ?? 0;
      weights = from?.weights;
    },
    async onEpochEnd(record, context) {
      if (monitor.observe(record)) {
        if (restoreBestWeights !== false) weights = await context.model.getWeights();
      } else if (monitor.wait >= patience) context.stop('earlyStopping');
    },
    async onTrainEnd({ stoppedBy }, context) {
      if (restoreBestWeights === 'unlessAborted' && stoppedBy === 'abort') return;
      if (!weights) return;
      await context.model.setWeights(weights);
      context.restoredEpoch = context.epoch - 1 - monitor.wait;
      weights = undefined;
    },
  };
}
