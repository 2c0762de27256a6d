/** Forecasts of what comes after the data. */
import { column, DataError, timeAt, Windows, type Series } from '@chronograd/data';
import type { Model } from 'chronograd';
import { extendSeries } from '../data/panel.ts';
import { WindowSet } from '../data/window-set.ts';
import { withInterval } from '../judge/conformal.ts';
import { calibrateIntervals } from './evaluate.ts';
import { forecastWindows, type ForecastValues } from './forecast.ts';
import { withAhead, type Prepared } from './prepare.ts';

/** The forecast of one series. */
export interface NextForecast {
  /** Id of the series; empty where there is a single one. */
  readonly id: string;
  /** Time of the last row that the model saw. */
  readonly origin: string;
  /** Times that are forecast, `[horizon]`. */
  readonly times: readonly string[];
  /** One window: `[1, horizon, targets]`. */
  readonly values: ForecastValues;
}

/**
 * Forecasts each series from its last row where all is known that the model sees. Columns that are
 * known ahead must be in the file for the rows to forecast; the calendar need not.
 *
 * @throws DataError where a series has no such row
 */
export async function forecastNext(
  prepared: Prepared,
  model: Model,
): Promise<readonly NextForecast[]> {
  const { design, panel, scalers, spec } = prepared;
  const { window: length, horizon } = spec.task;
  const inputs = [...design.past, ...design.ahead.map(({ name }) => name)];
  const extended = panel.members.map(({ series }, i) => {
    const longer = extendSeries(series, spec.data, horizon);
    return withAhead(scalers[i]?.transform(longer) ?? longer, design);
  });
  const calibration = await calibrateIntervals(prepared, model);
  const results: NextForecast[] = [];
  for (const [member, { id }] of panel.members.entries()) {
    const series = extended[member] as Series;
    const start = lastComplete(series, inputs, length, id);
    const options = {
      inputs,
      targets: design.targets,
      length,
      horizon,
      kind: 'manySteps',
    } as const;
    const windows = new Windows(series, options, Int32Array.of(start), 0);
    const set = new WindowSet([{ member, windows }]);
    const own = await forecastWindows({ ...prepared, scaled: extended }, model, set);
    const values = calibration ? withInterval(own, calibration) : own;
    const origin = start + length - 1;
    const times = Array.from({ length: horizon }, (_, i) => timeAt(series, origin + 1 + i));
    results.push({ id, origin: timeAt(series, origin), times, values });
  }
  return results;
}

/** First row of the last window without a missing input. */
function lastComplete(
  series: Series,
  inputs: readonly string[],
  length: number,
  id: string,
): number {
  const columns = inputs.map((name) => column(series, name));
  const isWhole = (row: number): boolean => columns.every((values) => !Number.isNaN(values[row]));
  let whole = 0;
  for (let row = series.length - 1; row >= 0; row--) {
    whole = isWhole(row) ? whole + 1 : 0;
    if (whole === length) return row;
  }
  throw new DataError({
    code: 'missing-values',
    subject: id === '' ? 'the series' : `series "${id}"`,
    expected: `${length} rows in a row where ${inputs.join(', ')} are all there`,
    found: 'nowhere',
  });
}
