import { DataError } from '../errors.ts';
import { column, timeAt } from '../series.ts';
import type { FloatTensor } from '../tensor.ts';
import type { Windows } from '../windows.ts';

/** The one column that a baseline forecasts. */
export function soleTarget(windows: Windows): string {
  const [target, ...others] = windows.options.targets;
  if (target === undefined || others.length > 0)
    throw new DataError({
      code: 'bad-argument',
      subject: 'baseline',
      expected: 'windows with one target',
      found: windows.options.targets.join(', '),
    });
  return target;
}

/** What a value that is not there makes of the forecast that needs it: an error, or NaN. */
export type MissingValues = 'refuse' | 'keep';

/** A forecast for each window, `[windows, horizon]`, of `value(row, target row)`. */
function forecastEach(
  windows: Windows,
  missing: MissingValues,
  rowFor: (origin: number, step: number) => number,
) {
  const target = soleTarget(windows);
  const values = column(windows.series, target);
  const { count, horizon } = windows;
  const data = new Float32Array(count * horizon);
  for (let window = 0; window < count; window++) {
    const origin = windows.originRow(window);
    for (let step = 1; step <= horizon; step++) {
      const row = rowFor(origin, step);
      const value = values[row] ?? NaN;
      if (Number.isNaN(value) && missing === 'refuse')
        throw new DataError({
          code: row < 0 ? 'too-short' : 'missing-values',
          column: target,
          expected: `a value at ${timeAt(windows.series, row)}, to forecast from ${timeAt(windows.series, origin)}`,
          found: row < 0 ? 'a time before the series begins' : 'a missing value',
        });
      data[window * horizon + step - 1] = value;
    }
  }
  return { dtype: 'float32', shape: [count, horizon], data } satisfies FloatTensor;
}

/**
 * Forecasts each step as the last value that is known (yesterday): `[windows, horizon]`.
 *
 * @param windows with one target
 * @param missing what a missing value makes of its forecast. Default: an error
 * @throws {@link DataError} for a missing value, unless it is kept
 */
export function naiveForecast(windows: Windows, missing: MissingValues = 'refuse'): FloatTensor {
  return forecastEach(windows, missing, (origin) => origin);
}

/**
 * Forecasts each step as the value one season before it, or as many seasons as it takes to be known:
 * `[windows, horizon]`.
 *
 * @param windows with one target
 * @param period rows of a season: 7 for the week, 365 for the year of a daily series
 * @param missing what a missing value, or one before the series, makes of its forecast. Default: an
 *   error
 * @throws {@link DataError} if the series does not reach back far enough and for a missing value,
 *   unless they are kept
 */
export function seasonalNaiveForecast(
  windows: Windows,
  period: number,
  missing: MissingValues = 'refuse',
): FloatTensor {
  if (!Number.isInteger(period) || period < 1)
    throw new DataError({
      code: 'bad-argument',
      subject: 'period',
      expected: 'a whole, positive number of rows',
      found: String(period),
    });
  return forecastEach(
    windows,
    missing,
    (origin, step) => origin + step - period * Math.ceil(step / period),
  );
}
