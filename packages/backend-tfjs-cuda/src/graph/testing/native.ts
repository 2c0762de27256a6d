/** Whether native TensorFlow is there, for tests that need it. */
import { BackendError } from '@chronograd/backend';
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

/** The functions of a test runner that {@link nativeTests} calls. */
export interface TestRunner {
  readonly describe: (name: string, tests: () => void) => unknown;
  readonly it: (name: string, test: () => void) => unknown;
}

/**
 * Declares tests that need native TensorFlow; without it, one test that says that they are left
 * out, and holds the error to what it must say.
 */
export function nativeTests({ describe, it }: TestRunner, name: string, tests: () => void): void {
  describe(name, () => {
    if (!(native instanceof BackendError)) return tests();
    const { advice = '' } = native.details;
    it('is left out, as native TensorFlow is not there: npm run setup:tensorflow', () => {
      if (!advice.includes('npm run setup:tensorflow')) throw new Error(`advice: ${advice}`);
    });
  });
}
