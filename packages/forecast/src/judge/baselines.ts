/** What every model is held against: forecasts that need no model. */
import {
  column,
  DataError,
  LinearForecaster,
  naiveForecast,
  seasonalNaiveForecast,
  type FloatTensor,
  type MissingValues,
  type Windows,
} from '@chronograd/data';
import type { ForecastValues } from '../run/forecast.ts';
import { partWindows, type Prepared } from '../run/prepare.ts';
import type { WindowSet } from '../data/window-set.ts';

/** Forecasts of a baseline, by its name. */
export type Baselines = Readonly<Record<string, ForecastValues>>;

/** The same windows of a part in two views. */
export interface JudgedWindows {
  /** Of the view `judged`. */
  readonly judged: WindowSet;
  /** Of the view `raw`. */
  readonly raw: WindowSet;
  /** What a value that is not there makes of its forecast: an error (default), or NaN. */
  readonly missing?: MissingValues;
}

/** Strength of the linear baseline's penalty: enough for columns that depend on each other. */
const ridge = 1e-3;

/** Windows that are copied at once. */
const BATCH_SIZE = 1024;

/**
 * The baselines of an experiment: `naive` (the last value), `drift` (the line from the first value
 * of the window to its last goes on), `seasonalNaive` (the value one season before, where the task
 * has a season) and `linear` (ridge regression on all that the model sees, fitted on the training
 * part).
 *
 * @returns what forecasts windows with each of them
 */
export function baselines(prepared: Prepared): (windows: JudgedWindows) => Baselines {
  const { season } = prepared.spec.task;
  const linear = fitLinear(prepared);
  return ({ judged, raw, missing = 'refuse' }) => ({
    naive: eachTarget(prepared, raw, (windows) => naiveForecast(windows, missing)),
    drift: eachTarget(prepared, raw, drift),
    ...(season !== undefined && {
      seasonalNaive: eachTarget(prepared, raw, (windows) =>
        seasonalNaiveForecast(windows, season, missing),
      ),
    }),
    linear: linear(judged),
  });
}

/** Forecasts target by target, member by member, `[windows, horizon]` each. */
function eachTarget(
  prepared: Prepared,
  set: WindowSet,
  forecast: (windows: Windows) => FloatTensor,
): ForecastValues {
  const { horizon } = prepared.spec.task;
  const { targets } = prepared.design;
  const point = new Float64Array(set.count * horizon * targets.length);
  let base = 0;
  for (const { windows } of set.members) {
    targets.forEach((target, k) => {
      const { data } = forecast(windows.forTargets([target]));
      data.forEach((value, i) => {
        point[(base * horizon + i) * targets.length + k] = value;
      });
    });
    base += windows.count;
  }
  return { windows: set.count, horizon, targets, point };
}

function drift(windows: Windows): FloatTensor {
  const { length, targets } = windows.options;
  const values = column(windows.series, targets[0] ?? '');
  const data = new Float32Array(windows.count * windows.horizon);
  for (let window = 0; window < windows.count; window++) {
    const row = windows.originRow(window);
    const last = values[row] ?? NaN;
    const slope = length > 1 ? (last - (values[row - length + 1] ?? NaN)) / (length - 1) : 0;
    for (let step = 1; step <= windows.horizon; step++)
      data[window * windows.horizon + step - 1] = last + slope * step;
  }
  return { dtype: 'float32', shape: [windows.count, windows.horizon], data };
}

/**
 * One regression for all series, on scaled values: the past of every step of the window, and what
 * is known ahead at its end.
 */
function fitLinear(prepared: Prepared): (judged: WindowSet) => ForecastValues {
  const { horizon } = prepared.spec.task;
  const { targets, past } = prepared.design;
  const train = partWindows(prepared, { part: 'train', view: 'judged' });
  const forecaster = LinearForecaster.fitBatches(
    function* () {
      for (const { inputs, targets: wanted } of train.batches(BATCH_SIZE))
        yield { inputs: lastAhead(inputs, past.length), targets: wanted };
    },
    { ridge },
  );
  return (judged) => {
    const point = new Float64Array(judged.count * horizon * targets.length);
    let at = 0;
    for (const { inputs } of judged.batches(BATCH_SIZE))
      for (const value of forecaster.forecastTensor(lastAhead(inputs, past.length)).data) {
        const { member } = judged.at(Math.floor(at / (horizon * targets.length)));
        const scaler = prepared.scalers[member];
        const name = targets[at % targets.length] ?? '';
        const known = scaler?.columns.includes(name);
        point[at++] = known ? (scaler?.inverse(name, [value])[0] ?? NaN) : value;
      }
    return { windows: judged.count, horizon, targets, point };
  };
}

/** `[windows, length, features]` as `[windows, length · past + ahead]`. */
function lastAhead({ data, shape }: FloatTensor, past: number): FloatTensor {
  const [count = 0, length = 0, features = 0] = shape;
  const size = length * past + features - past;
  const result = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const window = data.subarray(i * length * features, (i + 1) * length * features);
    const own = result.subarray(i * size, (i + 1) * size);
    for (let step = 0; step < length; step++)
      own.set(window.subarray(step * features, step * features + past), step * past);
    own.set(window.subarray((length - 1) * features + past), length * past);
  }
  return { dtype: 'float32', shape: [count, size], data: result };
}

/**
 * What MASE divides by, for each target: the mean absolute difference of values one season apart
 * over the training rows of all series.
 *
 * @throws DataError where the training rows are no longer than a season
 */
export function seasonalScales(prepared: Prepared, season: number): number[] {
  return prepared.design.targets.map((name) => {
    let sum = 0;
    let count = 0;
    for (const { series, parts } of prepared.panel.members) {
      const { from, to } = parts.train ?? { from: 0, to: 0 };
      const values = column(series, name);
      for (let row = from + season; row < to; row++) {
        const change = Math.abs((values[row] ?? NaN) - (values[row - season] ?? NaN));
        if (Number.isNaN(change)) continue;
        sum += change;
        count++;
      }
    }
    if (count > 0) return sum / count;
    throw new DataError({
      code: 'too-short',
      column: name,
      expected: `more training rows than a season of ${season}`,
      found: 'none one season apart',
    });
  });
}
