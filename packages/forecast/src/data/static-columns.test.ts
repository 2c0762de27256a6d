import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../run/evaluate.ts';
import { forecastNext } from '../run/next.ts';
import { partWindows, prepare } from '../run/prepare.ts';
import { loadExperiment, saveExperiment } from '../run/saved.ts';
import { train } from '../run/train.ts';
import { staticScale } from './static-columns.ts';

let folder = '';
const backend = onnxBackend();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-static-'));
  await writeFile(join(folder, 'shops.csv'), csv());
});
afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

const shops = [
  { id: 'a', area: 100, kind: 'food', swing: 1 },
  { id: 'b', area: 300, kind: 'food', swing: 1 },
  { id: 'c', area: 800, kind: 'books', swing: -1 },
];

/**
 * 80 days of three shops: sales are as usual, 0, and every second day more for food and less for
 * books, so that nobody knows what comes after 0 but who knows the kind of shop. Day 30 has no row.
 */
function csv(change: (row: string, shop: string, day: number) => string = (row) => row): string {
  const rows = ['day,shop,sales,area,kind'];
  for (const { id, area, kind, swing } of shops)
    for (let day = 0; day < 80; day++) {
      if (day === 30) continue;
      const date = new Date(Date.UTC(2022, 0, 1 + day)).toISOString().slice(0, 10);
      const sales = day % 2 === 0 ? 0 : 10 * swing;
      rows.push(change(`${date},${id},${sales},${area},${kind}`, id, day));
    }
  return `${rows.join('\n')}\n`;
}

function experiment(path = 'shops.csv', task: object = {}) {
  return {
    data: {
      source: { type: 'csv', path },
      time: { column: 'day', gaps: 'fill' },
      series: 'shop',
      columns: {
        sales: { type: 'number' },
        area: { type: 'number' },
        kind: { type: 'category', categories: ['food', 'books'] },
      },
      derived: [{ type: 'oneHot', column: 'kind' }],
      split: { train: { to: '2022-02-20' }, validation: { to: '2022-03-05' }, test: {} },
    },
    task: {
      type: 'forecast',
      targets: ['sales'],
      static: ['area', 'kind'],
      window: 4,
      horizon: 2,
      ...task,
    },
    model: { layers: [{ type: 'gru', units: 6 }] },
    training: { epochs: 3 },
  };
}

describe('static columns', () => {
  it('are seen at every row, in rows that the file lacks too, scaled over all series', async () => {
    const prepared = await prepare(experiment(), folder);
    expect(prepared.design.features).toEqual(['sales', 'area', 'kind=food', 'kind=books']);
    // Areas 100, 300, 800: a mean of 400, and a variance of (300² + 100² + 400²) / 3.
    const deviation = Math.sqrt(260_000 / 3);
    for (const scaler of prepared.scalers)
      expect(scaler.of('area')).toEqual({ offset: 400, scale: deviation });
    const windows = partWindows(prepared, { part: 'test', view: 'model' });
    const { inputs } = windows.batch([0, windows.count - 1]);
    const own = (window: number, step: number): number[] => [
      ...inputs.data.subarray((window * 4 + step) * 4 + 1, (window * 4 + step + 1) * 4),
    ];
    for (let step = 0; step < 4; step++) {
      expect(own(0, step)).toEqual([Math.fround(-300 / deviation), 1, 0]);
      expect(own(1, step)).toEqual([Math.fround(400 / deviation), 0, 1]);
    }
    expect(prepared.panel.members[1]?.series.columns['area']?.[30]).toBe(300);
    expect(prepared.panel.members[1]?.series.columns['sales']?.[30]).toBeNaN();
  });

  it.each(['direct', 'iterated'])(
    'go to the model in every way of forecasting: %s',
    async (how) => {
      const prepared = await prepare(experiment('shops.csv', { strategy: how }), folder);
      const { model } = await train(prepared, { backend });
      const { windows, errors } = await evaluate(prepared, model, 'test');
      expect(windows).toBeGreaterThan(20);
      expect(errors['model']?.['sales']?.mae).toBeLessThan(20);
      const next = await forecastNext(prepared, model);
      expect(next.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
      const run = join(folder, `run-${how}`);
      await saveExperiment(run, { prepared, model, dataFolder: folder });
      const loaded = await loadExperiment(run, { backend });
      expect(await forecastNext(loaded.prepared, loaded.model)).toEqual(next);
      await Promise.all([model.dispose(), loaded.model.dispose()]);
    },
  );

  it('tell apart series that look the same', async () => {
    const long = { epochs: 60, optimizer: { type: 'adam', learningRate: 0.02 } };
    const maeWith = async (fixed: readonly string[]): Promise<number> => {
      const task = { static: fixed, window: 1, horizon: 1, scaling: { type: 'divide', by: 10 } };
      const layers = [{ type: 'flatten' }, { type: 'dense', units: 24, activation: 'relu' }];
      const document = { ...experiment('shops.csv', task), model: { layers }, training: long };
      const prepared = await prepare(document, folder);
      const { model } = await train(prepared, { backend });
      const { errors } = await evaluate(prepared, model, 'validation');
      await model.dispose();
      return errors['model']?.['sales']?.mae ?? NaN;
    };
    const apart = await maeWith(['kind']);
    expect(apart).toBeLessThan(0.5 * (await maeWith([])));
  });

  it('that change are refused with series, row and column', async () => {
    const changed = csv((row, shop, day) =>
      shop === 'b' && day === 12 ? row.replace(',300,', ',301,') : row,
    );
    await writeFile(join(folder, 'changed.csv'), changed);
    await expect(prepare(experiment('changed.csv'), folder)).rejects.toThrow(
      /changed\.csv, series "b", column "area", row 13, 2022-01-13: expected 300, as at 2022-01-01, since "task.static" names it, found 301/,
    );
    const other = csv((row, shop, day) =>
      shop === 'c' && day === 5 ? row.replace('books', 'food') : row,
    );
    await writeFile(join(folder, 'other.csv'), other);
    await expect(prepare(experiment('other.csv'), folder)).rejects.toThrow(
      /series "c", column "kind=food", row 6, 2022-01-06: expected 0/,
    );
    const empty = csv((row, shop) => (shop === 'a' ? row.replace(',100,', ',,') : row));
    await writeFile(join(folder, 'empty.csv'), empty);
    await expect(prepare(experiment('empty.csv'), folder)).rejects.toThrow(
      'series "a", column "area": expected a value of what does not change within a series, found none',
    );
  });

  it.each([
    [{ static: ['aera'] }, '$.task.static[0]: expected a column: sales, area'],
    [{ static: ['sales'] }, '$.task.static[0]: expected a column that does not change'],
  ])('refuses %j', async (task, message) => {
    await expect(prepare(experiment('shops.csv', task), folder)).rejects.toThrow(message);
  });
});

describe('staticScale', () => {
  it.each([
    [{ type: 'none' }, { offset: 0, scale: 1 }],
    [
      { type: 'divide', by: 4 },
      { offset: 0, scale: 4 },
    ],
    [{ type: 'minMax' }, { offset: 2, scale: 8 }],
    [{ type: 'standard' }, { offset: 6, scale: 4 }],
  ] as const)('%j', (scaling, wanted) => {
    expect(staticScale([2, 10], scaling)).toEqual(wanted);
  });

  it('leaves a single series its value as zero', () => {
    expect(staticScale([7], { type: 'standard' })).toEqual({ offset: 7, scale: 1 });
  });
});
