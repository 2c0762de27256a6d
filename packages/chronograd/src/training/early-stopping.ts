import type { Tensor } from '../tensors/tensor.ts';
import type { Callback } from './callbacks.ts';
import { Monitor, type MonitorOptions } from './monitor.ts';

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Default 5. */
  readonly patience?: number;
  /**
   * Whether the model gets the weights of its best epoch when training ends, for whatever reason.
   * The optimizer's state stays that of the last step. Default true.
   */
  readonly restoreBestWeights?: boolean;
}

/**
 * Stops when a quantity has not become better for `patience` epochs; as in Keras, with
 * `patience: 0` at the first epoch that is no better. It begins anew with each call of `fit`.
 * @throws {@link ModelError} `bad-option`
 * @example
 * await model.fit(data, {
 *   epochs: 200,
 *   validationSplit: 0.2,
 *   callbacks: [earlyStopping({ monitor: 'valLoss', patience: 10 })],
 * });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { patience = 5, restoreBestWeights = true } = options;
  let monitor = new Monitor(options, patience);
  let bestWeights: Readonly<Record<string, Tensor>> | undefined;
  return {
    onTrainBegin() {
      monitor = new Monitor(options, patience);
      bestWeights = undefined;
    },
    async onEpochEnd(record, context) {
      if (monitor.observe(record)) {
        if (restoreBestWeights) bestWeights = await context.model.getWeights();
      } else if (monitor.wait >= patience) context.stop('earlyStopping');
    },
    async onTrainEnd(_history, { model }) {
      if (bestWeights) await model.setWeights(bestWeights);
      bestWeights = undefined;
    },
  };
}
