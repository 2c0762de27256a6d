import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import type { Batch } from '@chronograd/data';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtest } from './backtest/backtest.ts';
import { fitBatches } from './impute/batch.ts';
import { prepareImputation } from './impute/prepare.ts';
import { evaluateImputation, trainImputation } from './impute/train.ts';
import type { PartName } from './experiment/data-document.ts';
import { evaluate } from './run/evaluate.ts';
import { partWindows, prepare, type Prepared } from './run/prepare.ts';
import { train } from './run/train.ts';

// Every value from some day on is changed to another of a size that nothing could overlook. What is
// made of the days before must be the same to the last bit.

let folder = '';
const backend = onnxBackend();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-leakage-'));
});
afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

const days = 170;
/** First days of the parts. */
const begins = { validation: 70, calibration: 100, test: 130 };

function dateOf(day: number): string {
  return new Date(Date.UTC(2021, 0, 1 + day)).toISOString().slice(0, 10);
}

/** Gaps of which two reach from one part into the next, and one lies within the last. */
function isGap(day: number): boolean {
  return [20, 21, 69, 70, 98, 99, 100, 149, 150, 151].includes(day);
}

/** Two wells, their level and rain; from the day `changed` on with other values. */
async function write(name: string, changed: number): Promise<string> {
  const rows = ['day,well,level,rain'];
  for (const [i, well] of ['north', 'south'].entries())
    for (let day = 0; day < days; day++) {
      const level = 20 * (i + 1) + 5 * Math.sin(day / 4 + i) + (day % 7);
      const rain = 3 + Math.cos(day / 3) + i;
      const values = day < changed ? [level, rain] : [1e12 * (level + day ** 2), -1e9 * rain];
      const [ofLevel, ofRain] = values.map((value) => value.toFixed(3));
      rows.push(`${dateOf(day)},${well},${isGap(day) ? '' : ofLevel},${ofRain}`);
    }
  await writeFile(join(folder, name), `${rows.join('\n')}\n`);
  return name;
}

function dataOf(path: string) {
  return {
    source: { type: 'csv', path },
    time: { column: 'day' },
    series: 'well',
    columns: { level: { type: 'number' }, rain: { type: 'number' } },
    derived: [
      { type: 'lag', column: 'level', steps: 7 },
      { type: 'calendar', of: 'dayOfWeek' },
    ],
    interpolate: 3,
    split: {
      train: {},
      validation: { from: dateOf(begins.validation) },
      calibration: { from: dateOf(begins.calibration) },
      test: { from: dateOf(begins.test) },
    },
  };
}

function forecasting(path: string, task: object = {}) {
  return {
    data: dataOf(path),
    task: {
      type: 'forecast',
      targets: ['level'],
      inputs: ['level', 'rain', 'level-7'],
      future: ['dayOfWeek', 'level-7'],
      window: 8,
      horizon: 4,
      season: 7,
      ...task,
    },
    model: { layers: [{ type: 'gru', units: 4 }] },
    training: {
      optimizer: { type: 'adam', learningRate: 0.02 },
      epochs: 4,
      batchSize: 16,
      earlyStopping: { patience: 1 },
    },
  };
}

function batchesOf(prepared: Prepared, part: PartName): Batch[] {
  return [...partWindows(prepared, { part, view: 'model' }).batches(16, 3)];
}

/** The experiment on the true file, and on one that is changed from a day on. */
async function both<T>(
  changed: number,
  make: (path: string) => Promise<T>,
): Promise<{ readonly before: T; readonly after: T }> {
  const [original, other] = [
    await write(`whole-${changed}.csv`, days),
    await write(`changed-${changed}.csv`, changed),
  ];
  return { before: await make(original), after: await make(other) };
}

