import { parseMidi } from 'midi-file';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from '../testing/workplace.ts';

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.make();
  await place.write('tunes.csv', tunes());
  await place.write('tunes.json', tunesExperiment());
  await place.write('gestures.csv', gestures());
  await place.write('gestures.json', gesturesExperiment());
});
afterAll(() => place.remove());

/** Twelve tunes of two voices, of 12 to 23 rows. */
function tunes(): string {
  const rows = Array.from({ length: 12 }, (_, n) =>
    Array.from({ length: 12 + n }, (_, i) => {
      return `t${n},${(n + i) % 3 === 0 ? 0 : 48},${60 + 2 * ((n + i) % 4)}`;
    }),
  );
  return `${['tune,bass,top', ...rows.flat()].join('\n')}\n`;
}

function tunesExperiment() {
  return {
    data: {
      type: 'sequences',
      source: { type: 'csv', path: 'tunes.csv' },
      sequence: 'tune',
      columns: { bass: { type: 'number' }, top: { type: 'number' } },
      split: { type: 'shares', train: 0.5, validation: 0.25, test: 0.25 },
    },
    task: {
      type: 'generate',
      columns: ['bass', 'top'],
      vocabulary: { type: 'range', from: 48, to: 66, rest: 0 },
      window: 6,
      shift: 3,
    },
    model: {
      layers: [
        { type: 'embedding', inputDim: 20, outputDim: 3 },
        { type: 'gru', units: 6, returnSequences: true },
      ],
    },
    training: { epochs: 3, batchSize: 4, metrics: ['accuracy'] },
  };
}

/** Twenty gestures that rise or fall, of 4 to 8 rows. */
function gestures(): string {
  const rows = Array.from({ length: 20 }, (_, n) =>
    Array.from({ length: 4 + (n % 5) }, (_, i) => {
      return `g${n},${n % 2 === 0 ? i : -i},${n % 2 === 0 ? 'up' : 'down'}`;
    }),
  );
  return `${['id,height,way', ...rows.flat()].join('\n')}\n`;
}

function gesturesExperiment() {
  return {
    data: {
      type: 'sequences',
      source: { type: 'csv', path: 'gestures.csv' },
      sequence: 'id',
      columns: {
        height: { type: 'number' },
        way: { type: 'category', categories: ['up', 'down'] },
      },
      split: { type: 'shares', train: 0.6, test: 0.4 },
    },
    task: { type: 'classify', label: 'way' },
    model: { layers: [{ type: 'gru', units: 4 }] },
    training: {
      optimizer: { type: 'adam', learningRate: 0.05 },
      epochs: 15,
      batchSize: 4,
      earlyStopping: undefined,
    },
  };
}

/** A signal that aborts when it is asked for the nth time: in the midst of an epoch. */
function abortAt(reading: number): AbortSignal {
  const { signal } = new AbortController();
  let readings = 0;
  Object.defineProperty(signal, 'aborted', { get: () => ++readings >= reading });
  return signal;
}

