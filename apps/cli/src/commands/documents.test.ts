import { parseModel } from '@chronograd/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from '../testing/workplace.ts';

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.make();
});
afterAll(() => place.remove());

describe('validate', () => {
  it('tells the rows of each part', async () => {
    const { status, out, err } = await place.run(['validate', place.path('experiment.json')]);
    expect(status).toBe(0);
    expect(err).toBe('');
    expect(out).toContain('experiment.json: a valid experiment');
    expect(out).toContain('train 2021-01-01 to 2021-03-15, 74 rows');
  });

  it('is one JSON document with --json, before or after the command', async () => {
    const path = place.path('experiment.json');
    for (const args of [
      ['--json', 'validate', path],
      ['validate', path, '--json'],
    ]) {
      const { status, out } = await place.run(args);
      expect(status).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ valid: true, series: [{ id: '' }] });
    }
  });

  it('does not read the data with --no-data', async () => {
    const elsewhere = { data: { source: { type: 'csv', path: 'nowhere.csv' } } };
    const { visitsExperiment } = await import('../testing/workplace.ts');
    const path = await place.write('elsewhere.json', visitsExperiment(elsewhere));
    expect((await place.run(['validate', path, '--no-data'])).status).toBe(0);
    const read = await place.run(['validate', path]);
    expect(read.status).toBe(2);
    expect(read.err).toContain('nowhere.csv');
  });
});

describe('summary', () => {
  it('lists layers, shapes and parameters', async () => {
    const { status, out } = await place.run(['summary', place.path('experiment.json')]);
    expect(status).toBe(0);
    expect(out).toMatch(/gru/);
    const json = await place.run(['summary', place.path('experiment.json'), '--json']);
    // GRU of 4 units on 3 features: 3 · (3 · 4 + 4 · 4 + 2 · 4) = 108; dense: 4 · 2 + 2 = 10.
    expect(JSON.parse(json.out)).toMatchObject({ parameters: 118 });
  });
});

describe('expand', () => {
  it('prints a model document whose layers are ordinary ones', async () => {
    const { status, out } = await place.run(['expand', place.path('experiment.json')]);
    expect(status).toBe(0);
    const document = JSON.parse(out) as { layers: { type: string; name: string }[] };
    expect(document.layers.map(({ type }) => type)).toContain('gru');
    expect(parseModel(document).layers).toHaveLength(document.layers.length);
  });
});

describe('schema', () => {
  it('is a JSON Schema', async () => {
    const { status, out } = await place.run(['schema']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ title: 'chronograd experiment' });
  });
});

describe('backends', () => {
  it('says of each whether it is here, and how to get it', async () => {
    const { status, out } = await place.run(['backends', '--json']);
    expect(status).toBe(0);
    const states = JSON.parse(out) as { id: string; available: boolean; needs: string }[];
    expect(states.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['onnx-cuda', 'tfjs-cuda', 'reference']),
    );
    expect(states.find(({ id }) => id === 'reference')?.available).toBe(true);
    expect(states.every(({ needs }) => needs.length > 0)).toBe(true);
    expect((await place.run(['backends'])).out).toContain('needs');
  });
});

describe('the command line', () => {
  it.each([
    [['--help'], 0, 'Usage: chronograd'],
    [['train', '--help'], 0, '--resume'],
    [[], 2, 'Usage: chronograd'],
    [['trian', 'x.json'], 2, "unknown command 'trian'"],
    [['train', 'x.json'], 2, "required option '--output <folder>'"],
    [['train', 'x.json', '--output', 'o', '--epochs', '0'], 2, 'whole number from 1'],
    [['train', 'x.json', '--output', 'o', '--backend', 'jax'], 2, 'onnx-cuda, tfjs-cuda'],
  ])('%j ends with status %i', async (args, wanted, text) => {
    const { status, out, err } = await place.run(args);
    expect(status).toBe(wanted);
    expect(out + err).toContain(text);
  });
});
