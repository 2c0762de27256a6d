import { BackendError, type HostTensor, type ResultTensor } from '@chronograd/backend';
import { Builder, float32, type Program } from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { OnnxBackend, onnxBackend } from '../backend.ts';
import { importEngine } from './engine.ts';

const vector = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});

/** State `w`; `step` returns w · x and sets w to w + x; `read` returns w. */
function counting(size = 2): Program {
  const step = new Builder();
  const [x, w] = [step.input(float32(size)), step.input(float32(size))];
  const product = step.mul(w, x);
  const next = step.add(w, x);
  const read = new Builder();
  const v = read.input(float32(size));
  return {
    state: { w: float32(size) },
    entries: {
      step: {
        inputs: [{ name: 'x', type: float32(size) }],
        reads: ['w'],
        outputs: [{ name: 'product', type: float32(size) }],
        writes: ['w'],
        func: step.finish([product, next]),
      },
      read: {
        inputs: [],
        reads: ['w'],
        outputs: [{ name: 'w', type: float32(size) }],
        writes: [],
        func: read.finish([v]),
      },
    },
  };
}

const cpu = () => onnxBackend({ device: 'cpu' });
const valueOf = async (executable: { readState(): Promise<Record<string, HostTensor>> }) =>
  Array.from((await executable.readState())['w']?.data ?? []);

describe('state', () => {
  it('starts at zero, is written, read and replaced by runs', async () => {
    const executable = await cpu().compile(counting());
    expect(await valueOf(executable)).toEqual([0, 0]);
    await executable.writeState({ w: vector(1, 2) });
    const { product } = await executable.run('step', { x: vector(10, 20) });
    expect(await product?.data()).toEqual(vector(10, 40));
    expect(await valueOf(executable)).toEqual([11, 22]);
    const { w } = await executable.run('read', {});
    expect(await w?.data()).toEqual(vector(11, 22));
  });

  it('is shared by executables that ask for it, and outlives the first', async () => {
    const backend = cpu();
    const first = await backend.compile(counting());
    const second = await backend.compile(counting(), { shareStateWith: first });
    await first.run('step', { x: vector(1, 2) });
    await second.run('step', { x: vector(1, 2) });
    await first.dispose();
    expect(await valueOf(second)).toEqual([2, 4]);
  });

  it('is refused to a program that has another type under the same name', async () => {
    const backend = cpu();
    const first = await backend.compile(counting(2));
    await expect(backend.compile(counting(3), { shareStateWith: first })).rejects.toThrow(
      "shared state 'w': expected float32[2], found float32[3]",
    );
  });

  it('is written as a whole or not at all', async () => {
    const executable = await cpu().compile(counting());
    await executable.writeState({ w: vector(1, 2) });
    const values = { w: vector(5, 6), v: vector(1) };
    await expect(executable.writeState(values)).rejects.toThrow("expected w, found 'v'");
    expect(await valueOf(executable)).toEqual([1, 2]);
  });

  it('is copied on the way in and out', async () => {
    const executable = await cpu().compile(counting());
    const w = vector(1, 2);
    await executable.writeState({ w });
    w.data.fill(9);
    const state = await executable.readState(['w']);
    state['w']?.data.fill(7);
    expect(await valueOf(executable)).toEqual([1, 2]);
  });
});

describe('runs', () => {
  it('are executed in the order of the calls, on the values at the time of the call', async () => {
    const executable = await cpu().compile(counting());
    const x = vector(1, 1);
    const runs = [1, 2, 3].map((value) => {
      x.data.fill(value);
      return executable.run('step', { x });
    });
    const before = executable.readState();
    const last = executable.run('step', { x: vector(100, 100) });
    x.data.fill(50);
    const products = await Promise.all(runs.map(async (run) => (await run)['product']?.data()));
    expect(products).toEqual([vector(0, 0), vector(2, 2), vector(9, 9)]);
    expect((await before)['w']).toEqual(vector(6, 6));
    await last;
    expect(await valueOf(executable)).toEqual([106, 106]);
  });

  it('of several steps equal single runs', async () => {
    const executable = await cpu().compile(counting());
    const feeds = [1, 2, 3].map((value) => ({ x: vector(value, value) }));
    const results = await executable.runSteps('step', feeds);
    const products = results.map(({ product }) => product as ResultTensor);
    expect(await Promise.all(products.map((product) => product.data()))).toEqual([
      vector(0, 0),
      vector(2, 2),
      vector(9, 9),
    ]);
  });

  it('give results that may be read twice, also after later runs', async () => {
    const executable = await cpu().compile(counting());
    await executable.run('step', { x: vector(1, 2) });
    const { product } = await executable.run('step', { x: vector(3, 3) });
    await executable.run('step', { x: vector(5, 5) });
    const first = await product?.data();
    first?.data.fill(0);
    expect(await product?.data()).toEqual(vector(3, 6));
  });

  it('that fail leave the state as it was', async () => {
    const b = new Builder();
    const [table, index] = [b.input(float32(2)), b.input({ dtype: 'int32', shape: [2] })];
    const program: Program = {
      state: { w: float32(2) },
      entries: {
        look: {
          inputs: [{ name: 'i', type: { dtype: 'int32', shape: [2] } }],
          reads: ['w'],
          outputs: [],
          writes: ['w'],
          // The reads come last among the function's inputs.
          func: { ...b.finish([b.gather(table, index)]), inputs: [index.id, table.id] },
        },
      },
    };
    const executable = await cpu().compile(program);
    await executable.writeState({ w: vector(3, 4) });
    const feed = (...at: number[]): HostTensor => ({
      dtype: 'int32',
      shape: [2],
      data: Int32Array.from(at),
    });
    await expect(executable.run('look', { i: feed(1, 9) })).rejects.toMatchObject({
      code: 'run-failed',
    });
    expect(await valueOf(executable)).toEqual([3, 4]);
    await executable.run('look', { i: feed(1, 0) });
    expect(await valueOf(executable)).toEqual([4, 3]);
  });
});

