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

/** What a test may say to the reporter. */
interface TestContext {
  readonly annotate: (message: string, type: string) => Promise<unknown>;
}

/** The functions of a test runner that {@link nativeTests} calls. */
export interface TestRunner {
  readonly describe: (name: string, tests: () => void) => unknown;
  readonly it: (name: string, test: (context: TestContext) => Promise<void>) => unknown;
}

/**
 * Declares tests that need native TensorFlow; without it, one test that says that they are left
 * out, which the end of the run repeats, and holds the error to what it must say.
 */
export function nativeTests({ describe, it }: TestRunner, name: string, tests: () => void): void {
  describe(name, () => {
    if (!(native instanceof BackendError)) return tests();
    const { advice = '' } = native.details;
    it('is left out, as native TensorFlow is not there', async ({ annotate }) => {
      const how = 'npm run setup:tensorflow makes it, on Linux x64';
      await annotate(`${name}, as native TensorFlow is not there: ${how}`, 'left out');
      if (!advice.includes('npm run setup:tensorflow')) throw new Error(`advice: ${advice}`);
    });
  });
}
