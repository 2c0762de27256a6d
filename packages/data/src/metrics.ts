import { DataError } from './errors.ts';

/** Errors of a forecast for each step of its horizon, in the unit of the values. */
export interface HorizonErrors {
  /** Mean absolute error of step 1 … H, `[horizon]`. */
  readonly mae: Float64Array;
  /** Root of the mean squared error of step 1 … H, `[horizon]`. */
  readonly rmse: Float64Array;
  /** Mean absolute error over all steps. */
  readonly meanMae: number;
  /** Root of the mean squared error over all steps. */
  readonly meanRmse: number;
}

/** Values `[windows, horizon]`, row by row. */
export interface Forecasts {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * Mean absolute error and root mean squared error by step of the horizon.
 *
 * @throws {@link DataError} for shapes other than two equal `[windows, horizon]`, for no windows and
 *   for values that are missing or not finite: an error of NaN would compare as better than none
 */
export function errorsByHorizon(forecast: Forecasts, truth: Forecasts): HorizonErrors {
  const [count = 0, horizon = 0] = truth.shape;
  const values = count * horizon;
  const fits = (tensor: Forecasts): boolean =>
    tensor.shape.length === 2 &&
    tensor.shape[0] === count &&
    tensor.shape[1] === horizon &&
    tensor.data.length === values;
  if (!fits(truth) || !fits(forecast) || values === 0)
    throw new DataError({
      code: 'bad-argument',
      subject: 'forecast',
      expected: `[windows, horizon] of the truth, [${truth.shape.join(', ')}], not empty`,
      found: `[${forecast.shape.join(', ')}]`,
    });
  const absolute = new Float64Array(horizon);
  const squared = new Float64Array(horizon);
  for (let i = 0; i < values; i++) {
    const error = (forecast.data[i] ?? NaN) - (truth.data[i] ?? NaN);
    if (!Number.isFinite(error))
      throw new DataError({
        code: 'missing-values',
        subject: `forecast of window ${Math.floor(i / horizon)}, step ${(i % horizon) + 1}`,
        expected: 'finite values',
        found: `forecast ${forecast.data[i]}, truth ${truth.data[i]}`,
      });
    const step = i % horizon;
    absolute[step] = (absolute[step] ?? 0) + Math.abs(error) / count;
    squared[step] = (squared[step] ?? 0) + error ** 2 / count;
  }
  const mean = (perStep: Float64Array): number =>
    perStep.reduce((sum, value) => sum + value, 0) / horizon;
  return {
    mae: absolute,
    rmse: squared.map(Math.sqrt),
    meanMae: mean(absolute),
    meanRmse: Math.sqrt(mean(squared)),
  };
}
