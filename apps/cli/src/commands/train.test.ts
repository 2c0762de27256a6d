import { readFile } from 'node:fs/promises';
import { readSafetensors } from 'chronograd';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitsCsv, visitsExperiment, Workplace } from '../testing/workplace.ts';

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.make();
});
afterAll(() => place.remove());

/** A signal that aborts when it is asked for the nth time: in the midst of an epoch. */
function abortAt(reading: number): AbortSignal {
  const { signal } = new AbortController();
  let readings = 0;
  Object.defineProperty(signal, 'aborted', { get: () => ++readings >= reading });
  return signal;
}

async function savedWeights(run: string): Promise<string> {
  const contents = await place.contents();
  const path = Object.keys(contents).find((name) => {
    return name.startsWith(place.path(`${run}/model/`)) && /weights.*safetensors$/.test(name);
  });
  const weights = path === undefined ? undefined : contents[path];
  if (weights === undefined) throw new Error(`${run} holds no weights`);
  return weights;
}

interface Saved {
  readonly history: { readonly epochs: readonly { readonly epoch: number }[] };
  readonly stopping?: object;
}

async function saved(run: string): Promise<Saved> {
  return JSON.parse(await readFile(place.path(`${run}/experiment.json`), 'utf8')) as Saved;
}

describe('train, evaluate, predict', () => {
  it('train and save, judge and forecast, for people and as JSON', async () => {
    const run = place.path('run');
    const trained = await place.run(['train', place.path('experiment.json'), '--output', run]);
    expect(trained.status).toBe(0);
    expect(trained.err).toMatch(/^epoch 1\/3 {2}loss [\d.]+ {2}valLoss [\d.]+/);
    expect(trained.out).toMatch(/^validation: 20 forecasts\n/);
    for (const row of ['model', 'naive', 'drift', 'seasonalNaive', 'linear'])
      expect(trained.out).toContain(` ${row} `);

    const judged = await place.run(['evaluate', run, '--json']);
    expect(judged.status).toBe(0);
    // 25 rows from 6 April on, and a horizon of 2.
    expect(JSON.parse(judged.out)).toMatchObject({
      part: 'test',
      windows: 24,
      errors: { model: { visits: { maeByStep: [expect.any(Number), expect.any(Number)] } } },
    });
    expect((await place.run(['evaluate', run, '--part', 'train'])).out).toMatch(/^train: 64 fore/);

    const predicted = await place.run(['predict', run, '--json']);
    expect(predicted.status).toBe(0);
    expect(JSON.parse(predicted.out)).toMatchObject([
      { origin: '2021-04-30', steps: [{ time: '2021-05-01' }, { time: '2021-05-02' }] },
    ]);
    expect((await place.run(['predict', run])).out).toContain('after 2021-04-30');
  });

  it('tell the likelihood of what came, how often intervals held it, and scales', async () => {
    const run = place.path('likelihood');
    const output = { type: 'studentT', degrees: 4, levels: [0.1, 0.5, 0.9] };
    const path = await place.write('likelihood.json', visitsExperiment({ task: { output } }));
    const trained = await place.run(['train', path, '--output', run]);
    expect(trained.status).toBe(0);
    for (const word of ['pinball', 'CRPS', 'NLL', 'in 80%', 'visits, MAE', 'step 2'])
      expect(trained.out).toContain(word);
    const judged = await place.run(['evaluate', run, '--json']);
    const scores = expect.objectContaining({ crpsBy: 'closedForm', levels: [0.1, 0.5, 0.9] });
    expect(JSON.parse(judged.out)).toMatchObject({
      uncertainty: { model: { visits: { nll: expect.any(Number) } }, naive: { visits: scores } },
    });
    const predicted = await place.run(['predict', run, '--json']);
    const [{ steps }] = JSON.parse(predicted.out) as [{ steps: Record<string, number>[] }];
    const { visits = NaN, 'visits scale': scale = NaN, 'visits 90%': high } = steps[0] ?? {};
    // scipy.stats.t.ppf(0.9, 4) = 1.5332062740589438
    expect(high).toBeCloseTo(visits + 1.5332062740589438 * scale, 8);
  });

  it('forecast from a newer file, with the scaler of the training', async () => {
    const run = place.path('newer');
    await place.run(['train', place.path('experiment.json'), '--output', run, '--epochs', '1']);
    const rows = `${visitsCsv()}2021-05-01,80,yes\n`;
    const newer = await place.write('newer.csv', rows);
    const { status, out } = await place.run(['predict', run, '--file', newer, '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ origin: '2021-05-01' }]);
    // The newer rows alone, none of the training part, do as well; to judge by them does not.
    const [head = '', ...lines] = rows.trimEnd().split('\n');
    const alone = await place.write('alone.csv', [head, ...lines.slice(-12), ''].join('\n'));
    const again = await place.run(['predict', run, '--file', alone, '--json']);
    expect(again).toMatchObject({ status: 0, out });
    const few = await place.write('few.csv', [head, ...lines.slice(-3), ''].join('\n'));
    const short = await place.run(['predict', run, '--file', few]);
    expect(short.status).toBe(2);
    expect(short.err).toContain('few.csv, rows to forecast from: expected 9 in a row');
    const judged = await place.run(['evaluate', run, '--file', alone, '--part', 'train']);
    expect(judged.status).toBe(2);
    expect(judged.err).toContain('alone.csv, part "train": expected one of test, found no row');
  });

  it('give the same on every backend that needs nothing', async () => {
    const forecast = async (backend: string): Promise<number> => {
      const run = place.path(`on-${backend}`);
      const engine = ['--backend', backend];
      await place.run(['train', place.path('experiment.json'), '--output', run, ...engine]);
      const { out } = await place.run(['predict', run, ...engine, '--json']);
      const [{ steps }] = JSON.parse(out) as [{ steps: [{ visits: number }] }];
      return steps[0].visits;
    };
    const [onnx, reference] = [await forecast('onnx-cuda'), await forecast('reference')];
    expect(Math.abs(onnx / reference - 1)).toBeLessThan(1e-4);
  });
});

describe('Ctrl-C', () => {
  it.each([
    ['with early stopping', { earlyStopping: { patience: 3 }, optimizer: 'adam', epochs: 6 }],
    ['without', { epochs: 5 }],
  ])('saves, and --resume goes on exactly %s', async (name, training) => {
    const name0 = name.replaceAll(' ', '-');
    const path = await place.write(`${name0}.json`, visitsExperiment({ training }));
    const [whole, parts] = [`${name0}-whole`, `${name0}-parts`];
    const uninterrupted = await place.run(['train', path, '--output', place.path(whole)]);
    expect(uninterrupted.status).toBe(0);

    const args = ['train', path, '--output', place.path(parts)];
    const first = await place.run(args, abortAt(14));
    expect(first.status).toBe(130);
    expect(first.out).toBe('');
    expect(first.err).toContain('go on with --resume');
    expect(await savedWeights(parts)).not.toBe(await savedWeights(whole));
    const interrupted = await saved(parts);
    expect(interrupted.history.epochs.length).toBeGreaterThan(0);
    expect('stopping' in interrupted).toBe('earlyStopping' in training);

    const second = await place.run([...args, '--resume']);
    expect(second.status).toBe(0);
    expect(second.out.replaceAll(parts, whole)).toBe(uninterrupted.out);
    expect(await savedWeights(parts)).toBe(await savedWeights(whole));
    const end = await saved(parts);
    expect(end.stopping).toBeUndefined();
    expect(end.history.epochs.map(({ epoch }) => epoch)).toEqual(
      (await saved(whole)).history.epochs.map(({ epoch }) => epoch),
    );
  });

  it('goes on only with the experiment and seed that began', async () => {
    const run = place.path('resumed');
    const path = place.path('experiment.json');
    await place.run(['train', path, '--output', run, '--epochs', '1', '--seed', '8']);
    const before = await place.contents();
    const other = await place.write('other.json', visitsExperiment({ task: { window: 10 } }));
    const changed = await place.run(['train', other, '--output', run, '--resume']);
    expect(changed).toMatchObject({ status: 2, out: '' });
    expect(changed.err).toContain('found another $.task.window');
    const reseeded = await place.run(['train', path, '--output', run, '--resume', '--seed', '9']);
    expect(reseeded.status).toBe(2);
    expect(reseeded.err).toContain('--seed: expected 8');
    expect(await place.contents()).toMatchObject(before);
    const nowhere = await place.run(['train', path, '--output', place.path('no'), '--resume']);
    expect(nowhere.status).toBe(2);
    expect(nowhere.err).toContain('Give the folder that a training has written');
  });
});

describe('a trained experiment', () => {
  it('is replaced only if that is asked for', async () => {
    const path = place.path('experiment.json');
    const args = ['train', path, '--output', place.path('kept'), '--epochs', '1'];
    expect((await place.run(args)).status).toBe(0);
    const before = await place.contents();
    const again = await place.run(args);
    expect(again).toMatchObject({ status: 2, out: '' });
    expect(again.err).toContain('--resume');
    expect(again.err).toContain('--force');
    expect(await place.contents()).toEqual(before);
    expect((await place.run([...args, '--force', '--resume'])).status).toBe(2);
    expect(await place.contents()).toEqual(before);

    const forced = await place.run([...args, '--force', '--seed', '6']);
    expect(forced.status).toBe(0);
    expect(await place.contents()).not.toEqual(before);
  });

  it('never takes the place of the document, or of a file', async () => {
    const path = place.path('experiment.json');
    const before = await place.contents();
    for (const output of [place.folder, path]) {
      const { status, err } = await place.run(['train', path, '--output', output, '--force']);
      expect(status).toBe(2);
      expect(err).toContain('--output: expected');
    }
    expect(await place.contents()).toEqual(before);
  });
});

it('a training that turns not finite fails with status 1, and keeps the last good weights', async () => {
  const wild = { optimizer: { type: 'sgd', learningRate: 1e25 }, epochs: 3 };
  const path = await place.write('wild.json', visitsExperiment({ training: wild }));
  const run = place.path('wild');
  const { status, out, err } = await place.run(['train', path, '--output', run]);
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toContain('expected a finite loss, finite gradients and finite weights');
  expect(err).toContain(`saved to ${run}`);
  expect(err).not.toMatch(/\n\s+at /);
  const weights = readSafetensors(Buffer.from(await savedWeights('wild'), 'base64')).tensors;
  for (const { data } of Object.values(weights))
    expect(Array.from(data).every(Number.isFinite)).toBe(true);
  expect((await place.run(['predict', run, '--json'])).status).toBe(0);
});
