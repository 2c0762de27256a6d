import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { column, rowAt, scalerFromJson } from '@chronograd/data';
import { load } from 'chronograd';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  forecastWindows,
  prepareData,
  temperatureWindows,
  toTemperatures,
} from './forecast-data.ts';
import { Interrupted, runExample, type Run } from './run.ts';
import { seasonAt } from './season.ts';
import { shiftedBatches } from './shifts.ts';
import { readWeather } from './weather.ts';

const weather = await readWeather();
const sizes = { length: 6, horizon: 3 };
const data = prepareData(weather, sizes);

describe('the data of the example', () => {
  it('fits season and scale on the training part alone', () => {
    const changed = column(weather, 'temp_max').map((value, row) =>
      row < data.split.train.to ? value : value + 30,
    );
    const other = prepareData(
      { ...weather, columns: { ...weather.columns, temp_max: changed } },
      sizes,
    );
    expect(other.seasons).toEqual(data.seasons);
    expect(other.scaler.toJSON()).toEqual(data.scaler.toJSON());
  });

  it('has a season with warm summers and cold winters', () => {
    const [january = 0, july = 0] = ['2015-01-10', '2015-07-25'].map(
      (date) => seasonAt(data.seasons.maximum, weather.time)[rowAt(weather, date)],
    );
    expect(january).toBeGreaterThan(5);
    expect(january).toBeLessThan(10);
    expect(july).toBeGreaterThan(24);
    expect(july).toBeLessThan(29);
  });

  it('turns true departures back into the true temperatures', () => {
    const cuts = forecastWindows(data, data.split.test);
    const { count } = cuts;
    const truth = temperatureWindows(data, data.split.test).batch().targets;
    const { length, horizon } = sizes;
    // What a model would give that knows the future: true at the last step, nonsense before.
    const perfect = new Float32Array(count * length * horizon).fill(99);
    const departures = cuts.batch().targets.data;
    for (let i = 0; i < count; i++)
      perfect.set(
        departures.subarray(i * horizon, (i + 1) * horizon),
        ((i + 1) * length - 1) * horizon,
      );
    toTemperatures(data, cuts, { shape: [count, length, horizon], data: perfect }).data.forEach(
      (value, i) => {
        expect(value).toBeCloseTo(truth.data[i] ?? NaN, 4);
      },
    );
  });
});

describe('shiftedBatches', () => {
  const options = { batchSize: 64, seed: 5, deviation: 0.6 };
  const firstOf = (deviation: number, epoch: number) => {
    const [batch] = shiftedBatches(data.train, { ...options, deviation }, epoch);
    if (batch === undefined) throw new Error('no batch');
    return batch;
  };

  it('shifts each window and its targets by the same amount, another for each window', () => {
    const plain = firstOf(0, 0);
    const shifted = firstOf(0.6, 0);
    const difference = (window: number): number[] => [
      ...plain.inputs.data
        .subarray(window * 12, window * 12 + 12)
        .map((value, i) => (shifted.inputs.data[window * 12 + i] ?? NaN) - value)
        .filter((_, i) => i % 2 === 0),
      ...plain.targets.data
        .subarray(window * 18, window * 18 + 18)
        .map((value, i) => (shifted.targets.data[window * 18 + i] ?? NaN) - value),
    ];
    const [first = 0, ...others] = difference(0);
    expect(Math.abs(first)).toBeGreaterThan(1e-3);
    for (const other of others) expect(other).toBeCloseTo(first, 5);
    expect(difference(1)[0]).not.toBeCloseTo(first, 3);
  });

  it('depends on seed and epoch alone', () => {
    expect(firstOf(0.6, 2)).toEqual(firstOf(0.6, 2));
    expect(firstOf(0.6, 2)).not.toEqual(firstOf(0.6, 3));
  });
});

describe('a short run', () => {
  let folder = '';
  let printed = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seattle-forecast-'));
    printed = '';
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const model = {
    name: 'small',
    layers: [
      { type: 'input', shape: [6, 2] },
      { type: 'gru', units: 4, returnSequences: true },
      { type: 'dense', units: 3 },
    ],
  };
  const run = (more: Partial<Run> = {}): Run => ({
    backend: onnxBackend(),
    epochs: 2,
    seed: 1,
    output: join(folder, 'out'),
    terminal: { write: (text: string) => (printed += text) },
    model,
    weather,
    ...more,
  });

  it('prints, plots and saves a model that can be loaded, without a carriage return', async () => {
    const scores = await runExample(run());
    expect(scores.map(({ name }) => name)).toEqual([
      'GRU',
      'yesterday',
      'last week',
      'last year',
      'season',
      'linear',
    ]);
    expect(scores.every(({ errors }) => errors.mae.length === 3)).toBe(true);
    for (const text of ['Model "small"', 'epoch 2/2', 'onnxruntime-node', '2014-06-30, 912 rows'])
      expect(printed).toContain(text);
    expect(printed).not.toContain('\r');

    const out = join(folder, 'out');
    expect((await readdir(out)).sort()).toEqual([
      'forecast.svg',
      'model',
      'preparation.json',
      'scores.json',
    ]);
    const svg = await readFile(join(out, 'forecast.svg'), 'utf8');
    for (const text of ['<svg', 'daily maximum (°C)', 'days ahead', '>GRU<', '>measured<'])
      expect(svg).toContain(text);
    const preparation: unknown = JSON.parse(await readFile(join(out, 'preparation.json'), 'utf8'));
    expect(preparation).toMatchObject({ ...sizes, seasons: data.seasons });
    const { scaler } = preparation as { scaler: unknown };
    expect(scalerFromJson(scaler).toJSON()).toEqual(data.scaler.toJSON());

    const loaded = await load(join(out, 'model'), { backend: onnxBackend() });
    const cuts = forecastWindows(data, data.split.test);
    const predicted = await loaded.predict(cuts.batch([0]).inputs);
    expect(predicted.shape).toEqual([1, 6, 3]);
    await loaded.dispose();
  });

  it('gives the same twice', async () => {
    const [first] = await runExample(run());
    const [second] = await runExample(run());
    expect(second).toEqual(first);
  });

  it('writes nothing when it is stopped', async () => {
    const stop = new AbortController();
    const terminal = {
      write(text: string) {
        printed += text;
        if (text.startsWith('epoch 1')) stop.abort();
      },
    };
    await expect(runExample(run({ terminal, signal: stop.signal, epochs: 9 }))).rejects.toThrow(
      Interrupted,
    );
    expect(printed).not.toContain('epoch 3');
    expect(await readdir(folder)).toEqual([]);
  });
});
