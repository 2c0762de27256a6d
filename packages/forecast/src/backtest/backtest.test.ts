import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Evaluation } from '../run/evaluate.ts';
import { prepare } from '../run/prepare.ts';
import { train } from '../run/train.ts';
import { backtest, type BacktestFold } from './backtest.ts';
import { planFolds, type FoldOptions } from './plan.ts';
import { summariseFolds } from './summary.ts';

let folder = '';
const backend = onnxBackend();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-backtest-'));
  const rows = Array.from({ length: 100 }, (_, i) => {
    const day = new Date(Date.UTC(2022, 0, 1 + i)).toISOString().slice(0, 10);
    return `${day},${(10 + i / 10 + 3 * Math.sin(i / 3)).toFixed(3)}`;
  });
  await writeFile(join(folder, 'tide.csv'), `${['day,tide', ...rows].join('\n')}\n`);
});
afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

/** Rows 0 to 49 of training, to 59 of validation, to 69 of calibration, to 99 of test. */
function experiment(task: object = {}, training: object = {}) {
  return {
    data: {
      source: { type: 'csv', path: 'tide.csv' },
      time: { column: 'day' },
      columns: { tide: { type: 'number' } },
      split: {
        train: { to: '2022-02-19' },
        validation: { to: '2022-03-01' },
        calibration: { to: '2022-03-11' },
        test: {},
      },
    },
    task: {
      type: 'forecast',
      targets: ['tide'],
      window: 6,
      horizon: 3,
      season: 7,
      ...task,
    },
    model: { layers: [{ type: 'gru', units: 3 }] },
    training: { epochs: 2, ...training },
  };
}

async function planned(options: FoldOptions, task: object = {}, training: object = {}) {
  return planFolds(await prepare(experiment(task, training), folder), options);
}

describe('planFolds', () => {
  it('fills the part with five folds', async () => {
    const { part, stride, folds } = await planned({});
    expect({ part, stride }).toEqual({ part: 'test', stride: 6 });
    expect(folds.map(([first]) => first?.test)).toEqual(
      [70, 76, 82, 88, 94].map((from) => ({ from, to: from + 6 })),
    );
    expect(folds[4]?.[0]).toMatchObject({
      train: { from: 0, to: 50 },
      validation: { from: 50, to: 60 },
      calibration: { from: 60, to: 70 },
    });
  });

  it.each<[FoldOptions, number, number, number]>([
    [{ stride: 10 }, 3, 10, 10],
    [{ stride: 1, folds: 4 }, 4, 1, 3],
    [{ folds: 15 }, 15, 1, 3],
    [{ folds: 1 }, 1, 30, 30],
    [{ part: 'validation', folds: 2 }, 2, 5, 5],
  ])('%j: %d folds, a stride of %d, %d rows each', async (options, count, stride, rows) => {
    const plan = await planned(options);
    expect(plan.folds).toHaveLength(count);
    expect(plan.stride).toBe(stride);
    for (const [first] of plan.folds)
      expect((first?.test?.to ?? NaN) - (first?.test?.from ?? NaN)).toBe(rows);
    const [last] = plan.folds.at(-1) ?? [];
    expect(last?.test?.to).toBeLessThanOrEqual(options.part === 'validation' ? 60 : 100);
  });

  it.each([
    ['expanding', {}, {}, { train: { from: 0, to: 85 } }],
    ['sliding', {}, {}, { train: { from: 35, to: 85 } }],
    [
      'expanding',
      {},
      { earlyStopping: { patience: 1 } },
      { train: { from: 0, to: 75 }, validation: { from: 75, to: 85 } },
    ],
    [
      'sliding',
      { coverage: 0.8 },
      { earlyStopping: { patience: 1 } },
      {
        train: { from: 15, to: 65 },
        validation: { from: 65, to: 75 },
        calibration: { from: 75, to: 85 },
      },
    ],
  ] as const)(
    'moves the parts to the origin to fit anew: %s, %j, %j',
    async (training, task, own, parts) => {
      const { folds } = await planned({ refit: true, training, stride: 15 }, task, own);
      expect(folds[1]?.[0]).toEqual({ ...parts, test: { from: 85, to: 100 } });
    },
  );

  it.each<[FoldOptions, string]>([
    [{ folds: 0 }, 'folds: expected a whole number from 1, found 0'],
    [{ stride: 1.5 }, 'stride: expected a whole number from 1'],
    [{ folds: 40 }, 'part "test": expected rows for 40 folds with a horizon of 3, found 30 rows'],
    [{ folds: 4, stride: 10 }, 'and a stride of 10, found 30 rows, in which 3 fit'],
    [{ training: 'sliding' }, 'training: expected refit'],
  ])('refuses %j', async (options, message) => {
    await expect(planned(options)).rejects.toThrow(message);
  });
});

