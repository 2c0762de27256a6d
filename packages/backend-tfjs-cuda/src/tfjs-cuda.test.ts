import '@tensorflow/tfjs-backend-cpu';
import { BackendError } from '@chronograd/backend';
import { Builder, float32, type Program } from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { native } from './graph/testing/native.ts';
import { tfjsCuda } from './tfjs-cuda.ts';

/** Adds `by` to `total`; returns the new total. */
function counting(): Program {
  const b = new Builder();
  const [by, total] = [b.input(float32()), b.input(float32())];
  const next = b.add(total, by);
  return {
    state: { total: float32() },
    entries: {
      add: {
        inputs: [{ name: 'by', type: float32() }],
        reads: ['total'],
        outputs: [{ name: 'sum', type: float32() }],
        writes: ['total'],
        func: b.finish([next, next]),
      },
    },
  };
}

const by = (value: number) => ({
  by: { dtype: 'float32', shape: [], data: Float32Array.of(value) } as const,
});

describe('tfjsCuda', () => {
  it('computes op by op when asked to, with state that executables share', async () => {
    const backend = tfjsCuda({ engine: 'eager', tfBackend: 'cpu' });
    const first = await backend.compile(counting());
    const second = await backend.compile(counting(), { shareStateWith: first });
    await first.run('add', by(2));
    const { sum } = await second.run('add', by(3));
    expect((await sum?.data())?.data).toEqual(Float32Array.of(5));
    expect(first.report.backend).toBe('tfjs-cuda');
    expect(first.report.deviceReason).toMatch(/; op by op: asked for$/);
    await backend.dispose();
  });

  it('chooses, and says in the report what it chose and why', async () => {
    const backend = tfjsCuda({ engine: 'auto', tfBackend: 'cpu' });
    const { report } = await backend.compile(counting());
    if (native instanceof BackendError)
      expect(report.deviceReason).toContain('op by op: native TensorFlow is not there: ');
    else expect(report.engine).toBe(native.name);
    expect(backend.capabilities().composites).toEqual(
      native instanceof BackendError
        ? {}
        : expect.objectContaining({ lstm: expect.anything() as unknown }),
    );
    await backend.dispose();
    await expect(backend.compile(counting())).rejects.toMatchObject({ code: 'disposed' });
  });

  it('takes no other engine than TensorFlow graphs unless told to', async () => {
    const compiled = tfjsCuda().compile(counting());
    if (native instanceof BackendError)
      await expect(compiled).rejects.toMatchObject({ code: 'engine-missing' });
    else expect((await compiled).report.engine).toBe(native.name);
  });
});
