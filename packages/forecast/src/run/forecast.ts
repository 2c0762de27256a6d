/** What a trained model forecasts, in the units of the file. */
import { column, type Batch, type ColumnScale, type Series } from '@chronograd/data';
import type { Model } from 'chronograd';
import type { WindowSet } from '../data/window-set.ts';
import {
  distributionQuantiles,
  type ForecastDistribution,
} from '../distribution/forecast-distribution.ts';
import type { Prepared } from './prepare.ts';

/** Values `[windows, horizon, targets]`, and what the model says of their uncertainty. */
export interface ForecastValues {
  readonly windows: number;
  readonly horizon: number;
  readonly targets: readonly string[];
  /** `[windows, horizon, targets]`: the forecast itself; the median of quantiles, the location of a likelihood. */
  readonly point: Float64Array;
  /** `[windows, horizon, targets, levels]`, ascending. */
  readonly quantiles?: { readonly levels: readonly number[]; readonly values: Float64Array };
  /** Distributions about the points; of a likelihood that the model gives, or of errors elsewhere. */
  readonly distribution?: ForecastDistribution;
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
  const { output, horizon } = spec.task;
  const { targets, perValue } = design;
  const sizes = { windows: windows.count, horizon, targets };
  const isLikelihood = output.type === 'gaussian' || output.type === 'studentT';
  const values = new Float64Array(raw.length);
  const size = horizon * targets.length * perValue;
  for (let window = 0; window < windows.count; window++) {
    const scaler = scalers[windows.at(window).member];
    const scales = targets.map((name): ColumnScale =>
      scaler?.columns.includes(name) ? scaler.of(name) : { offset: 0, scale: 1 },
    );
    for (let i = 0; i < size; i++) {
      const at = window * size + i;
      const value = raw[at] ?? NaN;
      const { offset = NaN, scale = NaN } = scales[Math.floor(i / perValue) % targets.length] ?? {};
      // Of location and logarithm of the scale only the location is moved.
      values[at] = isLikelihood && i % 2 === 1 ? Math.exp(value) * scale : value * scale + offset;
    }
  }
  const every = (first: number): Float64Array =>
    Float64Array.from(
      { length: values.length / perValue },
      (_, i) => values[i * perValue + first] ?? NaN,
    );
  switch (output.type) {
    case 'point':
      return { ...sizes, point: values };
    case 'quantiles': {
      // Quantiles that cross are put in order, which lowers their pinball loss (Chernozhukov,
      // Fernández-Val and Galichon, 2010).
      const { levels } = output;
      for (let at = 0; at < values.length; at += perValue)
        values.subarray(at, at + perValue).sort();
      return { ...sizes, point: every(levels.indexOf(0.5)), quantiles: { levels, values } };
    }
    case 'gaussian':
      return withDistribution({ ...sizes, point: every(0) }, output.levels, {
        type: 'gaussian',
        scale: every(1),
      });
    case 'studentT':
      return withDistribution({ ...sizes, point: every(0) }, output.levels, {
        type: 'studentT',
        degrees: output.degrees,
        scale: every(1),
      });
  }
}

/** A forecast of points with distributions about them, and their quantiles of the levels. */
export function withDistribution(
  forecast: ForecastValues,
  levels: readonly number[],
  distribution: ForecastDistribution,
): ForecastValues {
  const values = distributionQuantiles(distribution, forecast.point, levels);
  return { ...forecast, quantiles: { levels, values }, distribution };
}
