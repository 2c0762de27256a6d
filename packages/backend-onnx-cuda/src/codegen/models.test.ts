import type { Executable, HostTensor } from '@chronograd/backend';
import { referenceBackend } from '@chronograd/backend-reference';
import { buildProgram, initialState, type Program } from '@chronograd/graph';
import {
  parseModel,
  parseTraining,
  resolveModel,
  type LayerDocument,
  type TrainingDocument,
} from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { onnxBackend, type OnnxBackendOptions } from '../backend.ts';
import { noisy, relativeError } from '../testing/oracle.ts';

const BATCH = 3;
const TIME = 7;
const FEATURES = 2;

const training = (optimizer: TrainingDocument['optimizer']): TrainingDocument => ({
  formatVersion: 1,
  loss: 'mse',
  optimizer,
  metrics: ['mae'],
});
const adam = training({ type: 'adam', learningRate: 0.01 });

interface Setup {
  readonly program: Program;
  readonly state: Record<string, HostTensor>;
}

/** A program of the layers after an input `[time, features]`, with weights that are not zero. */
function setup(
  layers: readonly LayerDocument[],
  entries: readonly ('predict' | 'trainStep' | 'evaluate' | 'stream')[],
  document = adam,
): Setup {
  const model = resolveModel(
    parseModel({
      formatVersion: 1,
      name: 'model',
      layers: [{ type: 'input', shape: [TIME, FEATURES] }, ...layers],
    }),
  );
  const program = buildProgram(model, { batch: BATCH, training: parseTraining(document), entries });
  const initial: Record<string, HostTensor> = initialState(program, model, 7);
  const parameters = new Set(model.parameters.map(({ name }) => name));
  const state = Object.entries(initial).map(([name, tensor], i) => {
    if (!parameters.has(name)) return [name, tensor];
    const shift = noisy(tensor.shape, i + 1).data;
    const data = Float32Array.from(tensor.data, (value, at) => value + 0.3 * (shift[at] ?? 0));
    return [name, { ...tensor, data }];
  });
  return { program, state: Object.fromEntries(state) as Record<string, HostTensor> };
}

/** Feeds of an entry that look random; the learning rate is 0.01. */
function feedsOf(program: Program, entry: string, seed: number): Record<string, HostTensor> {
  const { inputs } = program.entries[entry] ?? { inputs: [] };
  return Object.fromEntries(
    inputs.map(({ name, type }, i) => {
      if (name === 'learningRate') return [name, scalar(0.01)];
      if (name === 'seed')
        return [name, { dtype: 'uint32', shape: [2], data: Uint32Array.of(seed, 99) }];
      return [name, noisy(type.shape, 100 * seed + i)];
    }),
  );
}

const scalar = (value: number): HostTensor => ({
  dtype: 'float32',
  shape: [],
  data: Float32Array.of(value),
});

async function both(
  { program, state }: Setup,
  options: OnnxBackendOptions = {},
): Promise<{ reference: Executable; onnx: Executable }> {
  const reference = await referenceBackend().compile(program);
  const onnx = await onnxBackend({ device: 'cpu', ...options }).compile(program);
  await reference.writeState(state);
  await onnx.writeState(state);
  return { reference, onnx };
}

async function expectSameResults(
  setting: Setup,
  entry: string,
  options: OnnxBackendOptions = {},
  runs = 1,
): Promise<{ reference: Executable; onnx: Executable }> {
  const pair = await both(setting, options);
  for (let run = 1; run <= runs; run++) {
    const feeds = feedsOf(setting.program, entry, run);
    const expected = await pair.reference.run(entry, feeds);
    const found = await pair.onnx.run(entry, feeds);
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [name, result] of Object.entries(expected)) {
      const value = (await found[name]?.data())?.data ?? [];
      expect(relativeError(value, (await result.data()).data), name).toBeLessThan(1e-5);
    }
  }
  return pair;
}

async function expectSameState(
  { reference, onnx }: { reference: Executable; onnx: Executable },
  tolerance: number,
): Promise<void> {
  const expected = await reference.readState();
  const found = await onnx.readState();
  for (const [name, { data }] of Object.entries(expected))
    expect(relativeError(found[name]?.data ?? [], data), name).toBeLessThan(tolerance);
}

