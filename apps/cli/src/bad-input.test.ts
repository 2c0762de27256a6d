import { BackendError } from '@chronograd/backend';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { knownBackends } from './backends.ts';
import { visitsCsv, visitsExperiment, Workplace } from './testing/workplace.ts';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(() => place.remove());

/** The file with line `line` (the header is 1) replaced by what `change` makes of it. */
function changedLine(line: number, change: (text: string) => string): string {
  return visitsCsv()
    .split('\n')
    .map((text, i) => (i === line - 1 ? change(text) : text))
    .join('\n');
}

const allMissing = visitsCsv().replaceAll(/,[\d.]+,/g, ',,');
const csvSource = (path: string) => ({ source: { type: 'csv', path } });

describe('bad input', () => {
  it.each<[string, string, object, string[]]>([
    [
      'a column that is not there',
      visitsCsv().replace('visits', 'visitors'),
      {},
      ['visits.csv:1', 'column "visits"', 'found none', 'visitors'],
    ],
    [
      'text among numbers',
      changedLine(41, (text) => text.replace(/,[\d.]+,/, ',many,')),
      {},
      ['visits.csv:41', 'column "visits"', 'expected a number', 'found "many"'],
    ],
    [
      'a category that is none',
      changedLine(7, (text) => text.replace('yes', 'perhaps')),
      {},
      ['visits.csv:7', 'column "open"', 'expected one of "no", "yes"', 'found "perhaps"'],
    ],
    [
      'dates out of order',
      changedLine(31, (text) => text.replace('2021-01-30', '2021-01-03')),
      {},
      ['visits.csv:31', 'column "day"', 'expected a time after 2021-01-29', 'found 2021-01-03'],
    ],
    [
      'a date twice',
      changedLine(31, (text) => text.replace('2021-01-30', '2021-01-29')),
      {},
      ['visits.csv:31', 'column "day"', 'each time once', '2021-01-29'],
    ],
    [
      'a gap in the dates',
      changedLine(31, () => ''),
      {},
      ['visits.csv:32', 'column "day"', '1 missing: 2021-01-30'],
    ],
    [
      'a date that no calendar has',
      changedLine(31, (text) => text.replace('2021-01-30', '2021-02-30')),
      {},
      ['visits.csv:31', 'column "day"', 'a time written YYYY-MM-DD', 'found "2021-02-30"'],
    ],
    [
      'a row with a field too many',
      changedLine(12, (text) => `${text},1`),
      {},
      ['visits.csv:12', 'expected 3 fields', 'found 4'],
    ],
    [
      'a horizon longer than the series',
      visitsCsv(),
      { task: { horizon: 500 } },
      ['visits.csv, part "train"', 'one window of 9 and a horizon of 500', 'found 74 rows'],
    ],
    [
      'a series whose values are all missing',
      allMissing,
      {},
      ['visits.csv', 'column "visits"', 'at least one value', 'none'],
    ],
    ['no rows', 'day,visits,open\n', {}, ['visits.csv', 'a header alone']],
    ['a file that is not there', visitsCsv(), { data: csvSource('vists.csv') }, ['vists.csv']],
    [
      'a column that a task misspells',
      visitsCsv(),
      { task: { targets: ['visit'] } },
      ['experiment.json', '$.task.targets[0]', 'did you mean "visits"'],
    ],
    [
      'a layer that is none',
      visitsCsv(),
      { model: { layers: [{ type: 'gruu', units: 3 }] } },
      ['experiment.json', '$.model.layers[0]', 'gru'],
    ],
  ])('%s ends with status 2, a clear word and all files as they were', async (...given) => {
    const [, csv, parts, words] = given;
    await place.write('visits.csv', csv);
    const path = await place.write('experiment.json', visitsExperiment(parts));
    const before = await place.contents();
    for (const command of [
      ['validate', path],
      ['train', path, '--output', place.path('run')],
    ]) {
      const { status, out, err } = await place.run(command);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      for (const word of words) expect(err).toContain(word);
      expect(err).not.toMatch(/\n\s+at /);
      expect(await place.contents()).toEqual(before);
    }
  });

  it('is told of a document that is no JSON', async () => {
    const path = await place.write('experiment.json', '{\n  "data": {\n    "source": \n}');
    const { status, err } = await place.run(['validate', path]);
    expect(status).toBe(2);
    expect(err).toMatch(/^.*experiment\.json: expected JSON, found .*\n$/);
  });

  it('is told of a folder that holds no trained experiment', async () => {
    for (const command of ['evaluate', 'predict']) {
      const { status, out, err } = await place.run([command, place.path('nowhere')]);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toContain('Give the folder that a training has written');
    }
  });

  it('is told of a part that an experiment lacks', async () => {
    const run = place.path('run');
    const path = place.path('experiment.json');
    await place.run(['train', path, '--output', run, '--epochs', '1']);
    const { status, err } = await place.run(['evaluate', run, '--part', 'calibration']);
    expect(status).toBe(2);
    expect(err).toContain('part "calibration": expected one of train, validation, test');
  });

  it('is told of a backend that is not installed, and how to get it', async () => {
    const tfjs = knownBackends.find(({ id }) => id === 'tfjs-cuda');
    if (!tfjs) throw new Error('no such backend');
    const compile = (): never => {
      throw new BackendError('engine-missing', {
        backend: 'tfjs-cuda',
        subject: 'engine',
        expected: '@tensorflow/tfjs-node',
        found: 'no such package',
        advice: 'npm install @tensorflow/tfjs-node',
      });
    };
    const made = await tfjs.make();
    vi.spyOn(made, 'compile').mockImplementation(compile);
    vi.spyOn(tfjs, 'make').mockResolvedValue(made);
    const before = await place.contents();
    const args = ['train', place.path('experiment.json'), '--output', place.path('run')];
    const { status, out, err } = await place.run([...args, '--backend', 'tfjs-cuda']);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain('npm install @tensorflow/tfjs-node');
    expect(await place.contents()).toEqual(before);
  });
});
