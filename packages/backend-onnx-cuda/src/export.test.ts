import { BackendError, type HostTensor } from '@chronograd/backend';
import { buildProgram, initialState } from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel } from '@chronograd/spec';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { onnxBackend } from './backend.ts';
import { exportOnnx } from './export.ts';
import { modelProto } from './onnx/proto.ts';
import { noisy } from './testing/noise.ts';

const model = resolveModel(
  parseModel({
    formatVersion: 1,
    name: 'model',
    layers: [
      { type: 'input', shape: [7, 2] },
      { type: 'gru', units: 4, dropout: 0.2, returnSequences: true },
      { type: 'lstm', units: 5, activation: 'softsign' },
      { type: 'dense', units: 3, activation: 'softmax' },
    ],
  }),
);
const training = parseTraining({ formatVersion: 1, loss: 'mse', optimizer: 'adam', metrics: [] });
const program = buildProgram(model, {
  batch: 3,
  training,
  entries: ['predict', 'trainStep', 'evaluate'],
});
const state: Record<string, HostTensor> = initialState(program, model, 5);
const weights = Object.fromEntries(
  (program.entries['predict']?.reads ?? []).map((name) => [name, state[name] as HostTensor]),
);

interface Decoded {
  irVersion: number;
  opsetImport: { domain: string; version: number }[];
  graph: {
    node: { opType: string; domain: string; input: string[]; output: string[] }[];
    input: { name: string }[];
    output: { name: string }[];
    initializer: { name: string; rawData: Uint8Array }[];
  };
}

function decode(bytes: Uint8Array): Decoded {
  const type = modelProto();
  const options = { longs: Number, defaults: true, arrays: true } as const;
  return type.toObject(type.decode(bytes), options) as Decoded;
}

describe('an exported model', () => {
  it('names inputs, outputs and state as the program does', () => {
    const { graph, opsetImport } = decode(exportOnnx(program, 'predict'));
    expect(graph.input.map(({ name }) => name)).toEqual(['input', ...Object.keys(weights)]);
    expect(graph.output.map(({ name }) => name)).toEqual(['dense']);
    expect(opsetImport).toEqual([{ domain: '', version: 21 }]);
    const step = decode(exportOnnx(program, 'trainStep')).graph;
    expect(step.output.map(({ name }) => name)).toContain('next/lstm/kernel');
  });

  it('holds the weights given, and only operators of the standard', () => {
    const { graph } = decode(exportOnnx(program, 'predict', { state: weights }));
    expect(graph.input.map(({ name }) => name)).toEqual(['input']);
    const kernel = graph.initializer.find(({ name }) => name === 'lstm/kernel');
    const bytes = Uint8Array.from(kernel?.rawData ?? []);
    expect(new Float32Array(bytes.buffer)).toEqual(weights['lstm/kernel']?.data);
    expect(new Set(graph.node.map(({ domain }) => domain))).toEqual(new Set(['']));
  });

  it('predicts as the backend does', async () => {
    const executable = await onnxBackend({ device: 'cpu' }).compile(program);
    await executable.writeState(state);
    const input = noisy([3, 7, 2]);
    const { dense } = await executable.run('predict', { input });
    const session = await InferenceSession.create(
      exportOnnx(program, 'predict', { state: weights }),
    );
    const results = await session.run({ input: new Tensor('float32', input.data, input.shape) });
    expect(results['dense']?.data).toEqual((await dense?.data())?.data);
  });

  it('is refused for entries and state that do not fit', () => {
    const bias = weights['dense/bias'] as HostTensor;
    const attempt = (entry: string, baked: Record<string, HostTensor>) => () =>
      exportOnnx(program, entry, { state: baked });
    expect(attempt('fit', {})).toThrow("entry: expected predict, trainStep, evaluate, found 'fit'");
    expect(attempt('predict', { bias })).toThrow('one that it does not');
    expect(attempt('trainStep', { 'dense/bias': bias })).toThrow('one it writes');
    expect(attempt('predict', { 'lstm/bias': bias })).toThrow(
      'expected float32[20], found float32[3]',
    );
    expect(attempt('predict', { bias })).toThrow(BackendError);
  });
});
