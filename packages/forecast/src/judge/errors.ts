/** Errors of forecasts, in the unit of the values and relative to them. */
import type { ForecastValues } from '../run/forecast.ts';

/** Errors of a forecast of one target. */
export interface TargetErrors {
  /** Mean absolute error. */
  readonly mae: number;
  /** Root of the mean squared error. */
  readonly rmse: number;
  /** Mean of |error| / |truth|, in percent; NaN where a truth is 0. */
  readonly mape: number;
  /** Mean of 2 |error| / (|truth| + |forecast|), in percent (Makridakis 1993); 0 where both are 0. */
  readonly smape: number;
  /**
   * Mean absolute error divided by that of the seasonal naive forecast one season back over the
   * training rows (Hyndman and Koehler 2006); undefined without a season.
   */
  readonly mase?: number;
  /** Mean absolute error of each step of the horizon, `[horizon]`. */
  readonly maeByStep: readonly number[];
}

/**
 * The errors of each target.
 *
 * @param truth `[windows, horizon, targets]`
 * @param scales by target, what MASE divides by; none without a season
 */
export function forecastErrors(
  forecast: ForecastValues,
  truth: ArrayLike<number>,
  scales?: readonly number[],
): Readonly<Record<string, TargetErrors>> {
  const { windows, horizon, targets, point } = forecast;
  const entries = targets.map((name, k) => {
    let absolute = 0;
    let squared = 0;
    let percent = 0;
    let symmetric = 0;
    const byStep = new Array<number>(horizon).fill(0);
    for (let window = 0; window < windows; window++)
      for (let step = 0; step < horizon; step++) {
        const at = (window * horizon + step) * targets.length + k;
        const wanted = truth[at] ?? NaN;
        const given = point[at] ?? NaN;
        const error = Math.abs(given - wanted);
        absolute += error;
        squared += error ** 2;
        percent += wanted === 0 ? NaN : error / Math.abs(wanted);
        symmetric += error === 0 ? 0 : (2 * error) / (Math.abs(wanted) + Math.abs(given));
        byStep[step] = (byStep[step] ?? 0) + error / windows;
      }
    const count = windows * horizon;
    const mae = absolute / count;
    const scale = scales?.[k];
    const errors: TargetErrors = {
      mae,
      rmse: Math.sqrt(squared / count),
      mape: (100 * percent) / count,
      smape: (100 * symmetric) / count,
      ...(scale !== undefined && { mase: mae / scale }),
      maeByStep: byStep,
    };
    return [name, errors] as const;
  });
  return Object.fromEntries(entries);
}
