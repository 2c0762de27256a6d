import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceBackend } from '@chronograd/backend-reference';
import type { Executable, Feeds, HostTensor } from '@chronograd/backend';
import {
  Builder,
  buildProgram,
  conv1d,
  float32,
  initialState,
  int32,
  type ConvOptions,
  type Program,
} from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel } from '@chronograd/spec';
import { describe, expect, it, vi } from 'vitest';
import { GraphBackend } from './backend.ts';
import { nativeTests } from './testing/native.ts';

const floats = (shape: readonly number[], of: (i: number) => number): HostTensor<'float32'> => {
  const length = shape.reduce((product, dimension) => product * dimension, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length }, (_, i) => of(i)) };
};
const scalar = (value: number): HostTensor<'float32'> => floats([], () => value);

const modelOf = (layer: object) =>
  resolveModel(
    parseModel({
      formatVersion: 1,
      name: 'model',
      layers: [{ type: 'input', shape: [7, 2] }, layer, { type: 'dense', units: 3 }],
    }),
  );
const training = parseTraining({ formatVersion: 1, loss: 'mse', optimizer: 'sgd', metrics: [] });

function trainerOf(layer: object, batch = 4): { program: Program; state: Feeds } {
  const model = modelOf(layer);
  const program = buildProgram(model, { batch, training, entries: ['trainStep', 'predict'] });
  return { program, state: initialState(program, model, 3) };
}

const stepFeeds = (batch: number): Feeds => ({
  input: floats([batch, 7, 2], (i) => Math.sin(i + 1)),
  targets: floats([batch, 3], (i) => Math.cos(i)),
  learningRate: scalar(0.5),
});

async function lossOf(executable: Executable, batch: number): Promise<number> {
  const { loss } = await executable.run('trainStep', stepFeeds(batch));
  return (await loss?.data())?.data[0] ?? NaN;
}

