/** Whether native TensorFlow is there, for tests that need it. */
import { BackendError } from '@chronograd/backend';
import { describe, expect, it } from 'vitest';
import { GraphBackend } from '../backend.ts';
import { loadEngine, type Engine } from '../runtime/engine.ts';

function load(): Engine | BackendError {
  try {
    return loadEngine();
  } catch (error) {
    if (error instanceof BackendError && error.code === 'engine-missing') return error;
    throw error;
  }
}

/** The engine, or the error that says how to get it. */
export const native: Engine | BackendError = load();

/** Declares tests that need native TensorFlow; without it, one that says that they are left out. */
export function describeNative(name: string, tests: () => void): void {
  if (!(native instanceof BackendError)) {
    describe(name, tests);
    return;
  }
  describe(name, () => {
    it('is left out, as native TensorFlow is not there: npm run setup:tensorflow', async () => {
      const program = { state: {}, entries: {} };
      await expect(new GraphBackend().compile(program)).rejects.toMatchObject({
        code: 'engine-missing',
        message: expect.stringContaining('npm run setup:tensorflow') as string,
      });
    });
  });
}
