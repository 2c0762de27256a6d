import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Terminal } from '../io.ts';
import { visitsCsv, Workplace } from '../testing/workplace.ts';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(() => place.remove());

/** Somebody at a terminal, who answers questions by pressing keys. */
function sitting(answers: readonly (readonly [question: string, keys: string])[]): Terminal {
  const input = new PassThrough();
  // As the process's own streams it does not end with a question.
  const output: PassThrough = Object.assign(new PassThrough(), { end: () => output });
  const left = [...answers];
  let seen = '';
  output.on('data', (text: Buffer) => {
    seen += text.toString();
    const [next] = left;
    if (next === undefined || !seen.includes(next[0])) return;
    left.shift();
    seen = '';
    // Once the question listens.
    setTimeout(() => input.write(next[1]), 20);
  });
  return { input, output };
}

const [enter, space, down, ctrlC] = ['\r', ' ', '\u001B[B', '\u0003'];

async function written(folder: string): Promise<Record<string, Record<string, unknown>>> {
  return JSON.parse(await readFile(place.path(`${folder}/experiment.json`), 'utf8')) as never;
}

describe('init', () => {
  it('writes an experiment that validates and trains, with its schema beside it', async () => {
    const folder = place.path('new/daily');
    const csv = ['--csv', place.path('visits.csv')];
    const made = await place.run(['init', folder, ...csv, '--inputs', 'open', '--epochs', '1']);
    expect(made).toMatchObject({ status: 0, err: '' });
    expect(await written('new/daily')).toMatchObject({
      $schema: './experiment.schema.json',
      data: {
        source: { path: '../../visits.csv' },
        time: { column: 'day', format: 'YYYY-MM-DD', step: 'day' },
        columns: { open: { categories: ['no', 'yes'] }, visits: { type: 'number' } },
      },
      task: { targets: ['visits'], inputs: ['visits', 'open'], season: 7 },
    });
    const schema = await readFile(place.path('new/daily/experiment.schema.json'), 'utf8');
    expect(schema).toBe((await place.run(['schema'])).out);
    const path = place.path('new/daily/experiment.json');
    expect((await place.run(['validate', path])).status).toBe(0);
    expect((await place.run(['train', path, '--output', place.path('run')])).status).toBe(0);
  });

  it('sees how a file is written, spaced and disordered', async () => {
    const rows = Array.from({ length: 96 * 4 }, (_, i) => {
      const at = new Date(Date.UTC(2024, 0, 1, 0, 15 * i)).toISOString();
      const [year, month, day, clock] = [...at.slice(0, 10).split('-'), at.slice(11, 16)];
      return `${day}.${month}.${year} ${clock};${i % 7};${Math.sin(i)}`;
    });
    const disordered = [rows[3], ...rows.filter((_, i) => i !== 40), rows[9]];
    await place.write('load.csv', ['at;kind;load', ...disordered].join('\n'));
    const args = ['--csv', place.path('load.csv'), '--targets', 'load', '--task', 'impute'];
    expect((await place.run(['init', place.path('load'), ...args])).status).toBe(0);
    expect(await written('load')).toMatchObject({
      data: {
        source: { delimiter: ';' },
        time: {
          format: 'DD.MM.YYYY HH:mm',
          step: { every: 15, unit: 'minute' },
          unsorted: 'sort',
          duplicates: 'dropIdentical',
          gaps: 'fill',
        },
      },
      task: { type: 'impute', columns: ['load'] },
    });
  });

  it('tells many series of one file apart', async () => {
    const months = Array.from({ length: 60 }, (_, i) =>
      new Date(Date.UTC(2018, i, 1)).toISOString().slice(0, 10),
    );
    const rows = ['north', 'south'].flatMap((shop) =>
      months.map((month, i) => `${month},${shop},${10 + (i % 12)}`),
    );
    await place.write('shops.csv', ['month,shop,sales', ...rows].join('\n'));
    const made = await place.run(['init', place.path('s'), '--csv', place.path('shops.csv')]);
    expect(made.status).toBe(0);
    expect(await written('s')).toMatchObject({
      data: { series: 'shop', time: { step: 'month' } },
      task: { window: 12, horizon: 3, season: 12, future: ['monthOfYear'] },
    });
  });

  it('asks on a terminal for what no flag says', async () => {
    const terminal = sitting([
      ['CSV file', `\u0015${place.path('visits.csv')}${enter}`],
      ['Task', `${enter}`],
      ['Other columns', `${space}${enter}`],
      ['Rows that the model sees', `${enter}`],
      ['Rows to forecast', `3${enter}`],
    ]);
    const { signal } = new AbortController();
    const { status, err } = await place.run(['init', place.path('asked')], signal, terminal);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(await written('asked')).toMatchObject({
      task: { type: 'forecast', inputs: ['visits', 'open'], window: 24, horizon: 3 },
    });
  });

  it('asks for a column where there are several, and writes nothing after Ctrl-C', async () => {
    const csv = ['day,a,b', '2024-01-01,1,2', '2024-01-02,3,4'].join('\n');
    const args = ['init', place.path('two'), '--csv', await place.write('two.csv', csv)];
    const before = await place.contents();
    const stopped = sitting([
      ['Task', `${down}${enter}`],
      ['Columns to fill', ctrlC],
    ]);
    const { status, err } = await place.run(args, new AbortController().signal, stopped);
    expect({ status, err }).toEqual({ status: 130, err: 'stopped; nothing was written\n' });
    expect(await place.contents()).toEqual(before);
  });
});

