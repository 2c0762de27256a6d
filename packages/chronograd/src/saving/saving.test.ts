import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '@chronograd/backend';
import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { referenceBackend } from '@chronograd/backend-reference';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile, load, type JsonObject, type Model } from '../index.ts';
import {
  adamTraining,
  bits,
  gruData,
  gruDocument,
  lineDocument,
  rounding,
  wave,
} from '../testing/fixtures.ts';
import { sha256 } from './sha256.ts';
import { writeSafetensors } from './safetensors.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-save-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const nadam: JsonObject = {
  loss: { type: 'huber', delta: 0.5 },
  optimizer: {
    type: 'nadam',
    learningRate: {
      type: 'exponentialDecay',
      initialLearningRate: 0.1,
      decaySteps: 3,
      decayRate: 0.5,
    },
    clipNorm: 0.5,
  },
};

/** Everything that a model is made of. */
async function everything(model: Model): Promise<unknown> {
  const { position, seed, spec, training } = model;
  return { position, seed, spec, training, weights: bits(await model.getWeights()) };
}

const backends: [string, () => Backend][] = [
  ['reference', () => rounding(referenceBackend())],
  ['onnx', () => onnxBackend({ device: 'cpu' })],
];

describe.each(backends)('on the %s backend', (_name, backendOf) => {
  it.each([
    ['adam', adamTraining],
    ['nadam', nadam],
  ])('a resumed training is the uninterrupted one, bit for bit (%s)', async (_what, training) => {
    const data = gruData(11);
    const options = { batchSize: 4, validationData: gruData(3, 2) };
    const whole = await compile(gruDocument, { backend: backendOf(), training, seed: 11 });
    const first = await compile(gruDocument, { backend: backendOf(), training, seed: 11 });
    const expected = await whole.fit(data, { ...options, epochs: 5 });
    await first.fit(data, { ...options, epochs: 2 });
    await first.save(folder);
    await first.dispose();
    const second = await load(folder, { backend: backendOf() });
    const resumed = await second.fit(data, { ...options, epochs: 3 });
    expect(await everything(second)).toEqual(await everything(whole));
    const losses = (epochs: typeof resumed.epochs): unknown =>
      epochs.map(({ epoch, loss, valLoss, learningRate }) => ({
        epoch,
        loss,
        valLoss,
        learningRate,
      }));
    expect(losses(resumed.epochs)).toEqual(losses(expected.epochs.slice(2)));
  });

  it('predicts the same after loading', async () => {
    const model = await compile(gruDocument, { backend: backendOf(), seed: 2 });
    const inputs = wave([3, 7, 2]);
    const expected = await model.predict(inputs);
    await model.save(folder);
    const loaded = await load(folder, { backend: backendOf() });
    expect((await loaded.predict(inputs)).data).toEqual(expected.data);
    expect(loaded.training).toBeUndefined();
  });
});

describe.each([
  ['reference', 'onnx'],
  ['onnx', 'reference'],
])('trained on %s, saved, and continued on %s', (from, to) => {
  const made = Object.fromEntries(backends);
  const backendOf = (name: string): Backend => (made[name] as () => Backend)();

  it('ends where either alone ends, but for rounding', async () => {
    const data = gruData(11);
    const options = { training: adamTraining, seed: 11 };
    const whole = await compile(gruDocument, { backend: backendOf(from), ...options });
    const first = await compile(gruDocument, { backend: backendOf(from), ...options });
    await whole.fit(data, { batchSize: 4, epochs: 4 });
    await first.fit(data, { batchSize: 4, epochs: 2 });
    await first.save(folder);
    const second = await load(folder, { backend: backendOf(to) });
    await second.fit(data, { batchSize: 4, epochs: 2 });
    const expected = await whole.getWeights();
    for (const [name, { data: values }] of Object.entries(await second.getWeights())) {
      const reference = expected[name]?.data ?? new Float32Array();
      const norm = Math.hypot(...reference);
      const error = Math.hypot(...values.map((value, i) => value - (reference[i] ?? Number.NaN)));
      expect(error / norm, name).toBeLessThan(1e-4);
    }
  });
});

