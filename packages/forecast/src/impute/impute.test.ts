import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { column, seededRandom } from '@chronograd/data';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitBatches } from './batch.ts';
import { fillMissing } from './fill.ts';
import { chooseHidden } from './hide.ts';
import { prepareImputation } from './prepare.ts';
import { evaluateImputation, trainImputation } from './train.ts';

let folder = '';
const backend = onnxBackend();

/** 180 days of two columns: a fast rhythm, which a straight line misses, and its echo. */
function csv(): string {
  const rows = Array.from({ length: 180 }, (_, i) => {
    const day = new Date(Date.UTC(2022, 0, 1 + i)).toISOString().slice(0, 10);
    const tide = 10 + 4 * Math.sin((2 * Math.PI * i) / 6);
    const echo = 300 - 50 * Math.sin((2 * Math.PI * i) / 6 + 1);
    const isGap = i % 29 === 7 || (i >= 100 && i < 103);
    return `${day},${isGap ? '' : tide.toFixed(4)},${i % 31 === 3 ? '' : echo.toFixed(4)}`;
  });
  return `${['day,tide,echo', ...rows].join('\n')}\n`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-impute-'));
  await writeFile(join(folder, 'tides.csv'), csv());
});
afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

function experiment(task: object = {}, layers?: readonly object[]) {
  return {
    data: {
      source: { type: 'csv', path: 'tides.csv' },
      time: { column: 'day' },
      columns: { tide: { type: 'number' }, echo: { type: 'number' } },
      derived: [{ type: 'calendar', of: 'dayOfWeek' }],
      split: { train: { to: '2022-05-10' }, validation: { to: '2022-05-31' }, test: {} },
    },
    task: { type: 'impute', columns: ['tide', 'echo'], window: 15, ...task },
    model: {
      layers: layers ?? [
        { type: 'conv1d', filters: 16, kernelSize: 5, padding: 'same', activation: 'relu' },
        { type: 'conv1d', filters: 16, kernelSize: 5, padding: 'same', activation: 'relu' },
      ],
    },
    training: { optimizer: { type: 'adam', learningRate: 0.01 }, epochs: 40, seed: 2 },
  };
}

describe('chooseHidden', () => {
  const observed = Uint8Array.from({ length: 4000 }, (_, i) => (i % 10 === 3 ? 0 : 1));
  it.each([
    { type: 'mcar', share: 0.3 },
    { type: 'block', share: 0.3, length: 8 },
    { type: 'tail', share: 0.3 },
  ] as const)('hides about the share of $type, and nothing that is not there', (hiding) => {
    const hidden = chooseHidden(observed, 2, hiding, seededRandom(4));
    expect(hidden.some((is, i) => is > (observed[i] ?? 0))).toBe(false);
    const share = hidden.reduce((sum, is) => sum + is, 0) / 3600;
    // Blocks may overlap: 1 - (1 - 0.3 / 8) ** 8 = 0.263.
    expect(Math.abs(share - (hiding.type === 'block' ? 0.263 : 0.3))).toBeLessThan(0.04);
    if (hiding.type === 'tail') expect(hidden.indexOf(1)).toBeGreaterThanOrEqual(1400 * 2);
  });

  it('hides runs of rows of one column', () => {
    const all = new Uint8Array(400).fill(1);
    const hiding = { type: 'block', share: 0.05, length: 5 } as const;
    const hidden = chooseHidden(all, 2, hiding, seededRandom(9));
    const column0 = hidden.filter((_, i) => i % 2 === 0).join('');
    expect(column0).toMatch(/0111110/);
    expect(column0).not.toBe(hidden.filter((_, i) => i % 2 === 1).join(''));
  });
});

describe('an imputation', () => {
  it.each([
    ['mcar, convolutions', { hide: 'mcar' }, undefined],
    ['mcar, convolutions, centred', { hide: 'mcar', center: true }, undefined],
    [
      'block, a bidirectional network, calendar',
      { hide: { type: 'block', length: 3 }, inputs: ['dayOfWeek'] },
      [{ type: 'bidirectional', layer: { type: 'gru', units: 12, returnSequences: true } }],
    ],
  ])('fills better than a straight line: %s', async (_name, task, layers) => {
    const prepared = await prepareImputation(experiment(task, layers), folder);
    const { model, history } = await trainImputation(prepared, { backend });
    expect(history.epochs.at(-1)?.valLoss).toBeLessThan(history.epochs[0]?.valLoss ?? NaN);
    const judged = await evaluateImputation(prepared, model, 'test');
    expect(judged.hidden).toBeGreaterThan(4);
    for (const name of ['tide', 'echo'])
      expect(judged.errors['model']?.[name]?.mae).toBeLessThan(
        0.7 * (judged.errors['linearInterpolation']?.[name]?.mae ?? NaN),
      );

    // Of values about 10 and 300, by columns.
    for (const errors of Object.values(judged.errors)) {
      expect(errors['tide']?.mape).toBeGreaterThan(5 * (errors['tide']?.mae ?? NaN));
      expect(errors['echo']?.smape).toBeLessThan(errors['echo']?.mae ?? NaN);
    }

    const [result] = await fillMissing(prepared, model);
    const before = prepared.panel.members[0]?.series;
    if (!result || !before) throw new Error('no series');
    let gaps = 0;
    for (const name of ['tide', 'echo'])
      column(before, name).forEach((value, row) => {
        const after = column(result.series, name)[row] ?? NaN;
        if (Number.isNaN(value)) gaps++;
        else expect(after).toBe(value);
        expect(Number.isFinite(after)).toBe(true);
      });
    expect(result.filled).toBe(gaps);
    await model.dispose();
  });

  it('shows the model neither hidden nor missing values, and judges hidden ones alone', async () => {
    const prepared = await prepareImputation(experiment({ inputs: ['dayOfWeek'] }), folder);
    const [first] = fitBatches(prepared, 'train', { batchSize: 7, seed: 3 });
    const inputs = first?.inputs as Record<string, { shape: number[]; data: Float32Array }>;
    const { series, judged } = inputs as Record<'series' | 'judged', (typeof inputs)[string]>;
    const targets = first?.targets as (typeof inputs)[string];
    expect(series.shape).toEqual([7, 15, 6]);
    expect(judged.shape).toEqual([7, 15, 2]);
    let hidden = 0;
    judged.data.forEach((is, i) => {
      const at = Math.floor(i / 2) * 6 + (i % 2);
      const mask = series.data[at + 2];
      if (mask === 0) expect(series.data[at]).toBe(0);
      if (is === 1) expect(mask).toBe(0);
      else expect(targets.data[i]).toBe(0);
      hidden += is;
    });
    expect(hidden).toBeGreaterThan(0);
  });

  it.each([
    [{ columns: ['tides'] }, '$.task.columns[0]: expected a column: tide, echo'],
    [
      { inputs: ['echo'], columns: ['tide'] },
      'tides.csv, task.inputs: expected all values of echo',
    ],
    [{ window: 200 }, 'part "train": expected a window of 200 rows, found 130 rows'],
  ])('refuses %j', async (task, message) => {
    const training = prepareImputation(experiment(task), folder).then((prepared) =>
      trainImputation(prepared, { backend }),
    );
    await expect(training).rejects.toThrow(message);
  });

  it('refuses layers that do not keep time', async () => {
    const preparing = prepareImputation(experiment({}, [{ type: 'gru', units: 3 }]), folder);
    await expect(preparing).rejects.toThrow('layers that keep time and end in [15,2]');
  });
});
