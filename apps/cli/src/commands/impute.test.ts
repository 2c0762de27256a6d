import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitsCsv, visitsExperiment, Workplace } from '../testing/workplace.ts';

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.make();
  // Three values are missing, and one whole day.
  const gaps = visitsCsv()
    .split('\n')
    .map((line, i) => ([14, 15, 90].includes(i) ? line.replace(/,[\d.]+,/, ',,') : line))
    .filter((_, i) => i !== 33);
  await place.write('visits.csv', gaps.join('\n'));
  const { data, model: _, ...rest } = visitsExperiment({ training: { epochs: 2 } });
  await place.write('impute.json', {
    ...rest,
    data: { ...data, time: { column: 'day', gaps: 'fill' }, derived: [] },
    task: { type: 'impute', columns: ['visits'], window: 8, hide: { type: 'block', length: 2 } },
    model: {
      layers: [{ type: 'bidirectional', layer: { type: 'gru', units: 3, returnSequences: true } }],
    },
  });
});
afterAll(() => place.remove());

describe('impute', () => {
  it('fills a file of a trained imputation, and alters nothing that is there', async () => {
    const [path, run, filled] = ['impute.json', 'run', 'filled.csv'].map((n) => place.path(n));
    const [document, folder, output] = [path ?? '', run ?? '', filled ?? ''];
    expect((await place.run(['validate', document])).status).toBe(0);
    expect((await place.run(['summary', document])).out).toContain('judged');
    const trained = await place.run(['train', document, '--output', folder]);
    expect(trained.status).toBe(0);
    expect(trained.out).toMatch(/^validation: \d+ hidden values\n/);
    expect(trained.out).toContain(' linearInterpolation ');
    const judged = await place.run(['evaluate', folder, '--json']);
    expect(JSON.parse(judged.out)).toMatchObject({ part: 'test', errors: { model: {} } });

    const { status, out } = await place.run(['impute', folder, '--output', output]);
    expect(status).toBe(0);
    expect(out).toContain('filled 4 missing values');
    const [head, ...rows] = (await readFile(output, 'utf8')).trimEnd().split('\n');
    expect(head).toBe('day,visits');
    const whole = visitsCsv().trimEnd().split('\n').slice(1);
    expect(rows).toHaveLength(whole.length);
    const gaps = new Set([13, 14, 89, 32]);
    rows.forEach((row, i) => {
      const [day, visits] = row.split(',');
      const [wantedDay, wanted] = (whole[i] ?? '').split(',');
      expect(day).toBe(wantedDay);
      if (!gaps.has(i)) expect(Number(visits)).toBe(Number(wanted));
      expect(Number.isFinite(Number(visits))).toBe(true);
    });
  });

  it('is for imputations, and predict for forecasts', async () => {
    const folder = place.path('run');
    const predicted = await place.run(['predict', folder]);
    expect(predicted).toMatchObject({ status: 2, out: '' });
    expect(predicted.err).toContain('$.task.type: expected "forecast", found "impute"');
    const nowhere = ['impute', folder, '--output', place.path('no/such/folder.csv')];
    expect(await place.run(nowhere)).toMatchObject({ status: 2, out: '' });
  });
});
