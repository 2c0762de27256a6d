import { float32, type TensorType } from '@chronograd/graph';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { softwareGpu } from '../../testing/index.ts';
import type { Plan } from '../plan/plan.ts';
import { openDevice, type DeviceState } from './device.ts';
import { Pipelines } from './pipelines.ts';
import { EntryRunner } from './runner.ts';
import { StateStore } from './state.ts';

let on: DeviceState;
beforeAll(async () => {
  on = await openDevice({ gpu: await softwareGpu() });
});

const flags: TensorType = { dtype: 'bool', shape: [3] };

/** `sum = w + x` where the flag is set, else `w`; the state `w` becomes `sum`. */
const code = `
@group(0) @binding(0) var<storage, read_write> memory: array<u32>;
@group(0) @binding(1) var<storage, read_write> state: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= 3u) { return; }
  let w = bitcast<f32>(state[16u + id.x]);
  let x = bitcast<f32>(memory[id.x]);
  memory[32u + id.x] = bitcast<u32>(select(w, w + x * bitcast<f32>(memory[48u]), memory[3u + id.x] != 0u));
}`;

const plan: Plan = {
  kernels: [{ name: 'add where', code, workgroups: [1, 1] }],
  memoryWords: 64,
  feeds: [
    { name: 'x', type: float32(3), offset: 0 },
    { name: 'flags', type: flags, offset: 3 },
  ],
  constants: [{ offset: 48, words: new Uint32Array(new Float32Array([10]).buffer) }],
  outputs: [
    { name: 'sum', type: float32(3), from: { buffer: 'memory', offset: 32 } },
    { name: 'flags', type: flags, from: { buffer: 'memory', offset: 3 } },
    { name: 'was', type: float32(3), from: { buffer: 'state', offset: 16 } },
  ],
  writes: [{ name: 'w', from: { buffer: 'memory', offset: 32 }, size: 3 }],
  parts: [],
};

async function load(kernels: Plan['kernels']): Promise<{ runner: EntryRunner; state: StateStore }> {
  const pipelines = new Pipelines(on.device);
  const state = new StateStore(on);
  state.declare({ first: float32(2), w: float32(3) });
  const loaded = await Promise.all(
    kernels.map(async (kernel) => ({
      name: kernel.name,
      pipeline: await pipelines.get(kernel.name, kernel.code),
      workgroups: kernel.workgroups,
    })),
  );
  return {
    state,
    runner: new EntryRunner('entry "step"', { ...plan, kernels }, loaded, on, pipelines, state),
  };
}

const feeds = (x: readonly number[], set: readonly number[]) => ({
  x: { ...float32(3), data: Float32Array.from(x) },
  flags: { ...flags, data: Uint8Array.from(set) },
});

describe('EntryRunner', () => {
  it('takes steps in their order, each on the state of the one before', async () => {
    const { runner, state } = await load(plan.kernels);
    state.write({ w: { ...float32(3), data: Float32Array.of(1, 2, 3) } });
    const packed = [feeds([1, 2, 3], [1, 0, 1]), feeds([4, 5, 6], [0, 1, 1])].map((each) =>
      runner.pack(each),
    );
    const [first, second] = await runner.run(packed);
    // A name is added: the state moves to another buffer, and keeps its values.
    state.declare({ later: float32(1000) });
    expect((await second?.['sum']?.data())?.data).toEqual(Float32Array.of(11, 52, 93));
    expect((await first?.['sum']?.data())?.data).toEqual(Float32Array.of(11, 2, 33));
    expect((await second?.['flags']?.data())?.data).toEqual(Uint8Array.of(0, 1, 1));
    expect((await first?.['was']?.data())?.data).toEqual(Float32Array.of(1, 2, 3));
    const third = await runner.run([runner.pack(feeds([0.5, 0, 0], [1, 1, 1]))]);
    expect((await third[0]?.['sum']?.data())?.data).toEqual(Float32Array.of(16, 52, 93));
    expect((await state.read(['w', 'later']))['w']?.data).toEqual(Float32Array.of(16, 52, 93));
  });

  it('puts the feeds of as many steps in a buffer as 64 MiB hold', async () => {
    const type = float32(2 ** 23 - 64);
    const pipelines = new Pipelines(on.device);
    const state = new StateStore(on);
    state.declare({ w: float32(3) });
    const large: Plan = {
      ...plan,
      kernels: [],
      memoryWords: 2 ** 23,
      feeds: [{ name: 'x', type, offset: 0 }],
      constants: [],
      outputs: [{ name: 'x', type: float32(1), from: { buffer: 'memory', offset: 9 } }],
      writes: [],
    };
    const runner = new EntryRunner('entry "large"', large, [], on, pipelines, state);
    const sizes: number[] = [];
    const create = vi.spyOn(on.device, 'createBuffer').mockImplementation((descriptor) => {
      if (descriptor.label?.startsWith('feeds')) sizes.push(descriptor.size);
      return GPUDevice.prototype.createBuffer.call(on.device, descriptor);
    });
    const data = new Float32Array(2 ** 23 - 64);
    const packed = [1, 2, 3].map((value) => {
      data[9] = value;
      return runner.pack({ x: { ...type, data } });
    });
    const results = await runner.run(packed);
    create.mockRestore();
    const found = await Promise.all(
      results.map(async (each) => (await each['x']?.data())?.data[0]),
    );
    expect(found).toEqual([1, 2, 3]);
    expect(sizes).toEqual([2 ** 26 - 512]);
    runner.release();
  });

  it('says the kernel whose module the device refuses', async () => {
    const broken = { ...plan.kernels[0], name: 'sum of nothing', code: 'fn main() { nothing(); }' };
    await expect(load([broken as Plan['kernels'][number]])).rejects.toMatchObject({
      code: 'compile-failed',
      details: { subject: 'kernel sum of nothing', found: expect.stringContaining('nothing') },
    });
  });

  it('says the kernel whose pipeline the device refuses', async () => {
    const wide = code.replace('@workgroup_size(64)', '@workgroup_size(1024)');
    const kernel = { name: 'too wide', code: wide, workgroups: [1, 1] } as const;
    await expect(load([kernel])).rejects.toMatchObject({
      code: 'compile-failed',
      details: { subject: 'kernel too wide', found: expect.stringContaining('1024') },
    });
  });

  it('rejects the run whose commands the device refuses', async () => {
    const { runner } = await load([{ name: 'too many', code, workgroups: [70_000, 1] }]);
    await expect(runner.run([runner.pack(feeds([1, 2, 3], [1, 1, 1]))])).rejects.toMatchObject({
      code: 'run-failed',
      details: { subject: 'entry "step"', found: expect.stringMatching(/70000.*too many/s) },
    });
  });
});
