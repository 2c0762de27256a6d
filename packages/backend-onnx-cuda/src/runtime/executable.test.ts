import { BackendError, type HostTensor } from '@chronograd/backend';
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

// What every backend does with state, calls and disposal is held by @chronograd/conformance.

describe('runs', () => {
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
