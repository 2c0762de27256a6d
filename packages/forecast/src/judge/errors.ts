/** Errors of forecasts, in the unit of the values and relative to them. */
import type { ForecastValues } from '../run/forecast.ts';

/** Errors of numbers. */
export interface PointErrors {
  /** Mean absolute error. */
  readonly mae: number;
  /** Root of the mean squared error. */
  readonly rmse: number;
  /** Mean of |error| / |truth|, in percent; NaN where a truth is 0. */
  readonly mape: number;
  /** Mean of 2 |error| / (|truth| + |forecast|), in percent (Makridakis 1993); 0 where both are 0. */
  readonly smape: number;
}

/** Errors of a forecast of one target; those by step are `[horizon]`. */
export interface TargetErrors extends PointErrors {
  /**
   * Mean absolute error divided by that of the seasonal naive forecast one season back over the
   * training rows (Hyndman and Koehler 2006); undefined without a season.
   */
  readonly mase?: number;
  readonly maeByStep: readonly number[];
  readonly rmseByStep: readonly number[];
  readonly mapeByStep: readonly number[];
  readonly smapeByStep: readonly number[];
  readonly maseByStep?: readonly number[];
}

/** Sums over some forecasts of one target. */
interface ErrorSums {
  count: number;
  absolute: number;
  squared: number;
  percent: number;
  symmetric: number;
}

function emptySums(): ErrorSums {
  return { count: 0, absolute: 0, squared: 0, percent: 0, symmetric: 0 };
}

function add(sums: ErrorSums, given: number, wanted: number): void {
  const error = Math.abs(given - wanted);
  sums.count++;
  sums.absolute += error;
  sums.squared += error ** 2;
  sums.percent += wanted === 0 ? NaN : error / Math.abs(wanted);
  sums.symmetric += error === 0 ? 0 : (2 * error) / (Math.abs(wanted) + Math.abs(given));
}

function meansOf({ count, absolute, squared, percent, symmetric }: ErrorSums): PointErrors {
  return {
    mae: absolute / count,
    rmse: Math.sqrt(squared / count),
    mape: (100 * percent) / count,
    smape: (100 * symmetric) / count,
  };
}

/** MAE, RMSE, MAPE and sMAPE of pairs of a forecast and what came. */
export function pointErrors(pairs: Iterable<readonly [number, number]>): PointErrors {
  const sums = emptySums();
  for (const [given, wanted] of pairs) add(sums, given, wanted);
  return meansOf(sums);
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
    const whole = emptySums();
    const bySteps = Array.from({ length: horizon }, emptySums);
    for (let i = 0; i < windows * horizon; i++) {
      const at = i * targets.length + k;
      const [given, wanted] = [point[at] ?? NaN, truth[at] ?? NaN];
      add(whole, given, wanted);
      add(bySteps[i % horizon] as ErrorSums, given, wanted);
    }
    const means = meansOf(whole);
    const steps = bySteps.map(meansOf);
    const maeByStep = steps.map(({ mae }) => mae);
    const scale = scales?.[k];
    const errors: TargetErrors = {
      ...means,
      ...(scale !== undefined && { mase: means.mae / scale }),
      maeByStep,
      rmseByStep: steps.map(({ rmse }) => rmse),
      mapeByStep: steps.map(({ mape }) => mape),
      smapeByStep: steps.map(({ smape }) => smape),
      ...(scale !== undefined && { maseByStep: maeByStep.map((mae) => mae / scale) }),
    };
    return [name, errors] as const;
  });
  return Object.fromEntries(entries);
}
