/** Intervals for forecasters that give none: by the errors that they had elsewhere. */
import type { EmpiricalDistribution } from '../distribution/forecast-distribution.ts';
import type { ForecastValues } from '../run/forecast.ts';

/**
 * The errors of a forecast, of each step and target for itself, as the distribution of later ones.
 * Values that it could not forecast are left out.
 *
 * @param forecast of windows that are not judged by them
 * @param truth `[windows, horizon, targets]`
 */
export function errorDistribution(
  forecast: ForecastValues,
  truth: ArrayLike<number>,
): EmpiricalDistribution {
  const { windows, horizon, targets, point } = forecast;
  const width = horizon * targets.length;
  const errors = Array.from({ length: width }, (_, place) =>
    Float64Array.from({ length: windows }, (_each, window) => {
      const at = window * width + place;
      return (truth[at] ?? NaN) - (point[at] ?? NaN);
    })
      .filter((error) => !Number.isNaN(error))
      .sort(),
  );
  return { type: 'empirical', errors };
}
