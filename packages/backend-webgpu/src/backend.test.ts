import type { HostTensor } from '@chronograd/backend';
import { Builder, float32, type Program } from '@chronograd/graph';
import { beforeAll, describe, expect, it } from 'vitest';
import { softwareGpu } from '../testing/index.ts';
import { webgpuBackend } from './backend.ts';

let gpu: GPU;
beforeAll(async () => {
  gpu = await softwareGpu();
});

const vector = (...values: number[]): HostTensor => ({
  ...float32(values.length),
  data: Float32Array.from(values),
});

/** `step` returns `w · x`, and `w` becomes `w + x`. */
function counting(): Program {
  const b = new Builder();
  const [x, w] = [b.input(float32(3)), b.input(float32(3))];
  return {
    state: { w: float32(3) },
    entries: {
      step: {
        inputs: [{ name: 'x', type: float32(3) }],
        reads: ['w'],
        outputs: [{ name: 'product', type: float32(3) }],
        writes: ['w'],
        func: b.finish([b.mul(w, x), b.add(w, x)]),
      },
    },
  };
}

async function openDevice(): Promise<GPUDevice> {
  return (await (await gpu.requestAdapter())?.requestDevice()) as GPUDevice;
}

describe('webgpuBackend', () => {
  it('says which adapter it runs on, and why', async () => {
    const backend = webgpuBackend({ gpu });
    const { report } = await backend.compile(counting());
    expect(report).toMatchObject({ backend: 'webgpu', precision: 'float32' });
    expect(report.device).not.toBe('');
    expect(report.deviceReason).toBe('the first adapter of the GPU that was handed in');
    await backend.dispose();
  });

  it('uses a device of the caller, and leaves it in use', async () => {
    const device = await openDevice();
    const backend = webgpuBackend({ device });
    const executable = await backend.compile(counting());
    expect(executable.report.deviceReason).toBe('handed in by the caller');
    await backend.dispose();
    const again = await webgpuBackend({ device }).compile(counting());
    await again.writeState({ w: vector(1, 2, 3) });
    const { product } = await again.run('step', { x: vector(4, 5, 6) });
    expect((await product?.data())?.data).toEqual(Float32Array.of(4, 10, 18));
    device.destroy();
  });

  it('says what is missing where there is no adapter', async () => {
    const none = { requestAdapter: async () => null } as unknown as GPU;
    await expect(webgpuBackend({ gpu: none }).compile(counting())).rejects.toMatchObject({
      code: 'engine-missing',
      details: { expected: 'a GPU adapter', advice: expect.stringContaining('driver') },
    });
  });

  it('says so where the adapter gives no device', async () => {
    const adapter = (await gpu.requestAdapter()) as GPUAdapter;
    await adapter.requestDevice();
    // An adapter gives one device only.
    const used = { requestAdapter: async () => adapter } as unknown as GPU;
    await expect(webgpuBackend({ gpu: used }).compile(counting())).rejects.toMatchObject({
      code: 'engine-missing',
      details: { found: expect.stringContaining('consumed') },
    });
  });

  it('refuses what needs larger buffers than every device has, unless they are asked for', async () => {
    const width = 6000;
    const table = float32(width, width);
    const b = new Builder();
    const rows = b.reduceSum(b.add(b.input(table), 1), [1]);
    const program: Program = {
      state: { table },
      entries: {
        sums: {
          inputs: [],
          reads: ['table'],
          outputs: [{ name: 'rows', type: float32(width) }],
          writes: [],
          func: b.finish([rows]),
        },
      },
    };
    await expect(webgpuBackend({ gpu }).compile(program)).rejects.toMatchObject({
      code: 'compile-failed',
      details: {
        subject: 'state',
        expected: 'at most 134217728 bytes at once',
        found: '144000000',
        advice: expect.stringContaining('largeBuffers'),
      },
    });
    const backend = webgpuBackend({ gpu, largeBuffers: true });
    const sums = await (await backend.compile(program)).run('sums', {});
    expect((await sums['rows']?.data())?.data).toEqual(new Float32Array(width).fill(width));
    await backend.dispose();
  });

  it('refuses an entry whose values no buffer holds', async () => {
    const b = new Builder();
    const x = b.input(float32(6000, 6000));
    const input = { name: 'x', type: float32(6000, 6000) };
    const output = { name: 'y', type: float32(6000, 6000) };
    const func = b.finish([b.matmul(x, x)]);
    const large = { inputs: [input], reads: [], outputs: [output], writes: [], func };
    await expect(
      webgpuBackend({ gpu }).compile({ state: {}, entries: { large } }),
    ).rejects.toMatchObject({
      code: 'compile-failed',
      details: { subject: 'entry "large"', found: '288000000' },
    });
  });

  it('refuses calls once its device is lost, and goes on with another and the state last read', async () => {
    const devices: GPUDevice[] = [];
    const adapter = (await gpu.requestAdapter()) as GPUAdapter;
    const watched = {
      requestAdapter: async () => ({
        requestDevice: async () => {
          const device = await ((await gpu.requestAdapter()) as GPUAdapter).requestDevice();
          devices.push(device);
          return device;
        },
        info: (adapter as { info?: object }).info,
      }),
    } as unknown as GPU;
    const backend = webgpuBackend({ gpu: watched });
    const first = await backend.compile(counting());
    await first.writeState({ w: vector(1, 2, 3) });
    await first.run('step', { x: vector(10, 20, 30) });
    const kept = await first.readState();
    devices[0]?.destroy();
    await devices[0]?.lost;
    const lost = {
      code: 'run-failed',
      message: expect.stringContaining('Compile the program again'),
    };
    await expect(first.run('step', { x: vector(1, 1, 1) })).rejects.toMatchObject(lost);
    await expect(first.readState()).rejects.toMatchObject(lost);
    await expect(first.writeState(kept)).rejects.toMatchObject(lost);
    const second = await backend.compile(counting());
    expect(devices.length).toBe(2);
    await second.writeState(kept);
    const { product } = await second.run('step', { x: vector(2, 3, 4) });
    expect((await product?.data())?.data).toEqual(Float32Array.of(22, 66, 132));
    await first.dispose();
    await backend.dispose();
  });

  it.each([
    ['compiling', 'entry "step"'],
    ['the first run', 'results of entry "step"'],
    ['a later run', 'results of entry "step"'],
    ['reading results', 'results of entry "step"'],
    ['reading the state', 'state'],
  ])('rejects what a device took with it while %s', async (when, subject) => {
    const device = await openDevice();
    const x = vector(1, 2, 3);
    const losing = async (): Promise<unknown> => {
      const compiled = webgpuBackend({ device }).compile(counting());
      if (when === 'compiling') device.destroy();
      const executable = await compiled;
      if (when === 'a later run') await executable.run('step', { x });
      const run = executable.run('step', { x });
      if (when.endsWith('run')) device.destroy();
      const read = when.endsWith('state') ? executable.readState() : (await run)['product']?.data();
      device.destroy();
      return read;
    };
    await expect(losing()).rejects.toMatchObject({
      code: 'run-failed',
      details: { subject, found: expect.stringContaining('lost device') },
    });
  });

  it('rejects the reading of what a later run got wrong, never gives zeros', async () => {
    const device = await openDevice();
    const buffers: GPUBuffer[] = [];
    const create = device.createBuffer.bind(device);
    Object.assign(device, {
      createBuffer(descriptor: GPUBufferDescriptor) {
        const buffer = create(descriptor);
        if (descriptor.label?.startsWith('memory')) buffers.push(buffer);
        return buffer;
      },
    });
    const executable = await webgpuBackend({ device }).compile(counting());
    await executable.run('step', { x: vector(1, 2, 3) });
    // What can go wrong later is out of the program's hands: here its memory is taken away.
    buffers[0]?.destroy();
    const { product } = await executable.run('step', { x: vector(1, 2, 3) });
    await expect(product?.data()).rejects.toMatchObject({
      code: 'run-failed',
      details: {
        subject: 'results of entry "step"',
        found: expect.stringContaining('memory of entry "step"'),
      },
    });
    device.destroy();
  });
});
