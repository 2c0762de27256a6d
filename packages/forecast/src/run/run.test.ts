import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import type { Scaler } from '@chronograd/data';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standardOf } from '../distribution/forecast-distribution.ts';
import { evaluate } from './evaluate.ts';
import { forecastNext } from './next.ts';
import { partWindows, prepare } from './prepare.ts';
import { loadExperiment, saveExperiment } from './saved.ts';
import { train } from './train.ts';

/** Two towns of 200 days: a weekly rhythm on a level of their own, and two holidays a month. */
function csv(): string {
  const rows = ['day,town,visits,open'];
  for (const [t, town] of ['east', 'west'].entries())
    for (let i = 0; i < 200; i++) {
      const date = new Date(Date.UTC(2020, 0, 1 + i));
      const isOpen = date.getUTCDate() % 15 !== 0;
      const rhythm = Math.sin((2 * Math.PI * date.getUTCDay()) / 7) * (20 + 30 * t);
      const visits = isOpen ? 100 * (t + 1) + rhythm + (i % 5) : 0;
      // The last week is known of the holidays alone.
      const cell = i < 193 ? visits.toFixed(3) : '';
      rows.push(`${date.toISOString().slice(0, 10)},${town},${cell},${isOpen ? 'yes' : 'no'}`);
    }
  return `${rows.join('\n')}\n`;
}

let folder = '';
const backend = onnxBackend();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-forecast-'));
  await writeFile(join(folder, 'visits.csv'), csv());
});
afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

function experiment(task: object = {}, layers: readonly object[] = [{ type: 'gru', units: 12 }]) {
  return {
    data: {
      source: { type: 'csv', path: 'visits.csv' },
      time: { column: 'day' },
      series: 'town',
      columns: {
        visits: { type: 'number' },
        open: { type: 'category', categories: ['no', 'yes'] },
      },
      derived: [
        { type: 'oneHot', column: 'open' },
        { type: 'calendar', of: 'dayOfWeek' },
      ],
      split: {
        train: { to: '2020-04-30' },
        validation: { to: '2020-05-31' },
        test: { from: '2020-06-01' },
      },
    },
    task: {
      type: 'forecast',
      targets: ['visits'],
      future: ['open', 'dayOfWeek'],
      window: 10,
      horizon: 3,
      season: 7,
      ...task,
    },
    model: { layers },
    training: { optimizer: { type: 'adam', learningRate: 0.01 }, epochs: 12, seed: 3 },
  };
}