describe('backtest', () => {
  it('judges a model as it is, fold by fold', async () => {
    const prepared = await prepare(experiment({ output: 'gaussian' }), folder);
    const { model } = await train(prepared, { backend });
    const told: number[] = [];
    const result = await backtest(prepared, {
      backend,
      model,
      onFold: (_, { fold, folds }) => told.push(fold, folds),
    });
    expect(told).toEqual([0, 5, 1, 5, 2, 5, 3, 5, 4, 5]);
    expect(result).toMatchObject({ planned: 5, stride: 6, refit: false, skipped: [] });
    const [first] = result.folds;
    expect(first).toMatchObject({
      origin: '2022-03-11',
      judged: { from: '2022-03-12', to: '2022-03-17', rows: 6 },
      trained: { from: '2022-01-01', to: '2022-02-19', rows: 50 },
    });
    expect(first?.epochs).toBeUndefined();
    // Six rows and a horizon of three: four forecasts.
    expect(first?.evaluation.windows).toBe(4);
    expect(Object.keys(result.summary)).toEqual([
      'model',
      'naive',
      'drift',
      'seasonalNaive',
      'linear',
    ]);
    // The model is still the caller's.
    expect((await model.getWeights())['forecast/bias']?.data).toHaveLength(6);
    await model.dispose();
  });

  it('fits anew for each fold, and ends where a signal says so', async () => {
    const prepared = await prepare(experiment({ coverage: 0.8 }), folder);
    const options = { backend, refit: true, folds: 3, stride: 4 };
    const whole = await backtest(prepared, options);
    expect(whole.folds.map(({ trained }) => trained.rows)).toEqual([60, 64, 68]);
    expect(whole.folds.map(({ epochs }) => epochs)).toEqual([2, 2, 2]);
    expect(whole.summary['model']?.['tide']?.coverage?.mean).toBeGreaterThan(0.3);

    const stop = new AbortController();
    const part = await backtest(prepared, {
      ...options,
      signal: stop.signal,
      onFold: () => stop.abort(),
    });
    expect(part.planned).toBe(3);
    expect(part.folds).toEqual(whole.folds.slice(0, 1));
  });
});

describe('summariseFolds', () => {
  it('tells mean and spread of equal folds, and where the model was better', () => {
    const fold = (model: number, naive: number): BacktestFold => {
      const errors = (mae: number) => ({
        visits: {
          ...{ mae, rmse: 2 * mae, mape: 1, smape: 1 },
          ...{ maeByStep: [mae, mae + 1], rmseByStep: [], mapeByStep: [], smapeByStep: [] },
        },
      });
      const range = { from: '', to: '', rows: 0 };
      const evaluation: Evaluation = {
        part: 'test',
        windows: 1,
        dropped: 0,
        errors: { model: errors(model), naive: errors(naive) },
        forecasts: {},
        truth: new Float64Array(),
      };
      return { origin: '', judged: range, trained: range, evaluation };
    };
    const { model, naive } = summariseFolds([fold(1, 3), fold(2, 1), fold(6, 7)]);
    // Squares of the distances from 3: 4, 1 and 9; divided by 2.
    expect(model?.['visits']?.mae).toEqual({ mean: 3, deviation: Math.sqrt(7), min: 1, max: 6 });
    expect(model?.['visits']?.rmse.mean).toBe(6);
    expect(model?.['visits']?.maeByStep[1]).toMatchObject({ mean: 4, min: 2, max: 7 });
    expect(model?.['visits']?.crps).toBeUndefined();
    expect(naive?.['visits']?.modelBetterIn).toBe(2);
    expect(summariseFolds([fold(1, 2)])['model']?.['visits']?.mae.deviation).toBeNaN();
  });
});
