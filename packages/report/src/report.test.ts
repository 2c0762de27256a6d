import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import {
  evaluate,
  evaluateImputation,
  fillMissing,
  prepare,
  prepareImputation,
  train,
  trainImputation,
} from '@chronograd/forecast';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chart } from './charts/chart.ts';
import { forecastReport } from './forecast-report.ts';
import { renderReport } from './html/page.ts';
import { imputationReport } from './imputation-report.ts';
import type { Report } from './report.ts';

let folder = '';
const backend = onnxBackend();

/** Four towns of 90 days; the name of one, and of a column, is what HTML must not take for itself. */
const towns = ['east', 'west', '<i>north</i>', 'south'];
const evil = 'riders<script>';

function csv(): string {
  const rows = towns.flatMap((town, t) =>
    Array.from({ length: 90 }, (_, i) => {
      const day = new Date(Date.UTC(2021, 0, 1 + i)).toISOString().slice(0, 10);
      const rhythm = Math.sin((2 * Math.PI * i) / 7);
      const visits = i % 13 === 5 && t === 1 ? '' : (50 + 10 * t + 8 * rhythm).toFixed(2);
      return `${day},${town},${visits},${(1000 * (t + 1) - 90 * rhythm + i).toFixed(1)}`;
    }),
  );
  return [`day,town,visits,${evil}`, ...rows, ''].join('\n');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-report-'));
  await writeFile(join(folder, 'visits.csv'), csv());
});
afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

function experiment(task: object, layers: readonly object[]) {
  return {
    name: 'towns & riders',
    data: {
      source: { type: 'csv', path: 'visits.csv' },
      time: { column: 'day' },
      series: 'town',
      columns: { visits: { type: 'number' }, [evil]: { type: 'number' } },
      split: { train: { to: '2021-02-20' }, validation: { to: '2021-03-10' }, test: {} },
    },
    task,
    model: { layers },
    training: { epochs: 4, earlyStopping: { patience: 3 }, metrics: ['mae'], seed: 1 },
  };
}

const chartOf = ({ sections }: Report, id: string): Chart => {
  const found = sections.flatMap(({ charts }) => charts).find((chart) => chart.id === id);
  if (!found) throw new Error(`no chart ${id}`);
  return found;
};

type Row = Readonly<Record<string, number | string | null>>;

/** Rows that a layer of a chart draws. */
function rowsIn({ view }: Chart, layer: number): Row[] {
  const data = view.layer.at(layer)?.data ?? view.data;
  if (!data || !('values' in data) || !Array.isArray(data.values)) throw new Error('no rows');
  return data.values as Row[];
}

const values = (rows: readonly Row[]) => rows.map(({ value }) => value);