describe('save', () => {
  const trained = async (epochs = 1): Promise<Model> => {
    const backend = rounding(referenceBackend());
    const model = await compile(gruDocument, { backend, training: adamTraining, seed: 4 });
    await model.fit(gruData(6), { epochs, batchSize: 4 });
    return model;
  };

  it('may happen within an epoch, and training goes on from that batch', async () => {
    const data = gruData(11);
    const make = (): Promise<Model> =>
      compile(gruDocument, { backend: rounding(referenceBackend()), training: adamTraining });
    const [whole, first] = [await make(), await make()];
    await whole.fit(data, { epochs: 3, batchSize: 3 });
    await first.fit(data, {
      epochs: 3,
      batchSize: 3,
      callbacks: [
        {
          onBatchEnd: async ({ step }, { model }) => (step === 5 ? model.save(folder) : undefined),
        },
      ],
    });
    const second = await load(folder, { backend: rounding(referenceBackend()) });
    const { epoch, batch, step } = second.position;
    expect([epoch, batch, step]).toEqual([1, 2, 6]);
    await second.fit(data, { epochs: 3, batchSize: 3, initialEpoch: epoch, initialBatch: batch });
    expect(await everything(second)).toEqual(await everything(whole));
  });

  it('writes a document and two safetensors files, and nothing else', async () => {
    const model = await trained();
    await model.save(folder);
    const names = (await readdir(folder)).sort();
    expect(names).toEqual([
      'model.json',
      expect.stringMatching(/^training-[0-9a-f]{16}\.safetensors$/),
      expect.stringMatching(/^weights-[0-9a-f]{16}\.safetensors$/),
    ]);
    const document: unknown = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
    expect(document).toMatchObject({
      format: 'chronograd-model',
      formatVersion: 1,
      model: { name: 'small', layers: [{ name: 'input' }, { name: 'gru' }, { name: 'dense' }] },
      training: { loss: { type: 'mse' } },
      seed: 4,
      position: { step: 2, epoch: 1, batch: 0, learningRateFactor: 1 },
      files: { weights: { name: names[2] }, training: { name: names[1] } },
    });
  });

  it('replaces what was saved before, and leaves other files alone', async () => {
    const model = await trained();
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await writeFile(join(folder, 'weights-mine.safetensors'), 'mine');
    await model.save(folder);
    await model.fit(gruData(6));
    await model.save(folder);
    await model.save(folder);
    const names = await readdir(folder);
    expect(names).toHaveLength(5);
    expect(names).toEqual(expect.arrayContaining(['notes.txt', 'weights-mine.safetensors']));
    const loaded = await load(folder, { backend: rounding(referenceBackend()) });
    expect(await everything(loaded)).toEqual(await everything(model));
  });

  it('takes its turn where several save to one folder', async () => {
    const models = await Promise.all([1, 2, 3].map(trained));
    await Promise.all(models.map((model) => model.save(folder)));
    const loaded = await load(folder, { backend: rounding(referenceBackend()) });
    expect(await everything(loaded)).toEqual(await everything(models[2] as Model));
    expect(await readdir(folder)).toHaveLength(3);
  });

  it('refuses weights that are not finite, and leaves those that were saved', async () => {
    const backend = rounding(referenceBackend());
    const training = { loss: 'mse', optimizer: 'sgd' };
    const model = await compile(lineDocument, { backend, training });
    await model.save(folder);
    const expected = await everything(model);
    const fit = model.fit(
      { inputs: [[50, 60, 70]], targets: [[1]] },
      {
        learningRate: 3e38,
        callbacks: [{ onBatchEnd: (_batch, context) => context.model.save(folder) }],
      },
    );
    await expect(fit).rejects.toMatchObject({ name: 'SaveError', code: 'wrong-weights' });
    expect(await everything(await load(folder, { backend }))).toEqual(expected);
  });

  it('says where it cannot write', async () => {
    const model = await trained();
    await writeFile(join(folder, 'file'), '');
    // Linux says of a folder below /proc that there is none, whether or not those above it exist.
    for (const path of [join(folder, 'file', 'below', 'it'), '/proc/chronograd/model'])
      await expect(model.save(path)).rejects.toMatchObject({
        name: 'SaveError',
        code: 'write-failed',
        subject: path,
      });
  });

  it('makes folders above the folder, also for two models at once', async () => {
    const [one, other] = [await trained(), await trained()];
    const paths = ['one', 'other'].map((name) => join(folder, 'new', 'deep', name));
    await Promise.all([one.save(paths[0] as string), other.save(paths[1] as string)]);
    for (const path of paths) expect(await readdir(path)).toContain('model.json');
  });

  it.each([
    ['', 'none'],
    [3, '3'],
    [undefined, 'undefined'],
  ])('refuses %j as a folder', async (path, found) => {
    const model = await trained();
    const error = { name: 'ModelError', code: 'bad-option', subject: 'option folder', found };
    await expect(model.save(path as string)).rejects.toMatchObject(error);
    const loading = load(path as string, { backend: referenceBackend() });
    await expect(loading).rejects.toMatchObject(error);
  });

  it('keeps optimizer state that has not been used since it was loaded', async () => {
    const model = await trained();
    await model.save(folder);
    const again = await load(folder, { backend: rounding(referenceBackend()) });
    await again.save(folder);
    const third = await load(folder, { backend: rounding(referenceBackend()) });
    for (const each of [model, third]) await each.fit(gruData(6), { batchSize: 4 });
    expect(await everything(third)).toEqual(await everything(model));
  });
});