describe('an experiment', () => {
  it('learns what the season cannot know, for all series, and is the same after it was saved', async () => {
    const prepared = await prepare(experiment(), folder);
    const { model } = await train(prepared, { backend });
    const judged = await evaluate(prepared, model, 'test');
    // June has 30 days and July 11 with values: 3 windows end after the last of them.
    expect(judged.windows).toBe(2 * 39);
    expect(judged.dropped).toBe(2 * 7);
    const mae = (name: string): number => judged.errors[name]?.['visits']?.mae ?? NaN;
    expect(mae('model')).toBeLessThan(0.7 * mae('seasonalNaive'));
    expect(mae('seasonalNaive')).toBeLessThan(mae('naive'));

    const next = await forecastNext(prepared, model);
    expect(next.map(({ id, origin }) => [id, origin])).toEqual([
      ['east', '2020-07-11'],
      ['west', '2020-07-11'],
    ]);
    expect(next[1]?.times).toEqual(['2020-07-12', '2020-07-13', '2020-07-14']);

    const saved = join(folder, 'run');
    await saveExperiment(saved, { prepared, model, dataFolder: folder });
    const loaded = await loadExperiment(saved, { backend });
    expect(await forecastNext(loaded.prepared, loaded.model)).toEqual(next);
    await Promise.all([model.dispose(), loaded.model.dispose()]);
  });

  it('feeds back what it forecasts', async () => {
    const prepared = await prepare(experiment({ strategy: 'iterated' }), folder);
    expect(prepared.design.model.layers.at(-1)).toMatchObject({ units: 1 });
    const { model } = await train(prepared, { backend });
    const { errors } = await evaluate(prepared, model, 'test');
    const own = errors['model']?.['visits'];
    expect(own?.maeByStep).toHaveLength(3);
    expect(own?.mae).toBeLessThan(0.7 * (errors['seasonalNaive']?.['visits']?.mae ?? NaN));
    await model.dispose();
  });

  it('forecasts from every step of a sequence', async () => {
    const layers = [{ type: 'gru', units: 12, returnSequences: true }];
    const prepared = await prepare(experiment({ strategy: 'sequenceToSequence' }, layers), folder);
    const { model } = await train(prepared, { backend });
    const { errors } = await evaluate(prepared, model, 'test');
    expect(errors['model']?.['visits']?.mae).toBeLessThan(
      0.7 * (errors['seasonalNaive']?.['visits']?.mae ?? NaN),
    );
    await model.dispose();
  });

  it('forecasts quantiles, in order', async () => {
    const output = { type: 'quantiles', levels: [0.1, 0.5, 0.9] };
    const prepared = await prepare(experiment({ output }), folder);
    const { model } = await train(prepared, { backend });
    const { forecasts, truth } = await evaluate(prepared, model, 'test');
    const quantiles = forecasts['model']?.quantiles;
    expect(quantiles?.levels).toEqual([0.1, 0.5, 0.9]);
    const values = quantiles?.values ?? new Float64Array();
    const inside = truth.filter(
      (value, i) => (values[3 * i] ?? NaN) <= value && value <= (values[3 * i + 2] ?? NaN),
    );
    expect(inside.length / truth.length).toBeGreaterThan(0.5);
    expect(truth.every((_, i) => (values[3 * i] ?? NaN) <= (values[3 * i + 1] ?? NaN))).toBe(true);
    await model.dispose();
  });

  it.each([
    ['gaussian', 'direct'],
    [{ type: 'studentT', degrees: 4, levels: [0.1, 0.5, 0.9] }, 'sequenceToSequence'],
  ])('forecasts distributions by their likelihood: %j, %s', async (output, strategy) => {
    const returnSequences = strategy === 'sequenceToSequence';
    const layers = [{ type: 'gru', units: 12, returnSequences }];
    const prepared = await prepare(experiment({ output, strategy }, layers), folder);
    const { model, history } = await train(prepared, { backend });
    const { forecasts, truth, uncertainty, errors } = await evaluate(prepared, model, 'test');
    const own = uncertainty?.['model']?.['visits'];
    const naive = uncertainty?.['naive']?.['visits'];
    expect(own?.crpsBy).toBe('closedForm');
    expect(own?.crpsByStep).toHaveLength(3);
    expect(own?.nllByStep).toHaveLength(3);
    expect(own?.crps).toBeLessThan(errors['model']?.['visits']?.mae ?? NaN);
    expect(own?.crps).toBeLessThan(0.7 * (naive?.crps ?? NaN));
    expect(naive?.nll).toBeUndefined();
    const { point, distribution } = forecasts['model'] ?? {};
    if (distribution?.type !== 'gaussian' && distribution?.type !== 'studentT')
      throw new Error('no likelihood');
    const [interval] = own?.intervals ?? [];
    expect(interval?.coverage).toBeGreaterThan(0.5);

    // The loss of the evaluation in scaled values, and the NLL in visits, differ by log(scale).
    const nllOf = (i: number): number => {
      const scale = distribution.scale[i] ?? NaN;
      const z = ((truth[i] ?? NaN) - (point?.[i] ?? NaN)) / scale;
      const standard = standardOf(distribution);
      const { scale: unit } = (prepared.scalers[i < truth.length / 2 ? 0 : 1] as Scaler).of(
        'visits',
      );
      return Math.log(scale / unit) - standard.logDensity(z);
    };
    const nll = truth.reduce((sum, _, i) => sum + nllOf(i), 0) / truth.length;
    if (strategy === 'direct') {
      const windows = partWindows(prepared, { part: 'test', view: 'model' });
      const { inputs, targets } = windows.batch(Array.from({ length: windows.count }, (_, i) => i));
      const { loss } = await model.evaluate({ inputs, targets });
      expect(nll / (loss ?? NaN)).toBeCloseTo(1, 4);
    }
    expect(history.epochs.at(-1)?.valLoss).toBeLessThan(history.epochs[0]?.valLoss ?? NaN);

    const saved = join(folder, `run-${strategy}`);
    await saveExperiment(saved, { prepared, model, dataFolder: folder });
    const loaded = await loadExperiment(saved, { backend });
    const next = await forecastNext(prepared, model);
    expect(await forecastNext(loaded.prepared, loaded.model)).toEqual(next);
    await Promise.all([model.dispose(), loaded.model.dispose()]);
  });

  it('refuses a loss that is not that of the output', async () => {
    const given = (task: object, loss: unknown) => {
      const document = experiment(task);
      return prepare({ ...document, training: { ...document.training, loss } }, folder);
    };
    await expect(given({ output: 'gaussian' }, 'mse')).rejects.toThrow(
      '$.training.loss: expected that of the output, {"type":"gaussian"}',
    );
    await expect(
      given({ output: { type: 'studentT', degrees: 3 } }, { type: 'studentT', degrees: 4 }),
    ).rejects.toThrow('{"type":"studentT","degrees":3}');
    await expect(given({}, 'gaussian')).rejects.toThrow('expected a loss of points');
    const same = await given({ output: 'studentT' }, { type: 'studentT', degrees: 5 });
    expect(same.design.training.loss).toEqual({ type: 'studentT', degrees: 5 });
  });

  it('calibrates intervals, and says how often they held what came', async () => {
    const document = experiment({ coverage: 0.8 });
    const { data } = document;
    const split = { ...data.split, calibration: { from: '2020-05-01', to: '2020-05-31' } };
    const { validation: _, ...parts } = split;
    const prepared = await prepare({ ...document, data: { ...data, split: parts } }, folder);
    const { model } = await train(prepared, { backend });
    const { uncertainty } = await evaluate(prepared, model, 'test');
    const [interval] = uncertainty?.['model']?.['visits']?.intervals ?? [];
    expect(interval?.nominal).toBeCloseTo(0.8, 12);
    // 62 windows calibrate each step, 78 judge it: the share is within three deviations.
    expect(Math.abs((interval?.coverage ?? 0) - 0.8)).toBeLessThan(0.2);
    const [next] = await forecastNext(prepared, model);
    expect(next?.values.quantiles?.levels).toHaveLength(3);
    await model.dispose();
  });

  it('sees of what is known ahead as many steps as are asked for', async () => {
    const { design } = await prepare(experiment({ future: ['open'], futureSteps: 2 }), folder);
    expect(design.ahead.map(({ name }) => name)).toEqual([
      'open=no+1',
      'open=no+2',
      'open=yes+1',
      'open=yes+2',
    ]);
  });

  it('takes a lag of a target for known ahead only where it reaches back over the horizon', async () => {
    const lagged = (steps: number) => {
      const { data, ...rest } = experiment({ future: [`visits-${steps}`] });
      const derived = [...data.derived, { type: 'lag', column: 'visits', steps }];
      return prepare({ ...rest, data: { ...data, derived } }, folder);
    };
    const { design } = await lagged(3);
    expect(design.ahead.at(-1)).toMatchObject({ column: 'visits-3', steps: 3 });
    await expect(lagged(2)).rejects.toThrow(
      '$.task.future[0]: expected a lag of at least 3 rows, as "visits-3", found "visits-2", which at step 3 is what the model forecasts itself',
    );
  });

  it.each([
    [{ targets: ['visit'] }, '$.task.targets[0]: expected a column: visits, open'],
    [
      { inputs: ['open=yes', 'visits'], strategy: 'iterated' },
      '$.task.inputs[0]: expected targets',
    ],
    [{ targets: ['open'] }, '$.task.targets[0]: expected a column of numbers, found "open"'],
    [{ strategy: 'sequenceToSequence' }, '$.model.layers: expected layers that end in [10,3]'],
    [{ output: { type: 'quantiles', levels: [0.9, 0.1] } }, 'the level 0.5 among the levels'],
    [{ future: ['visits'] }, '$.task.future[0]: expected a column that is known ahead'],
    [{ futureSteps: 4 }, '$.task.futureSteps: expected at most the horizon, 3'],
    [
      { strategy: 'iterated', output: 'gaussian' },
      '$.task.output: expected points for an iterated forecast',
    ],
    [
      { output: { type: 'studentT', degrees: 1 } },
      '$.task.output.degrees: expected a number above 1',
    ],
    [{ output: { type: 'gaussian', levels: [0.9, 0.1] } }, 'a level above the one before it, 0.9'],
    [{ horison: 3 }, '$.task.horison: expected only keys of forecast'],
    [{ window: 300 }, 'expected rows for at least one window of 300'],
  ])('refuses %j', async (task, message) => {
    const preparing = prepare(experiment(task), folder).then((prepared) =>
      train(prepared, { backend }),
    );
    await expect(preparing).rejects.toThrow(message);
  });
});
