import { badOption, checkInteger, checkNumber } from '../options.ts';
import type { Callback } from './callbacks.ts';
import { Monitor, type MonitorOptions } from './monitor.ts';

/** Options of {@link reduceOnPlateau}. */
export interface ReduceOnPlateauOptions extends MonitorOptions {
  /** By what the learning rate is multiplied, above 0 and below 1. Default 0.1. */
  readonly factor?: number;
  /** Default 10. */
  readonly patience?: number;
  /** Epochs after a reduction in which none is counted. Default 0. */
  readonly cooldown?: number;
  /** The product of all reductions stays at least this. Default 0. */
  readonly minFactor?: number;
}

/**
 * Multiplies the learning rate by `factor` whenever a quantity has not become better for
 * `patience` epochs. It acts on whatever schedule there is. What it has made of the learning rate
 * is saved with the model; its count of epochs begins anew with each call of `fit`.
 * @throws {@link ModelError} `bad-option`
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): Callback {
  const { factor = 0.1, patience = 10, cooldown = 0, minFactor = 0 } = options;
  if (!(factor > 0 && factor < 1))
    throw badOption('factor', 'a number between 0 and 1', `${factor}`);
  checkInteger('cooldown', cooldown, 0);
  checkNumber('minFactor', minFactor, 0, 1);
  let monitor = new Monitor(options, patience);
  let cooling = 0;
  return {
    onTrainBegin() {
      monitor = new Monitor(options, patience);
      cooling = 0;
    },
    onEpochEnd(record, context) {
      const better = monitor.observe(record);
      if (cooling > 0) {
        cooling--;
        monitor.wait = 0;
      } else if (!better && monitor.wait >= patience) {
        context.learningRateFactor = Math.max(context.learningRateFactor * factor, minFactor);
        cooling = cooldown;
        monitor.wait = 0;
      }
    },
  };
}
