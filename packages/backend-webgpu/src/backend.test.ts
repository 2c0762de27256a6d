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
      details: { expected: 'a GPU adapter' },
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

  it('rejects reading what a device took with it', async () => {
    const device = await openDevice();
    const executable = await webgpuBackend({ device }).compile(counting());
    const { product } = await executable.run('step', { x: vector(1, 2, 3) });
    device.destroy();
    await expect(product?.data()).rejects.toMatchObject({ code: 'run-failed' });
  });
});