const models: [string, LayerDocument[]][] = [
  [
    'simpleRnn',
    [
      { type: 'simpleRnn', units: 5 },
      { type: 'dense', units: 2 },
    ],
  ],
  [
    'lstm',
    [
      { type: 'lstm', units: 5 },
      { type: 'dense', units: 2 },
    ],
  ],
  [
    'gru',
    [
      { type: 'gru', units: 5 },
      { type: 'dense', units: 2 },
    ],
  ],
  [
    'gru, reset before',
    [
      { type: 'gru', units: 5, resetAfter: false },
      { type: 'dense', units: 2 },
    ],
  ],
  [
    'lstm and gru, sequence to sequence, without bias, backwards',
    [
      { type: 'lstm', units: 5, returnSequences: true, useBias: false, goBackwards: true },
      { type: 'gru', units: 4, returnSequences: true, goBackwards: true },
      { type: 'dense', units: 2 },
    ],
  ],
  [
    'stateful layers that return their states',
    [{ type: 'lstm', units: 5, stateful: true, returnState: true, returnSequences: true }],
  ],
  [
    'other activations',
    [
      { type: 'simpleRnn', units: 5, activation: 'relu', returnSequences: true },
      { type: 'gru', units: 4, activation: 'relu', recurrentActivation: 'hardSigmoid' },
      { type: 'dense', units: 3, activation: 'softmax' },
    ],
  ],
  [
    'dropout',
    [
      { type: 'lstm', units: 5, dropout: 0.3, recurrentDropout: 0.2, returnSequences: true },
      { type: 'dropout', rate: 0.4 },
      { type: 'flatten' },
      { type: 'dense', units: 2, activation: 'gelu' },
    ],
  ],
];

describe.each(models)('%s', (_name, layers) => {
  it('predicts and evaluates as the reference does', async () => {
    const setting = setup(layers, ['predict', 'evaluate']);
    await expectSameResults(setting, 'predict', {}, 2);
    await expectSameResults(setting, 'evaluate', {}, 2);
  });

  it('takes 20 steps of SGD as the reference does', async () => {
    const sgd = training({ type: 'sgd', learningRate: 0.01, momentum: 0.9 });
    const setting = setup(layers, ['trainStep'], sgd);
    await expectSameState(await expectSameResults(setting, 'trainStep', {}, 20), 1e-5);
  });

  it('takes 20 steps of Adam as the reference does', async () => {
    const setting = setup(layers, ['trainStep']);
    await expectSameState(await expectSameResults(setting, 'trainStep', {}, 20), 1e-4);
  });

  it('trains the same unrolled', async () => {
    const setting = setup(layers, ['trainStep']);
    const unrolled = { codegen: { unrollLimit: 1e9 } };
    await expectSameState(await expectSameResults(setting, 'trainStep', unrolled, 3), 1e-4);
  });
});

describe('stream', () => {
  it.each(models.slice(0, 4))(
    'of %s goes step by step as the reference does',
    async (_n, layers) => {
      await expectSameState(
        await expectSameResults(setup(layers, ['stream']), 'stream', {}, 4),
        1e-5,
      );
    },
  );
});

describe('report', () => {
  it('says which composites are operators and which scans are loops', async () => {
    const layers: LayerDocument[] = [
      { type: 'lstm', units: 5 },
      { type: 'dense', units: 2 },
    ];
    const setting = setup(layers, ['predict', 'trainStep', 'stream']);
    const { onnx } = await both(setting, { codegen: { unrollLimit: 1000 } });
    const parts = (entry: string) =>
      onnx.report.entries[entry]?.parts.map(({ name, pass, realisation, count }) =>
        [name, pass, realisation, count].join(' '),
      );
    expect(parts('predict')).toContain('lstm forward fused 1');
    expect(parts('trainStep')).toContain('scan backward unrolled 1');
    expect(parts('stream')).toContain('scan forward unrolled 1');
    const gru = setup([{ type: 'gru', units: 5 }], ['predict']);
    const { report } = (await both(gru)).onnx;
    expect(report.entries['predict']?.parts[0]).toMatchObject({
      name: 'gru',
      realisation: 'fused',
    });
    const looped = await both(setting, { codegen: { unrollLimit: 0 } });
    expect(
      looped.onnx.report.entries['trainStep']?.parts.map((part) => part.realisation),
    ).toContain('looped');
  });
});
