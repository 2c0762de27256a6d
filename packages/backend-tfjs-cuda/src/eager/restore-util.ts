/** What tfjs-node needs of Node and later ones lack. */

/** The functions of Node's `util` that Node 23 took away and tfjs-node 4.22 calls. */
const removed = {
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: (value: unknown): boolean => Array.isArray(value),
};

/** Node's `process`, as far as it is used here. */
interface NodeProcess {
  /** Node 20.16 and later; those before it lack nothing. */
  readonly getBuiltinModule?: (id: string) => object | undefined;
}

/**
 * Gives Node's `util` back the functions that the JavaScript of `@tensorflow/tfjs-node` 4.22 calls
 * and that Node 23 and later lack, so that it computes there. What is there stays; elsewhere than in
 * Node nothing is done. The eager engine calls this for tfjs's backend `tensorflow`; whoever uses
 * tfjs-node besides may call it before its first operation.
 */
export function restoreUtil(): void {
  const { process } = globalThis as { process?: NodeProcess };
  const util = process?.getBuiltinModule?.('node:util');
  if (util)
    for (const [name, f] of Object.entries(removed)) if (!(name in util)) define(util, name, f);
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}
