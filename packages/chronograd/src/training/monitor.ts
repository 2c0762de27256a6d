/** What early stopping and plateaus watch. */
import { nameAdvice } from '@chronograd/spec';
import { checkInteger, checkNumber, badOption } from '../options.ts';
import { describe } from '../tensors/tensor.ts';
import { TrainingError, type EpochRecord } from './history.ts';
import { listed } from '../errors.ts';

/** Which quantity is watched, and what counts as better. */
export interface MonitorOptions {
  /**
   * Name of the quantity in the epoch's record. Default: `valLoss`, or `loss` where there are no
   * validation data.
   */
  readonly monitor?: string;
  /** By how much a value must be better to count. Default 0. */
  readonly minDelta?: number;
  /** Epochs without a better value that are put up with. */
  readonly patience?: number;
  /** Whether less or more is better. Default: more for accuracies, less for everything else. */
  readonly mode?: 'min' | 'max';
}

/** Keeps the best value of a quantity, and counts the epochs since it last got better. */
export class Monitor {
  best: number | undefined;
  /** Epochs since the best value. */
  wait = 0;
  readonly #options: MonitorOptions;
  readonly #minDelta: number;

  /** @throws {@link ModelError} `bad-option` */
  constructor(options: MonitorOptions, patience: number) {
    const { monitor, minDelta = 0, mode } = options;
    checkNumber('minDelta', minDelta, 0);
    checkInteger('patience', patience, 0);
    if (mode !== undefined && mode !== 'min' && mode !== 'max')
      throw badOption('mode', "'min' or 'max'", describe(mode));
    if (monitor !== undefined && typeof monitor !== 'string')
      throw badOption('monitor', 'the name of a quantity', describe(monitor));
    this.#options = options;
    this.#minDelta = minDelta;
  }

  /**
   * Looks at an epoch.
   * @returns whether it is better than the best before
   * @throws {@link TrainingError} `bad-monitor`
   */
  observe(record: EpochRecord): boolean {
    const { monitor = record.valLoss === undefined ? 'loss' : 'valLoss', mode } = this.#options;
    const value = record[monitor];
    if (value === undefined) {
      const names = Object.keys(record).filter((name) => !OTHERS.includes(name));
      throw new TrainingError({
        code: 'bad-monitor',
        subject: 'option monitor',
        expected: `a quantity that is measured: ${listed(names)}`,
        found: `"${monitor}"`,
        advice:
          monitor.startsWith('val') && record.valLoss === undefined
            ? 'Give fit validationData or validationSplit'
            : nameAdvice(monitor, names),
      });
    }
    const sign = (mode ?? (/accuracy/i.test(monitor) ? 'max' : 'min')) === 'max' ? -1 : 1;
    if (this.best === undefined || sign * value < sign * this.best - this.#minDelta) {
      this.best = value;
      this.wait = 0;
      return true;
    }
    this.wait++;
    return false;
  }
}

/** What stands in a record beside the quantities. */
const OTHERS = ['epoch', 'learningRate', 'milliseconds'];
