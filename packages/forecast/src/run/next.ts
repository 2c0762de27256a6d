/** Forecasts of what comes after the data. */
import { column, DataError, listed, timeAt, Windows, type Series } from '@chronograd/data';
import type { Model } from 'chronograd';
import { extendSeries, knownRows } from '../data/panel.ts';
import { withStatic } from '../data/static-columns.ts';
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
  const inputs = design.features;
  const seen = [...design.past, ...design.ahead.map((each) => each.column)];
  const extended = panel.members.map((member, i) => {
    const rows = extendSeries(member.series, spec.data, horizon);
    const longer = withStatic(rows, design.static, member);
    return withAhead(scalers[i]?.transform(longer) ?? longer, design);
  });
  const calibration = await calibrateIntervals(prepared, model);
  const results: NextForecast[] = [];
  for (const [member, own] of panel.members.entries()) {
    const { id } = own;
    const series = extended[member] as Series;
    const known = knownRows(own, spec.data, seen);
    const start = lastComplete(series, { inputs, length, source: own.source, known });
    const options = {
      inputs,
      targets: design.targets,
      length,
      horizon,
      kind: 'manySteps',
    } as const;
    const windows = new Windows(series, options, Int32Array.of(start), 0);
    const set = new WindowSet([{ member, windows }]);
    const forecast = await forecastWindows({ ...prepared, scaled: extended }, model, set);
    const values = calibration ? withInterval(forecast, calibration) : forecast;
    const origin = start + length - 1;
    const times = Array.from({ length: horizon }, (_, i) => timeAt(series, origin + 1 + i));
    results.push({ id, origin: timeAt(series, origin), times, values });
  }
  return results;
}

/** First row of the last window without a missing input, whose end does not lie in a filled gap. */
function lastComplete(
  series: Series,
  {
    inputs,
    length,
    source,
    known,
  }: {
    readonly inputs: readonly string[];
    readonly length: number;
    readonly source: string;
    readonly known: Uint8Array | undefined;
  },
): number {
  const columns = inputs.map((name) => column(series, name));
  const isWhole = (row: number): boolean => columns.every((values) => !Number.isNaN(values[row]));
  let whole = 0;
  for (let row = series.length - 1; row >= 0; row--) {
    // No window has begun, and none may end here.
    if (whole === 0 && known?.[row] === 0) continue;
    whole = isWhole(row) ? whole + 1 : 0;
    if (whole === length) return row;
  }
  throw new DataError({
    code: 'missing-values',
    file: source,
    subject: 'rows to forecast from',
    expected: `${length} in a row with all of ${listed(inputs)}`,
    found: 'nowhere so many',
    advice: 'Give more rows, or fill the missing values',
  });
}
