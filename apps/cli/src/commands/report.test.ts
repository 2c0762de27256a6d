import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitsExperiment, Workplace } from '../testing/workplace.ts';

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.make();
});
afterAll(() => place.remove());

const read = (name: string): Promise<string> => readFile(place.path(name), 'utf8');

describe('report', () => {
  it('is written by a training, and of any part by the command', async () => {
    const run = place.path('run');
    const trained = await place.run(['train', place.path('experiment.json'), '--output', run]);
    expect(trained.status).toBe(0);
    expect(trained.out).toContain('report.html shows it');
    const first = await read('run/report.html');
    expect(first).toContain('validation: 20 forecasts');
    expect(first).not.toContain('test: 24 forecasts');
    const plots = [
      'forecast-visits.svg',
      'histogram-visits.svg',
      'horizon-visits.svg',
      'loss.svg',
      'residuals-visits.svg',
      'single-visits.svg',
    ];
    expect((await readdir(place.path('run/plots'))).sort()).toEqual(plots);
    expect(await read('run/plots/loss.svg')).toMatch(/^<svg role="img" .*validation/);

    // What a report of other targets has left goes; what is not a plot stays.
    await place.write('run/plots/forecast-sales.svg', '<svg/>');
    await place.write('run/plots/notes.txt', 'mine');
    const { status, out } = await place.run(['report', run, '--json']);
    expect(status).toBe(0);
    const told = JSON.parse(out) as { page: string; parts: { part: string }[] };
    expect(told.page).toBe(place.path('run/report.html'));
    expect(told.parts.map(({ part }) => part)).toEqual(['test', 'validation', 'train']);
    expect((await readdir(place.path('run/plots'))).sort()).toEqual([...plots, 'notes.txt'].sort());
    const second = await read('run/report.html');
    for (const text of ['test: 24 forecasts', 'validation: 20 forecasts', 'train: 64 forecasts'])
      expect(second).toContain(text);

    // The numbers of the page are those of evaluate.
    const judged = await place.run(['evaluate', run, '--json']);
    const { errors } = JSON.parse(judged.out) as {
      errors: Record<string, { visits: { mae: number } }>;
    };
    const cells = second.replaceAll(/>\s+</g, '><');
    for (const name of Object.keys(errors)) {
      const mae = String(Number(errors[name]?.visits.mae.toPrecision(5)));
      expect(cells).toContain(`<th scope="row">${name}</th><td>${mae}</td>`);
    }
  });

  it('goes where it is told to, and says what it cannot judge', async () => {
    const run = place.path('seasonal');
    const path = await place.write('seasonal.json', visitsExperiment({ task: { season: 14 } }));
    await place.run(['train', path, '--output', run, '--epochs', '1']);
    const before = await place.contents();
    const page = place.path('elsewhere.html');
    const { status, out } = await place.run([
      'report',
      run,
      '--part',
      'validation',
      '--output',
      page,
    ]);
    expect({ status, out }).toEqual({ status: 0, out: `saved the report to ${page}\n` });
    expect(await read('elsewhere.html')).toContain('The part train cannot be judged');
    const { [page]: _, ...after } = await place.contents();
    expect(after).toEqual(before);
  });

  it('is of trained experiments, series and parts that are there, and of files that can be written', async () => {
    const run = place.path('small');
    await place.run(['train', place.path('experiment.json'), '--output', run, '--epochs', '1']);
    const before = await place.contents();
    for (const [args, word] of [
      [[place.path('nowhere')], 'Give the folder that a training has written'],
      [[run, '--series', 'Paris'], 'series: expected one of the series: (the only one)'],
      [[run, '--part', 'calibration'], 'part "calibration": expected one of'],
      [[run, '--output', place.path('no/such/folder.html')], '--output: '],
      [[run, '--plots', place.path('experiment.json')], '--plots: '],
    ] as const) {
      const { status, out, err } = await place.run(['report', ...args]);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toContain(word);
      expect(err).not.toMatch(/\n\s+at /);
    }
    expect(await place.contents()).toEqual(before);
  });
});