describe('a forecast', () => {
  it('fits scalers and learns by the training rows alone', async () => {
    const { before, after } = await both(begins.validation, (path) =>
      prepare(forecasting(path), folder),
    );
    expect(JSON.stringify(after.scalers)).toBe(JSON.stringify(before.scalers));
    expect(batchesOf(after, 'train')).toEqual(batchesOf(before, 'train'));
    expect(batchesOf(after, 'validation')).not.toEqual(batchesOf(before, 'validation'));
  });

  it.each(['point', 'gaussian', { type: 'quantiles', levels: [0.1, 0.5, 0.9] }])(
    'stops, forecasts and is judged the same whatever comes later: %j',
    async (output) => {
      const { before, after } = await both(begins.calibration, async (path) => {
        const prepared = await prepare(forecasting(path, { output, coverage: 0.8 }), folder);
        const { model, history } = await train(prepared, { backend });
        const weights = await model.getWeights();
        const judged = await evaluate(prepared, model, 'validation');
        await model.dispose();
        const losses = history.epochs.map(({ loss, valLoss }) => [loss, valLoss]);
        return { batches: batchesOf(prepared, 'validation'), losses, weights, judged };
      });
      expect(before.judged.windows).toBeGreaterThan(15);
      expect(after).toEqual(before);
    },
  );

  it('forecasts the same from an origin whatever comes after it', async () => {
    const changed = 151;
    const { before, after } = await both(changed, async (path) => {
      const prepared = await prepare(
        forecasting(path, { output: 'studentT', coverage: 0.8 }),
        folder,
      );
      const { model } = await train(prepared, { backend });
      const { forecasts } = await evaluate(prepared, model, 'test');
      await model.dispose();
      const windows = partWindows(prepared, { part: 'test', view: 'judged' });
      const origins = Array.from({ length: windows.count }, (_, i) => {
        const { windows: own, window } = windows.at(i);
        return own.originRow(window);
      });
      return { forecasts, origins };
    });
    expect(after.origins).toEqual(before.origins);
    // Days 149 to 151 are filled with what is known on day 152.
    expect(before.origins.filter((day) => day >= 149 && day <= 151)).toEqual([]);
    expect(before.origins).toContain(148);
    const seen = (values: Float64Array, perWindow: number): number[] =>
      before.origins.flatMap((day, i) =>
        day < changed ? [...values.subarray(i * perWindow, (i + 1) * perWindow)] : [],
      );
    for (const [name, { point, quantiles }] of Object.entries(before.forecasts)) {
      const other = after.forecasts[name];
      expect(seen(other?.point ?? new Float64Array(), 4), name).toEqual(seen(point, 4));
      expect(seen(other?.quantiles?.values ?? new Float64Array(), 12), name).toEqual(
        seen(quantiles?.values ?? new Float64Array(), 12),
      );
      expect(other?.point).not.toEqual(point);
    }
  });
});

describe('a backtest', () => {
  it.each([
    ['fitted anew', { refit: true, training: 'expanding' }],
    ['fitted anew, sliding', { refit: true, training: 'sliding' }],
    ['not fitted anew', { refit: false }],
  ] as const)(
    'knows in a fold nothing of what comes after its origin: %s',
    async (_name, options) => {
      // Folds judge 4 days each, from one origin: the third from day 138 on.
      const changed = begins.test + 2 * 4;
      const { before, after } = await both(changed, async (path) => {
        const prepared = await prepare(
          forecasting(path, { output: 'gaussian', coverage: 0.8 }),
          folder,
        );
        return backtest(prepared, { backend, epochs: 2, folds: 3, stride: 4, ...options });
      });
      expect(after.folds).toHaveLength(3);
      expect(after.folds.slice(0, 2)).toEqual(before.folds.slice(0, 2));
      const [own, other] = [before.folds[2]?.evaluation, after.folds[2]?.evaluation];
      expect(before.folds[2]?.origin).toBe(dateOf(changed - 1));
      expect(other?.forecasts).toEqual(own?.forecasts);
      expect(other?.errors).not.toEqual(own?.errors);
    },
  );
});

describe('an imputation', () => {
  const imputing = (path: string) => ({
    data: { ...dataOf(path), derived: [{ type: 'calendar', of: 'dayOfWeek' }], interpolate: 1 },
    task: { type: 'impute', columns: ['level', 'rain'], inputs: ['dayOfWeek'], window: 9 },
    model: {
      layers: [{ type: 'bidirectional', layer: { type: 'gru', units: 3, returnSequences: true } }],
    },
    training: { epochs: 3, batchSize: 16, earlyStopping: { patience: 1 } },
  });

  it('fits scalers and learns by the training rows alone', async () => {
    const { before, after } = await both(begins.validation, async (path) => {
      const prepared = await prepareImputation(imputing(path), folder);
      const batches = [...fitBatches(prepared, 'train', { batchSize: 16, seed: 2 })];
      return { scalers: JSON.stringify(prepared.scalers), batches };
    });
    expect(after).toEqual(before);
  });

  it('stops and is judged the same whatever comes later', async () => {
    const { before, after } = await both(begins.calibration, async (path) => {
      const prepared = await prepareImputation(imputing(path), folder);
      const { model, history } = await trainImputation(prepared, { backend });
      const weights = await model.getWeights();
      const judged = await evaluateImputation(prepared, model, 'validation', 2);
      await model.dispose();
      const batches = [...fitBatches(prepared, 'validation', { batchSize: 16, seed: 2 })];
      const losses = history.epochs.map(({ loss, valLoss }) => [loss, valLoss]);
      return { batches, losses, weights, judged };
    });
    expect(after).toEqual(before);
  });
});
