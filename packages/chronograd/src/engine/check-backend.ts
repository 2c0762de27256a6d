import type { Backend } from '@chronograd/backend';
import { ModelError } from '../errors.ts';
import { describe } from '../tensors/tensor.ts';

const METHODS = ['capabilities', 'compile', 'dispose'] as const;

/**
 * Whether what a user gave is a backend.
 * @throws {@link ModelError} `bad-backend`, e.g. for the id of one or for its factory itself
 */
export function checkBackend(value: unknown): asserts value is Backend {
  const expected = 'a backend, as the factory of a backend package makes it';
  const fail = (found: string, advice: string): never => {
    throw new ModelError({
      code: 'bad-backend',
      subject: 'option backend',
      expected,
      found,
      advice,
    });
  };
  const example =
    "import { onnxBackend } from '@chronograd/backend-onnx-cuda' and give backend: onnxBackend()";
  if (typeof value === 'string')
    return fail(describe(value), `There is no registry of backends by name: ${example}`);
  if (typeof value === 'function')
    return fail('a function', `Call the factory: backend: ${value.name || 'onnxBackend'}()`);
  if (typeof value !== 'object' || value === null)
    return fail(describe(value), `For instance, ${example}`);
  if (value instanceof Promise) return fail('a promise of one', 'Await it first');
  const missing = METHODS.filter((name) => typeof Reflect.get(value, name) !== 'function');
  if (typeof Reflect.get(value, 'id') !== 'string' || missing.length > 0)
    fail(
      `${describe(value)}${missing.length > 0 ? `, without ${missing.join(', ')}` : ', without an id'}`,
      'See the Backend contract of @chronograd/backend',
    );
}
