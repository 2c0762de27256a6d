import type { Windows } from '@chronograd/data';
import { earlyStopping, type FitData, type History, type Model } from 'chronograd';
import { forecastWindows, type ForecastData } from './forecast-data.ts';
import type { TrainingDisplay } from './progress.ts';
import { shiftedBatches } from './shifts.ts';

/** How the model is trained. */
export interface TrainOptions {
  /** Most epochs. */
  readonly epochs: number;
  /** Of the order of the windows and their shifts. */
  readonly seed: number;
  readonly display: TrainingDisplay;
  /** Ends the training after the step that is running. */
  readonly signal?: AbortSignal;
}

/** Epochs without a better validation error that are put up with. */
export const PATIENCE = 10;

// These, and what stands in the documents, were chosen by the validation part alone.
const BATCH_SIZE = 32;
const SHIFT = 0.6;

/**
 * Trains on the training part until the validation error has not become less for {@link PATIENCE} epochs, and
 * leaves the model with the weights of its best epoch.
 */
export async function trainForecaster(
  model: Model,
  data: ForecastData,
  { epochs, seed, display, signal }: TrainOptions,
): Promise<History> {
  const steps = Math.max(1, Math.floor(data.train.count / BATCH_SIZE));
  const { scale } = data.scaler.of('maximum');
  let best = Infinity;
  let millisecondsPerStep = 0;
  try {
    return await model.fit(
      (epoch: number) =>
        shiftedBatches(data.train, { batchSize: BATCH_SIZE, seed, deviation: SHIFT }, epoch),
      {
        epochs,
        validationData: lastStepOnly(forecastWindows(data, data.split.validation), model),
        callbacks: [
          {
            onEpochEnd({ epoch, loss, valLoss = NaN }) {
              display.epoch({
                epoch: epoch + 1,
                epochs,
                loss,
                validationMae: valLoss * scale,
                millisecondsPerStep,
                best: valLoss < best,
              });
              best = Math.min(best, valLoss);
            },
          },
          earlyStopping({ monitor: 'valLoss', patience: PATIENCE }),
        ],
        progress(progress) {
          ({ millisecondsPerStep } = progress);
          display.step(progress.batch, steps, progress.means.loss ?? NaN, millisecondsPerStep);
        },
        ...(signal && { signal }),
      },
    );
  } finally {
    display.end();
  }
}

/**
 * Windows with one forecast each as data of a sequence-to-sequence model: only the last step has
 * targets and counts, with as much weight as all steps would have. So a loss of mean absolute
 * errors is that of the forecasts, on days before which the model saw a whole window.
 */
function lastStepOnly(cuts: Windows, model: Model): FitData {
  if (Object.values(model.training?.loss ?? {})[0] !== 'mae')
    throw new Error('training.json: the loss must be mae, which the validation error is read from');
  const { inputs, targets } = cuts.batch();
  const [count = 0, length = 0] = inputs.shape;
  const horizon = cuts.horizon;
  const last = new Float32Array(count * length * horizon);
  const weights = new Float32Array(count * length);
  for (let window = 0; window < count; window++) {
    const step = window * length + length - 1;
    last.set(targets.data.subarray(window * horizon, (window + 1) * horizon), step * horizon);
    weights[step] = length;
  }
  return {
    inputs,
    targets: { shape: [count, length, horizon], data: last },
    sampleWeights: { shape: [count, length], data: weights },
  };
}
