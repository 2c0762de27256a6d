import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { float32 } from '@chronograd/graph';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { tfjsEager } from './backend.ts';
import { floats, funcOf, programOf } from './testing/programs.ts';
import { errorOf } from './testing/errors.ts';

const program = programOf(funcOf([float32(3)], (b, [x]) => (x ? [b.tanh(b.exp(x))] : [])));
const x0 = floats([3], (i) => i - 1);

describe('the tfjs backend', () => {
  it('that is asked for computes, and is current only meanwhile', async () => {
    await tf.setBackend('cpu');
    const executable = await tfjsEager({ tfBackend: 'wasm' }).compile(program);
    expect(executable.report).toMatchObject({
      backend: 'tfjs-eager',
      engine: `@tensorflow/tfjs-core ${tf.version_core}`,
      device: 'wasm',
      deviceReason: 'asked for',
      precision: 'float32',
    });
    expect(tf.getBackend()).toBe('cpu');
    const { y0 } = await executable.run('f', { x0 });
    expect(tf.getBackend()).toBe('cpu');
    const found = await y0?.data();
    found?.data.forEach((value, i) => expect(value).toBeCloseTo(Math.tanh(Math.exp(i - 1)), 6));
  });

  it('is the current one unless asked for', async () => {
    await tf.setBackend('cpu');
    const { report } = await tfjsEager().compile(program);
    expect(report.device).toBe('cpu');
    expect(report.deviceReason).toBe("tfjs's current backend");
  });

  it('runs two programs at the same time on different ones', async () => {
    const compile = (tfBackend: string) => tfjsEager({ tfBackend }).compile(program);
    const [a, b] = await Promise.all([compile('cpu'), compile('wasm')]);
    const results = await Promise.all([a, b, a, b].map((each) => each.run('f', { x0 })));
    for (const { y0 } of results)
      expect((await y0?.data())?.data[2]).toBeCloseTo(Math.tanh(Math.E), 6);
  });

  it('may be started while programs run on another', async () => {
    tf.registerBackend('slow', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return new MathBackendCPU();
    });
    tf.copyRegisteredKernels('cpu', 'slow');
    const executable = await tfjsEager({ tfBackend: 'cpu' }).compile(program);
    const slow = tfjsEager({ tfBackend: 'slow' }).compile(program);
    const both = [await executable.run('f', { x0 }), await (await slow).run('f', { x0 })];
    for (const { y0 } of both)
      expect((await y0?.data())?.data[2]).toBeCloseTo(Math.tanh(Math.E), 6);
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.backend()).toBe(tf.findBackend('cpu'));
  });

  it('that is not registered is missed, with what to do', async () => {
    const error = await errorOf(tfjsEager({ tfBackend: 'webgpu' }).compile(program));
    expect(error.code).toBe('engine-missing');
    expect(error.message).toContain('webgpu');
    expect(error.message).toContain('npm install @tensorflow/tfjs-backend-webgpu');
  });

  it('may be registered after a program could not be compiled', async () => {
    const backend = tfjsEager({ tfBackend: 'late' });
    expect((await errorOf(backend.compile(program))).code).toBe('engine-missing');
    tf.registerBackend('late', () => new MathBackendCPU());
    tf.copyRegisteredKernels('cpu', 'late');
    expect((await backend.compile(program)).report.device).toBe('late');
  });

  it('without a kernel that a program needs refuses it, and names the kernel', async () => {
    tf.registerBackend('bare', () => new MathBackendCPU());
    tf.copyRegisteredKernels('cpu', 'bare');
    const backend = tfjsEager({ tfBackend: 'bare' });
    await backend.compile(program);
    tf.unregisterKernel('Tanh', 'bare');
    const error = await errorOf(backend.compile(program));
    expect(error.code).toBe('compile-failed');
    expect(error.message).toContain('entry "f"');
    expect(error.message).toContain('Tanh');
    expect(error.message).not.toContain('Exp,');
  });

  it('that fails to start is missed', async () => {
    const silent = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    tf.registerBackend('failing', () => {
      throw new Error('no device');
    });
    const error = await errorOf(tfjsEager({ tfBackend: 'failing' }).compile(program));
    silent.mockRestore();
    expect(error.code).toBe('engine-missing');
    expect(error.message).toContain('"failing"');
    expect(tf.getBackend()).toBe('cpu');
  });

  it('logs nothing of its own accord', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    tf.registerBackend('quiet', () => new MathBackendCPU());
    tf.copyRegisteredKernels('cpu', 'quiet');
    await (await tfjsEager({ tfBackend: 'quiet' }).compile(program)).run('f', { x0 });
    const { calls } = warn.mock;
    warn.mockRestore();
    expect(calls).toEqual([]);
  });
});