describe('load', () => {
  /** A saved model, with a way to change its document. */
  async function saved(): Promise<{
    readonly edit: (change: (document: Document) => void) => Promise<void>;
    readonly document: Document;
  }> {
    const model = await compile(gruDocument, {
      backend: referenceBackend(),
      training: adamTraining,
    });
    await model.fit(gruData(4));
    await model.save(folder);
    const path = join(folder, 'model.json');
    const read = async (): Promise<Document> =>
      JSON.parse(await readFile(path, 'utf8')) as Document;
    return {
      document: await read(),
      edit: async (change) => {
        const document = await read();
        change(document);
        await writeFile(path, JSON.stringify(document));
      },
    };
  }

  interface Document {
    format: unknown;
    formatVersion: unknown;
    seed: unknown;
    model: { layers: { units?: unknown }[] };
    files: Record<'weights' | 'training', { name: string; sha256: string; bytes: number }>;
  }

  const loading = (options: object = {}): Promise<Model> =>
    load(folder, { backend: referenceBackend(), ...options });

  it('says what is missing', async () => {
    await expect(loading()).rejects.toThrow(
      `${join(folder, 'model.json')}: expected a file, found none. Give the folder that model.save has written`,
    );
    const { document } = await saved();
    await rm(join(folder, document.files.weights.name));
    await expect(loading()).rejects.toMatchObject({
      code: 'missing-file',
      subject: join(folder, document.files.weights.name),
    });
  });

  it.each(['weights', 'training'] as const)(
    'finds that %s were cut off or changed',
    async (kind) => {
      const { document } = await saved();
      const { name, sha256: hash, bytes } = document.files[kind];
      const path = join(folder, name);
      const content = await readFile(path);
      await writeFile(path, content.subarray(0, bytes - 1));
      await expect(loading()).rejects.toMatchObject({ code: 'corrupt-file', subject: path });
      await expect(loading()).rejects.toThrow(
        `${bytes} bytes with SHA-256 ${hash}, as model.json says, found ${bytes - 1} bytes`,
      );
      content[bytes - 3] = (content[bytes - 3] ?? 0) ^ 1;
      await writeFile(path, content);
      await expect(loading()).rejects.toMatchObject({ code: 'corrupt-file', subject: path });
    },
  );

  it.each<[what: string, change: (document: Document) => void, error: object]>([
    ['another format', (d) => (d.format = 'other'), { code: 'bad-document' }],
    ['a later version', (d) => (d.formatVersion = 2), { code: 'bad-document' }],
    ['no seed', (d) => delete d.seed, { code: 'bad-document' }],
    ['a seed that is none', (d) => (d.seed = 'x'), { code: 'bad-document' }],
    ['a file elsewhere', (d) => (d.files.weights.name = '../weights'), { code: 'bad-document' }],
    ['a hash that is none', (d) => (d.files.weights.sha256 = 'x'), { code: 'bad-document' }],
    ['an unknown key', (d) => Object.assign(d, { sed: 1 }), { code: 'bad-document' }],
    ['a model that is wrong', (d) => (d.model.layers[1] = {}), { name: 'SpecError' }],
    [
      'weights of another shape',
      (d) => Object.assign(d.model.layers[1] ?? {}, { units: 4 }),
      { code: 'wrong-weights', expected: '"gru/kernel" float32 [2, 12]', found: 'float32 [2, 9]' },
    ],
    [
      'weights of another model',
      (d) => Object.assign(d.model.layers[2] ?? {}, { useBias: false }),
      { code: 'wrong-weights', found: 'dense/bias' },
    ],
  ])('refuses %s', async (_what, change, error) => {
    const { edit } = await saved();
    await edit(change);
    await expect(loading()).rejects.toMatchObject(error);
  });

  it('refuses a document that is no JSON', async () => {
    await saved();
    await writeFile(join(folder, 'model.json'), '{"format":');
    await expect(loading()).rejects.toMatchObject({ code: 'corrupt-file' });
  });

  it('refuses weights that are not finite, though the hash is right', async () => {
    const { document, edit } = await saved();
    const model = await loading();
    const weights = await model.getWeights();
    const kernel = weights['dense/kernel'];
    const bad = new Float32Array(kernel?.data ?? []).fill(Number.NaN, 3, 4);
    const bytes = writeSafetensors({
      ...weights,
      'dense/kernel': { dtype: 'float32', shape: kernel?.shape ?? [], data: bad },
    });
    await writeFile(join(folder, document.files.weights.name), bytes);
    const hash = await sha256(bytes);
    await edit((d) => Object.assign(d.files.weights, { sha256: hash, bytes: bytes.length }));
    await expect(loading()).rejects.toMatchObject({ code: 'wrong-weights', found: 'NaN' });
  });

  it('begins the optimizer anew for another training', async () => {
    await saved();
    const other = await loading({ training: { loss: 'mae', optimizer: 'sgd' } });
    expect(other.training).toMatchObject({ loss: { type: 'mae' }, optimizer: { type: 'sgd' } });
    await other.fit(gruData(4));
    expect(other.position).toMatchObject({ step: 2, epoch: 2 });
    const same = await loading({ training: adamTraining });
    const plain = await loading();
    for (const model of [same, plain]) await model.fit(gruData(4));
    expect(bits(await same.getWeights())).toEqual(bits(await plain.getWeights()));
  });
});