describe('init refuses', () => {
  it('text among numbers, and says where it stands', async () => {
    const lines = visitsCsv().split('\n');
    lines[40] = (lines[40] ?? '').replace(/,[\d.]+,/, ',many,');
    const csv = await place.write('text.csv', lines.join('\n'));
    const before = await place.contents();
    const flags = ['--csv', csv, '--task', 'forecast', '--targets', 'visits'];
    const { status, err } = await place.run(['init', place.path('new'), ...flags]);
    expect(status).toBe(2);
    expect(err).toContain('which holds text: "many" in line 41');
    expect(await place.contents()).toEqual(before);
  });

  it('to ask where there is no terminal, and names the flags that are missing', async () => {
    const nothing = await place.run(['init', place.path('x')]);
    expect(nothing).toMatchObject({ status: 2, out: '' });
    expect(nothing.err).toContain('missing --csv, --time, --targets');
    const csv = await place.write('two.csv', 'day,a,b\n2024-01-01,1,2\n2024-01-02,3,4\n');
    const some = await place.run(['init', place.path('x'), '--csv', csv]);
    expect(some.status).toBe(2);
    expect(some.err).toContain('missing --targets (a, b)');
  });

  it('to replace what is there, unless it is told to', async () => {
    const args = ['init', place.folder, '--csv', place.path('visits.csv')];
    const before = await place.contents();
    const { status, err } = await place.run(args);
    expect(status).toBe(2);
    expect(err).toContain('experiment.json. Replace it by --force');
    expect(await place.contents()).toEqual(before);
    expect((await place.run([...args, '--force'])).status).toBe(0);
    expect(await place.contents()).not.toEqual(before);
  });

  it.each([
    [['--targets', 'visit'], 'column of', 'Did you mean "visits"?'],
    [['--targets', 'open'], '--targets: expected a column of numbers', 'which holds category'],
    [['--window', '200'], 'part "train"', 'one window of 200'],
    [['--time', 'open'], '--time-format: expected a pattern', '"open"'],
    [['--zone', 'Berlin/Europe'], 'time zone', 'Europe/Berlin'],
  ])('%j, and writes nothing', async (flags, ...words) => {
    const before = await place.contents();
    const args = ['init', place.path('x'), '--csv', place.path('visits.csv'), ...flags];
    const { status, out, err } = await place.run(args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    for (const word of words) expect(err).toContain(word);
    expect(await place.contents()).toEqual(before);
  });
});