describe('a report of forecasts', () => {
  const task = { type: 'forecast', targets: ['visits', evil], window: 8, horizon: 2, season: 7 };
  const output = { type: 'quantiles', levels: [0.1, 0.5, 0.9] };

  it('shows what was measured in training and evaluation, and nothing else', async () => {
    const layers = [{ type: 'gru', units: 3 }];
    const prepared = await prepare(experiment({ ...task, output }, layers), folder);
    const trained = { prepared, ...(await train(prepared, { backend })) };
    const test = await evaluate(prepared, trained.model, 'test');
    const report = forecastReport(trained, [test], { notes: ['Noted.'] });

    const losses = values(rowsIn(chartOf(report, 'loss'), 0));
    const { epochs, restoredEpoch } = trained.history;
    expect(losses).toEqual([...epochs.map((e) => e.loss), ...epochs.map((e) => e.valLoss)]);
    expect(chartOf(report, 'loss').text).toContain(
      `weights of epoch ${(restoredEpoch ?? NaN) + 1}`,
    );

    const horizon = rowsIn(chartOf(report, 'horizon-visits'), 0);
    expect(values(horizon)).toEqual(
      Object.values(test.errors).flatMap((own) => own['visits']?.maeByStep),
    );
    // Of the first town's windows every second one is drawn: rows are forecast once.
    const [own, truth] = [test.forecasts['model'], test.truth];
    const drawn = rowsIn(chartOf(report, 'forecast-visits-east'), -1);
    // 21 rows from 11 March on, and a horizon of 2; the second town lacks values.
    const perTown = 20;
    expect(test.windows).toBeLessThan(4 * perTown);
    const wanted = Array.from({ length: Math.ceil(perTown / 2) }, (_, i) => [
      own?.point[(2 * i * 2 + 0) * 2],
      own?.point[(2 * i * 2 + 1) * 2],
    ]).flat();
    expect(values(drawn)).toEqual(wanted);
    expect(drawn[0]?.['time']).toBe(Date.UTC(2021, 2, 11));
    expect(new Set(drawn.map(({ time }) => time)).size).toBe(drawn.length);

    const residuals = rowsIn(chartOf(report, 'residuals-visits-east'), 1);
    expect(residuals[1]?.['value']).toBe((truth[4] ?? NaN) - (own?.point[4] ?? NaN));
    expect(residuals).toHaveLength(2 * perTown);
    expect(rowsIn(chartOf(report, 'histogram-visits'), 0)).toHaveLength(2 * test.windows);

    // The interval of one forecast: [windows, horizon, targets, levels].
    const single = chartOf(report, 'single-riders-script-west');
    const band = rowsIn(single, 0);
    const [low] = band;
    const at = [...(own?.quantiles?.values ?? [])].indexOf(Number(low?.['lower']));
    expect(at % 6).toBe(3);
    expect(own?.quantiles?.values[at + 2]).toBe(low?.['upper']);
    expect(single.text).toContain('intervals of 80 %');

    const { html, plots } = await renderReport(report);
    expect([...plots.keys()]).toEqual(
      report.sections.flatMap(({ charts }) => charts.map((c) => c.id)),
    );
    // Three of four series have plots of their own, whose names files can have.
    expect([...plots.keys()].filter((id) => id.startsWith('single-visits-'))).toEqual([
      'single-visits-east',
      'single-visits-west',
      'single-visits-i-north-i',
    ]);
    expect(html).toContain('Plots of 3 of the 4 series: east, west, &lt;i&gt;north&lt;/i&gt;.');
    for (const text of [
      '<title>towns &amp; riders</title>',
      'riders&lt;script&gt;',
      'Noted.',
      'seasonalNaive',
      'in 80%',
      'onnxruntime-node',
      'gru',
      '4 of at most 4 epochs',
      'test: ',
    ])
      expect(html).toContain(text);
    expect(html).not.toMatch(/<script|<i>|<img|<link|src="|url\(|href="(?!data:)/);
    expect(html.match(/<svg role="img" aria-label="/g)).toHaveLength(plots.size);
    expect(html.match(/xmlns|https?:\/\/(?!www\.w3\.org)/g)?.every((t) => t === 'xmlns')).toBe(
      true,
    );
    await trained.model.dispose();
  });

  it('shows the series that are asked for, and refuses one that is not there', async () => {
    const short = { ...task, targets: ['visits'], horizon: 1 };
    const layers = [{ type: 'flatten' }];
    const prepared = await prepare(experiment(short, layers), folder);
    const { model } = await train(prepared, { backend, epochs: 1 });
    const trained = { prepared, model, history: { epochs: [], stoppedBy: 'epochs' } as const };
    const judged = [await evaluate(prepared, model, 'validation')];
    const report = forecastReport(trained, judged, { series: ['south'] });
    const ids = report.sections.flatMap(({ charts }) => charts.map(({ id }) => id));
    expect(ids).toEqual([
      'forecast-visits-south',
      'horizon-visits',
      'residuals-visits-south',
      'histogram-visits',
    ]);
    expect((await renderReport(report)).html).toContain('No epoch of the training was finished.');
    expect(() => forecastReport(trained, judged, { series: ['Paris'] })).toThrow(
      'series: expected one of the series: east, west, <i>north</i>, south, found "Paris"',
    );
    expect(() => forecastReport(trained, [])).toThrow(RangeError);
    await model.dispose();
  });
});

describe('a report of an imputation', () => {
  it('shows hidden values with their errors, and filled gaps', async () => {
    const task = {
      type: 'impute',
      columns: ['visits'],
      window: 10,
      hide: { type: 'block', length: 3 },
    };
    const layers = [{ type: 'conv1d', filters: 4, kernelSize: 3, padding: 'same' }];
    const prepared = await prepareImputation(experiment(task, layers), folder);
    const trained = { prepared, ...(await trainImputation(prepared, { backend })) };
    const judged = await evaluateImputation(prepared, trained.model, 'test', 3);
    const filled = await fillMissing(prepared, trained.model);
    const report = imputationReport(trained, [judged], filled);

    const bars = rowsIn(chartOf(report, 'errors-visits'), 0);
    expect(values(bars)).toEqual([
      judged.errors['model']?.['visits']?.mae,
      judged.errors['linearInterpolation']?.['visits']?.mae,
    ]);
    const histogram = chartOf(report, 'histogram-visits');
    expect(rowsIn(histogram, 0)).toHaveLength(judged.hidden);

    const hidden = chartOf(report, 'hidden-visits-west');
    const ofWest = judged.entries.filter(({ member }) => member === 1);
    const own = ofWest.filter(({ draw }) => draw === ofWest[0]?.draw);
    const errors = rowsIn(hidden, 1);
    expect(errors.map(({ value, filled: by }) => [value, by])).toEqual(
      own.map(({ truth, model }) => [truth, model]),
    );
    // What was hidden is not drawn as measured.
    const times = new Set(errors.map(({ time }) => time));
    for (const { time, value } of rowsIn(hidden, 0))
      if (times.has(time ?? 0)) expect(value).toBeNull();

    const gaps = rowsIn(chartOf(report, 'gaps-visits-west'), 1);
    expect(gaps).toHaveLength(7);
    expect(gaps[0]).toMatchObject({
      time: Date.UTC(2021, 0, 6),
      value: filled[1]?.series.columns['visits']?.[5],
    });
    const { html, plots } = await renderReport(report);
    expect(html).toContain('7, all filled');
    expect(plots.size).toBeGreaterThan(4);
    await trained.model.dispose();
  });
});