describe('a generation', () => {
  it('is checked, trained, judged and asked what comes next', async () => {
    const path = place.path('tunes.json');
    const valid = await place.run(['validate', path]);
    expect(valid).toMatchObject({ status: 0, err: '' });
    expect(valid.out).toMatch(/train 6 sequences of \d+ to \d+ rows; validation 3 sequences/);
    expect((await place.run(['summary', path])).out).toContain('embedding');

    const run = place.path('tunes-run');
    const trained = await place.run(['train', path, '--output', run]);
    expect(trained.status).toBe(0);
    expect(trained.out).toMatch(/^validation: \d+ steps of \d+ windows\n/);
    const judged = await place.run(['evaluate', run]);
    for (const name of ['accuracy', 'log loss', ' model ', ' repeat ', ' frequencies '])
      expect(judged.out).toContain(name);
    const json = await place.run(['evaluate', run, '--part', 'train', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ part: 'train', scores: { model: {} } });
    expect(await place.run(['evaluate', run, '--part', 'calibration'])).toMatchObject({
      status: 2,
      out: '',
    });
    const next = await place.run(['predict', run, '--json']);
    const told = JSON.parse(next.out) as { id: string; next: { bass: number; top: number } }[];
    expect(told).toHaveLength(3);
    for (const { id, next: row } of told) {
      expect(id).toMatch(/^t\d+$/);
      expect(Object.keys(row)).toEqual(['bass', 'top']);
    }
  });

  it('makes music and numbers, the same by the same seed', async () => {
    const run = place.path('tunes-run');
    const make = async (name: string, ...options: string[]) =>
      place.run(['generate', run, '--output', place.path(name), '--steps', '10', ...options]);
    const made = await make('tune.mid', '--seed', '4', '--json');
    expect(made).toMatchObject({ status: 0, err: '' });
    const { rows, primeSteps } = JSON.parse(made.out) as { rows: number[][]; primeSteps: number };
    expect([primeSteps, rows.length]).toEqual([8, 18]);
    const { tracks } = parseMidi(await readFile(place.path('tune.mid')));
    const sounding = tracks.flatMap((track) =>
      track.flatMap((event) => (event.type === 'noteOn' ? [event.noteNumber] : [])),
    );
    expect(new Set(sounding)).toEqual(new Set(rows.flat().filter((pitch) => pitch !== 0)));

    // 18 rows of a quarter of a beat, 80 beats in a minute; a header of 44 bytes, 2 of a sample.
    expect((await make('tune.wav', '--seed', '4')).status).toBe(0);
    const sound = await readFile(place.path('tune.wav'));
    expect(sound.toString('latin1', 0, 4)).toBe('RIFF');
    expect(sound.length).toBe(44 + 2 * Math.round(18 * 0.1875 * 22_050));

    expect((await make('tune.csv', '--seed', '4')).out).toContain('10 steps after 8 of t');
    const text = await readFile(place.path('tune.csv'), 'utf8');
    expect(text).toBe(`${['bass,top', ...rows.map((row) => row.join(','))].join('\n')}\n`);

    const prime = await place.write('prime.csv', 'tune,bass,top\nx,48,62\nx,48,64\nx,0,66\n');
    const primed = await make('next.csv', '--prime', prime, '--prime-steps', '2', '--json');
    expect(JSON.parse(primed.out)).toMatchObject({ primeSteps: 2 });
    expect((await readFile(place.path('next.csv'), 'utf8')).split('\n').slice(0, 3)).toEqual([
      'bass,top',
      '48,62',
      '48,64',
    ]);
  });

  it('makes the same on every backend that needs nothing', async () => {
    const make = async (backend: string): Promise<string> => {
      const output = place.path(`${backend}.csv`);
      const options = ['--output', output, '--steps', '6', '--seed', '2', '--backend', backend];
      await place.run(['generate', place.path('tunes-run'), ...options]);
      return readFile(output, 'utf8');
    };
    expect(await make('reference')).toBe(await make('onnx-cuda'));
  });

  it('is written for a number of rows as ONNX', async () => {
    const args = ['export', place.path('tunes-run'), '--output', place.path('tunes.onnx')];
    const { status, out } = await place.run([...args, '--time', '13', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      inputs: { classes: [1, 13] },
      outputs: { next: [1, 13, 20] },
    });
    const open = await place.run(args);
    expect(open.status).toBe(2);
    expect(open.err).toContain('--time: expected the number of rows of the input "classes"');
  });

  it.each([
    [['--output', 'tune.mp3'], 'expected a name that ends in .mid, .midi, .wav, .csv'],
    [['--output', 'no/such/tune.mid'], '--output: '],
    [['--output', 'tune.mid', '--temperature', '-1'], 'expected a number from 0'],
    [['--output', 'tune.mid', '--prime', 'wrong.csv'], 'wrong.csv:2, column "top"'],
  ])('refuses %j', async (options, message) => {
    await place.write('wrong.csv', 'tune,bass,top\nx,48,99\n');
    const given = options.map((text) => (/\./.test(text) ? place.path(text) : text));
    const { status, err } = await place.run(['generate', place.path('tunes-run'), ...given]);
    expect(status).toBe(2);
    expect(err).toContain(message);
  });
});

describe('a classification', () => {
  it('is trained, judged and tells probabilities, of a file without labels too', async () => {
    const run = place.path('gestures-run');
    const trained = await place.run(['train', place.path('gestures.json'), '--output', run]);
    expect(trained.status).toBe(0);
    expect(trained.out).toMatch(/^train: 12 sequences\n/);
    const judged = await place.run(['evaluate', run]);
    for (const text of ['balanced accuracy', ' model ', ' majority ', 'is, told as', ' down '])
      expect(judged.out).toContain(text);
    const json = await place.run(['evaluate', run, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      part: 'test',
      sequences: 8,
      categories: ['up', 'down'],
      scores: { model: { accuracy: 1 } },
    });
    const reference = await place.run(['evaluate', run, '--backend', 'reference', '--json']);
    const lossOf = (text: string): number => {
      const { scores } = JSON.parse(text) as { scores: { model: { logLoss: number } } };
      return scores.model.logLoss;
    };
    expect(lossOf(reference.out)).toBeCloseTo(lossOf(json.out), 5);
    const file = await place.write('new.csv', 'id,height\na,0\na,-1\na,-2\na,-3\nb,0\nb,1\nb,2\n');
    const { out } = await place.run(['predict', run, '--file', file, '--json']);
    const told = JSON.parse(out) as { id: string; predicted: string; probabilities: object }[];
    expect(told.map(({ id, predicted }) => [id, predicted])).toEqual([
      ['a', 'down'],
      ['b', 'up'],
    ]);
    expect(Object.keys(told[0]?.probabilities ?? {})).toEqual(['up', 'down']);
    expect((await place.run(['predict', run, '--part', 'train'])).out).toContain(' g');
  });

  it('is not generated from', async () => {
    const output = place.path('no.csv');
    const made = await place.run(['generate', place.path('gestures-run'), '--output', output]);
    expect(made).toMatchObject({ status: 2, out: '' });
    expect(made.err).toContain('$.task.type: expected "generate", found "classify"');
  });
});

describe('Ctrl-C', () => {
  it.each(['tunes', 'gestures'])('saves, and --resume goes on exactly: %s', async (name) => {
    const path = place.path(`${name}.json`);
    const whole = ['train', path, '--output', place.path(`${name}-whole`)];
    const parts = ['train', path, '--output', place.path(`${name}-parts`)];
    const uninterrupted = await place.run(whole);
    expect(uninterrupted.status).toBe(0);
    const first = await place.run(parts, abortAt(5));
    expect(first.status).toBe(130);
    expect(first.err).toContain('go on with --resume');
    const second = await place.run([...parts, '--resume']);
    expect(second.status).toBe(0);
    expect(second.out.replaceAll(`${name}-parts`, `${name}-whole`)).toBe(uninterrupted.out);
  });
});
