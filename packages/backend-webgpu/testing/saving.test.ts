import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserBundle } from './bundle.ts';
import { openPage, type OpenPage } from './page.ts';

const text = `
  import { referenceBackend } from '@chronograd/backend-reference';
  import { compile, load, SaveError } from 'chronograd';

  const backend = referenceBackend();
  const document = {
    formatVersion: 1,
    layers: [
      { type: 'input', shape: [4, 2] },
      { type: 'gru', units: 3, name: 'gru' },
      { type: 'dense', units: 1, name: 'dense' },
    ],
  };
  const training = { loss: 'mse', optimizer: { type: 'adam', learningRate: 0.1 } };
  const inputs = { shape: [5, 4, 2], data: Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)) };
  const targets = { shape: [5, 1], data: Float32Array.from({ length: 5 }, (_, i) => i / 5) };
  const fit = (model) => model.fit({ inputs, targets }, { batchSize: 3, epochs: 2 });
  const values = async (model) =>
    Object.values(await model.getWeights()).flatMap(({ data }) => Array.from(data));
  const model = await compile(document, { backend, training, seed: 4 });
  globalThis.savedAndLoaded = async () => {
    await fit(model);
    await model.save('models/first');
    await fit(model);
    await model.save('./models//first');
    const loaded = await load('models/first', { backend });
    const before = [await values(loaded), await values(model)];
    for (const each of [loaded, model]) await fit(each);
    return [before, [await values(loaded), await values(model)]];
  };
  globalThis.namesIn = async (path) => {
    let folder = await navigator.storage.getDirectory();
    for (const name of path.split('/')) folder = await folder.getDirectoryHandle(name);
    const names = [];
    for await (const name of folder.keys()) names.push(name);
    return names.sort();
  };
  globalThis.loadingFails = (path) =>
    load(path, { backend }).then(
      () => 'loaded',
      (error) => (error instanceof SaveError ? error.code : String(error)),
    );
  globalThis.damage = async () => {
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
    const folder = await models.getDirectoryHandle('first');
    for await (const [name, handle] of folder.entries()) {
      if (!name.startsWith('weights')) continue;
      const writable = await handle.createWritable();
      await writable.write('weights');
      await writable.close();
    }
  };
`;

type Pair = [loaded: number[], saved: number[]];

describe('save and load in a browser', () => {
  let open: OpenPage | undefined;
  beforeAll(async () => {
    open = await openPage({ '/saving.js': (await browserBundle(text)).code });
    await open.load('/saving.js');
  });
  afterAll(() => open?.close());
  const call = (expression: string): Promise<unknown> | undefined =>
    open?.page.evaluate(expression);

  it('go on where the saved model stood', async () => {
    const [before, after] = (await call('savedAndLoaded()')) as [Pair, Pair];
    // The interpreter goes on in float64, of which a file has kept float32.
    const near = (numbers: number[]): unknown[] => numbers.map((each) => expect.closeTo(each, 6));
    expect(before[0]).toEqual(near(before[1]));
    expect(after[0]).toEqual(near(after[1]));
    expect(after[0]).not.toEqual(near(before[0]));
  });

  it('leave nothing of an earlier save', async () => {
    expect(await call("namesIn('models/first')")).toEqual([
      'model.json',
      expect.stringMatching(/^training-[0-9a-f]{16}\.safetensors$/),
      expect.stringMatching(/^weights-[0-9a-f]{16}\.safetensors$/),
    ]);
  });

  it('tell a folder that is not there, and one that was changed', async () => {
    expect(await call("loadingFails('models/second')")).toBe('missing-file');
    await call('damage()');
    expect(await call("loadingFails('models/first')")).toBe('corrupt-file');
  });
});