describe('what is refused', () => {
  const wrong: [string, Record<string, HostTensor>, string][] = [
    ['a missing feed', {}, "feeds of 'step': expected x, found no x"],
    ['an unknown feed', { x: vector(1, 2), y: vector(1) }, 'found unknown y'],
    ['another shape', { x: vector(1) }, 'expected float32[2], found float32[1]'],
    [
      'another element type',
      { x: { dtype: 'int32', shape: [2], data: Int32Array.of(1, 2) } },
      'expected float32[2], found int32[2]',
    ],
    [
      'too few elements',
      { x: { dtype: 'float32', shape: [2], data: Float32Array.of(1) } },
      'expected 2 elements, found 1',
    ],
    [
      'an array of another kind',
      { x: { dtype: 'float32', shape: [2], data: Int32Array.of(1, 2) } },
      'expected Float32Array, found Int32Array',
    ],
  ];
  it.each(wrong)('%s', async (_case, feeds, message) => {
    const executable = await cpu().compile(counting());
    await expect(executable.run('step', feeds)).rejects.toThrow(message);
    await expect(executable.runSteps('step', [{ x: vector(1, 2) }, feeds])).rejects.toThrow(
      message,
    );
    expect(await valueOf(executable)).toEqual([0, 0]);
  });

  it('an unknown entry and unknown state', async () => {
    const executable = await cpu().compile(counting());
    await expect(executable.run('stop', {})).rejects.toThrow("expected step, read, found 'stop'");
    await expect(executable.readState(['u'])).rejects.toThrow("state: expected w, found 'u'");
  });

  it('use after dispose; calls made before it still run', async () => {
    const backend = cpu();
    const executable = await backend.compile(counting());
    const run = executable.run('step', { x: vector(1, 2) });
    const disposed = executable.dispose();
    expect(await (await run)['product']?.data()).toEqual(vector(0, 0));
    await disposed;
    await executable.dispose();
    await expect(executable.run('read', {})).rejects.toMatchObject({ code: 'disposed' });
    await expect(executable.readState()).rejects.toMatchObject({ code: 'disposed' });
    await backend.dispose();
    await expect(backend.compile(counting())).rejects.toMatchObject({ code: 'disposed' });
  });
});

describe('engine and device', () => {
  it('says what to install where the engine does not load', async () => {
    const missing = new OnnxBackend({}, () => Promise.reject(new Error('Cannot find package')));
    const failure = missing.compile(counting());
    await expect(failure).rejects.toBeInstanceOf(BackendError);
    await expect(failure).rejects.toMatchObject({ code: 'engine-missing' });
    await expect(failure).rejects.toThrow('npm install onnxruntime-node');
  });

  it('takes the CPU when asked for', async () => {
    const { report } = await cpu().compile(counting());
    expect(report).toMatchObject({
      backend: 'onnx-cuda',
      device: 'cpu',
      deviceReason: 'asked for',
    });
    expect(report.engine).toMatch(/^onnxruntime-node \d+\.\d+\.\d+ \(opset \d+, IR \d+\)$/);
  });

  it('says why it takes which device by itself', async () => {
    const { report } = await onnxBackend().compile(counting());
    if (report.device === 'cpu') expect(report.deviceReason).toContain('CUDA is not there: ');
    else expect(report.deviceReason).toBe('the CUDA provider loads');
  });

  it('refuses CUDA where it is not there, and falls back only when told to choose', async () => {
    const engine = await importEngine();
    const create = (_model: Uint8Array, options: { executionProviders?: readonly unknown[] }) =>
      options.executionProviders?.includes('cuda')
        ? Promise.reject(new Error('no such provider\nand more'))
        : engine.InferenceSession.create(_model, { executionProviders: ['cpu'] });
    const withoutCuda = { ...engine, InferenceSession: { create } } as typeof engine;
    const load = () => Promise.resolve(withoutCuda);
    await expect(
      new OnnxBackend({ device: 'cuda' }, load).compile(counting()),
    ).rejects.toMatchObject({ code: 'engine-missing', details: { found: 'no such provider' } });
    const { report } = await new OnnxBackend({}, load).compile(counting());
    expect(report.deviceReason).toBe('CUDA is not there: no such provider');
  });
});