nativeTests({ describe, it }, 'GraphBackend', () => {
  it('runs an LSTM and its gradient by BlockLSTMV2, and says so', async () => {
    const { program, state } = trainerOf({ type: 'lstm', units: 5, goBackwards: true });
    const executable = await new GraphBackend().compile(program);
    const { parts, nodes } = executable.report.entries['trainStep'] ?? { parts: [], nodes: 0 };
    expect(parts).toMatchObject([
      { name: 'lstm', pass: 'forward', realisation: 'fused', count: 1 },
      { name: 'lstm', pass: 'backward', realisation: 'fused', count: 1 },
    ]);
    expect(nodes).toBeGreaterThan(10);
    const oracle = await referenceBackend().compile(program);
    await executable.writeState(state);
    await oracle.writeState(state);
    for (let step = 0; step < 3; step++)
      expect(await lossOf(executable, 4)).toBeCloseTo(await lossOf(oracle, 4), 5);
  });

  it.each([
    [{ type: 'lstm', units: 65 }, 'slower for more than 64 units'],
    [{ type: 'lstm', units: 5, activation: 'relu' }, 'has tanh, not relu'],
    [{ type: 'lstm', units: 5, recurrentDropout: 0.1 }, 'no mask on h'],
  ])('runs %o by its parts: %s', async (layer, reason) => {
    const { report } = await new GraphBackend().compile(trainerOf(layer).program);
    const parts = report.entries['trainStep']?.parts.filter(({ name }) => name === 'lstm') ?? [];
    expect(parts.map(({ realisation }) => realisation)).toEqual(['expanded', 'expanded']);
    expect(parts[0]?.reason).toContain(reason);
  });

  it.each<[ConvOptions, string, string]>([
    [{ strides: 3, low: 2, high: 1 }, 'fused', 'Conv2D and its gradient compute the same'],
    [{ dilation: 2 }, 'expanded', 'Conv2D has no gradient for dilation 2 on CPU'],
    [{ groups: 2 }, 'expanded', 'Conv2D has no gradient for groups on CPU, found 2'],
  ])('runs a convolution with %o %s: %s', async (options, realisation, reason) => {
    const b = new Builder();
    const x = b.input(float32(2, 9, 4));
    const kernel = b.input(float32(3, 4 / (options.groups ?? 1), 6));
    const y = conv1d(b, { x, kernel }, options);
    const inputs = [
      { name: 'x', type: x.type },
      { name: 'kernel', type: kernel.type },
    ];
    const outputs = [{ name: 'y', type: y.type }];
    const entry = { inputs, outputs, reads: [], writes: [], func: b.finish([y]) };
    const { report } = await new GraphBackend().compile({ state: {}, entries: { f: entry } });
    expect(report.entries['f']?.parts).toMatchObject([{ name: 'conv1d', realisation, reason }]);
  });

  it('hands state from program to program, and only as it is needed', async () => {
    const backend = new GraphBackend();
    const { program, state } = trainerOf({ type: 'gru', units: 5 });
    const small = trainerOf({ type: 'gru', units: 5 }, 3).program;
    const full = await backend.compile(program);
    const last = await backend.compile(small, { shareStateWith: full });
    const oracle = await referenceBackend().compile(program);
    const oracleLast = await referenceBackend().compile(small);
    await full.writeState(state);
    await oracle.writeState(state);
    for (const batch of [4, 4, 3, 4, 3, 3, 4]) {
      const [executable, own] = batch === 4 ? [full, oracle] : [last, oracleLast];
      const other = batch === 4 ? oracleLast : oracle;
      expect(await lossOf(executable, batch)).toBeCloseTo(await lossOf(own, batch), 5);
      await other.writeState(await own.readState());
    }
    await full.dispose();
    const kept = await last.readState();
    const expected = await oracle.readState();
    for (const [name, { data }] of Object.entries(expected))
      data.forEach((value, i) => expect(kept[name]?.data[i]).toBeCloseTo(value, 5));
  });

  it('leaves the state as it was where a step fails', async () => {
    const b = new Builder();
    const [row, table] = [b.input(int32()), b.input(float32(3, 2))];
    const program: Program = {
      state: { table: float32(3, 2), count: float32() },
      entries: {
        step: {
          inputs: [{ name: 'row', type: int32() }],
          reads: ['table'],
          outputs: [{ name: 'found', type: float32(2) }],
          writes: ['table', 'count'],
          func: b.finish([b.gather(table, row), b.add(table, 1), b.constant(5)]),
        },
      },
    };
    const executable = await new GraphBackend().compile(program);
    const at = (index: number): Feeds => ({
      row: { dtype: 'int32', shape: [], data: Int32Array.of(index) },
    });
    await executable.run('step', at(2));
    await expect(executable.run('step', at(3))).rejects.toMatchObject({ code: 'run-failed' });
    const { table: kept, count } = await executable.readState();
    expect(kept?.data).toEqual(new Float32Array(6).fill(1));
    expect(count?.data).toEqual(Float32Array.of(5));
  });

  it('leaves nothing on disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chronograd-test-'));
    vi.stubEnv('TMPDIR', folder);
    const { program } = trainerOf({ type: 'simpleRnn', units: 5 });
    const executable = await new GraphBackend().compile(program);
    const left = readdirSync(folder);
    await lossOf(executable, 4);
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
    expect(left).toEqual([]);
  });

  it('lets timers have their turn between runs', async () => {
    const { program } = trainerOf({ type: 'gru', units: 5 });
    const executable = await new GraphBackend().compile(program);
    const started = performance.now();
    let fired = false;
    setTimeout(() => (fired = true));
    while (!fired && performance.now() - started < 60_000) await lossOf(executable, 4);
    expect(fired).toBe(true);
  });

  it('shares no state with executables of others', async () => {
    const { program } = trainerOf({ type: 'gru', units: 5 });
    const shareStateWith = await referenceBackend().compile(program);
    await expect(new GraphBackend().compile(program, { shareStateWith })).rejects.toMatchObject({
      code: 'bad-input',
      details: {
        subject: 'option shareStateWith',
        found: expect.stringContaining('reference') as string,
      },
    });
  });
});
