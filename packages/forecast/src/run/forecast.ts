/** What a trained model forecasts, in the units of the file. */
import { column, type Batch, type Scaler, type Series } from '@chronograd/data';
import type { Model } from 'chronograd';
import type { WindowSet } from '../data/window-set.ts';
import type { Prepared } from './prepare.ts';

/** Values `[windows, horizon, targets]`, and quantiles of them where the model gives some. */
export interface ForecastValues {
  readonly windows: number;
  readonly horizon: number;
  readonly targets: readonly string[];
  /** `[windows, horizon, targets]`: the forecast itself, the median of quantiles. */
  readonly point: Float64Array;
  /** `[windows, horizon, targets, levels]`, ascending. */
  readonly quantiles?: { readonly levels: readonly number[]; readonly values: Float64Array };
}

const chunk = 256;

/**
 * Forecasts the windows of a part.
 *
 * @param windows of the view `judged`
 */
export async function forecastWindows(
  prepared: Prepared,
  model: Model,
  windows: WindowSet,
): Promise<ForecastValues> {
  const { spec, design } = prepared;
  const { horizon, strategy } = spec.task;
  const values = design.targets.length * design.perValue;
  const raw = new Float64Array(windows.count * horizon * values);
  for (let start = 0; start < windows.count; start += chunk) {
    const size = Math.min(chunk, windows.count - start);
    const chosen = Array.from({ length: size }, (_, i) => start + i);
    const { inputs } = windows.batch(chosen);
    const part =
      strategy === 'iterated'
        ? await iterate(prepared, model, windows, chosen, inputs)
        : await lastStep(model, inputs, horizon * values);
    raw.set(part, start * horizon * values);
  }
  return inUnits(prepared, windows, raw);
}

/** The forecast of the last step: all that a direct model gives, `[windows, values]`. */
async function lastStep(
  model: Model,
  inputs: Batch['inputs'],
  values: number,
): Promise<Float32Array> {
  const { data, shape } = await model.predict(inputs, { batchSize: chunk });
  if (shape.length === 2) return data;
  const [count = 0, steps = 0] = shape;
  const last = new Float32Array(count * values);
  for (let i = 0; i < count; i++) {
    const end = (i + 1) * steps * values;
    last.set(data.subarray(end - values, end), i * values);
  }
  return last;
}

/** One step after the other, each fed back: `[windows, horizon, targets]`. */
async function iterate(
  prepared: Prepared,
  model: Model,
  windows: WindowSet,
  chosen: readonly number[],
  inputs: Batch['inputs'],
): Promise<Float32Array> {
  const { spec, design, scaled } = prepared;
  const { horizon } = spec.task;
  const [count = 0, length = 0, features = 0] = inputs.shape;
  const { targets, past, ahead } = design;
  const places = chosen.map((index) => windows.at(index));
  const result = new Float32Array(count * horizon * targets.length);
  const sequence = inputs.data.slice();
  for (let step = 0; step < horizon; step++) {
    const { data } = await model.predict({ ...inputs, data: sequence }, { batchSize: chunk });
    places.forEach(({ member, window, windows: own }, i) => {
      const row = own.originRow(window) + step + 1;
      const at = i * length * features;
      const next = sequence.subarray(at, at + length * features);
      next.copyWithin(0, features);
      const last = next.subarray((length - 1) * features);
      past.forEach((name, j) => {
        last[j] = data[i * targets.length + targets.indexOf(name)] ?? NaN;
      });
      ahead.forEach(({ name }, j) => {
        last[past.length + j] = column(scaled[member] as Series, name)[row] ?? NaN;
      });
      targets.forEach((_, k) => {
        result[(i * horizon + step) * targets.length + k] = data[i * targets.length + k] ?? NaN;
      });
    });
  }
  return result;
}

/** Model output `[windows, horizon, targets, perValue]` in the units of the file. */
function inUnits(prepared: Prepared, windows: WindowSet, raw: Float64Array): ForecastValues {
  const { spec, design, scalers } = prepared;
  const { task } = spec;
  const { targets, perValue } = design;
  const rows = task.horizon * targets.length;
  const values = new Float64Array(raw.length);
  for (let window = 0; window < windows.count; window++) {
    const scaler = scalers[windows.at(window).member] as Scaler;
    for (let i = 0; i < rows; i++) {
      const at = (window * rows + i) * perValue;
      const name = targets[i % targets.length] ?? '';
      values.set(unscaled(scaler, name, raw.subarray(at, at + perValue)), at);
    }
  }
  const sizes = { windows: windows.count, horizon: task.horizon, targets };
  if (task.output.type === 'point') return { ...sizes, point: values };
  // Quantiles that cross are put in order, which lowers their pinball loss (Chernozhukov,
  // Fernández-Val and Galichon, 2010).
  const { levels } = task.output;
  for (let at = 0; at < values.length; at += perValue) values.subarray(at, at + perValue).sort();
  const median = levels.indexOf(0.5);
  const point = Float64Array.from(
    { length: values.length / perValue },
    (_, i) => values[i * perValue + median] ?? NaN,
  );
  return { ...sizes, point, quantiles: { levels, values } };
}

function unscaled(scaler: Scaler, name: string, values: Float64Array): Float64Array {
  return scaler.columns.includes(name) ? scaler.inverse(name, values) : values;
}
