/** Which tfjs backend computes, and how code is run on it. */
import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '@chronograd/backend';
import { restoreUtil } from './restore-util.ts';
import type { KernelName, Traits } from './rule.ts';

/** A tfjs backend that is ready to compute. */
export interface Engine {
  /** Its name in tfjs: `cpu`, `wasm`, `webgpu`, `tensorflow`, … */
  readonly name: string;
  /** Why this one. */
  readonly reason: string;
  /** `float32`, or `float16` where it computes with half the digits. */
  readonly precision: string;
  readonly traits: Traits;
}

/** The start that is under way: until its end tfjs's current backend must stay as it is. */
let starting: Promise<void> | undefined;

async function noStart(): Promise<void> {
  while (starting) await starting;
}

/**
 * Makes a tfjs backend ready.
 * @param id of the backend in whose name errors are thrown
 * @param name the one to use; default: tfjs's current backend, or else the registered one of the
 *   highest priority
 * @throws {@link BackendError} `engine-missing` where it is not registered or cannot start
 */
export async function startEngine(id: string, name: string | undefined): Promise<Engine> {
  await noStart();
  const start = begin(id, name);
  const end = (): void => {
    starting = undefined;
  };
  starting = start.then(end, end);
  return start;
}

async function begin(id: string, name: string | undefined): Promise<Engine> {
  const wanted = name ?? currentBackend() ?? (await bestBackend(id));
  if (tf.findBackendFactory(wanted) === null) throw missing(id, wanted);
  if (wanted === 'tensorflow') restoreUtil();
  const before = currentBackend();
  try {
    const started = await tf.setBackend(wanted);
    if (!started)
      throw new BackendError('engine-missing', {
        backend: id,
        subject: `tfjs backend "${wanted}"`,
        expected: 'one that starts',
        found: 'one that failed to; tfjs has logged why',
      });
    quietly(() => tf.tensor1d([0]).dispose());
    const precision = `float${tf.backend().floatPrecision()}`;
    return { name: wanted, reason: reasonFor(name, before), precision, traits: await probe() };
  } finally {
    if (before !== undefined && before !== wanted) await tf.setBackend(before);
  }
}

function reasonFor(name: string | undefined, before: string | undefined): string {
  if (name !== undefined) return 'asked for';
  return before === undefined
    ? 'the registered tfjs backend of the highest priority'
    : "tfjs's current backend";
}

/** tfjs's current backend, if one was chosen. */
function currentBackend(): string | undefined {
  // Until then the name is not there, whatever its type says.
  return (tf.engine().backendName as string | undefined) ?? undefined;
}

async function bestBackend(id: string): Promise<string> {
  if (Object.keys(tf.engine().registryFactory).length === 0) throw missing(id, undefined);
  await tf.ready();
  return tf.getBackend();
}

function missing(id: string, name: string | undefined): BackendError {
  const registered = Object.keys(tf.engine().registryFactory);
  const example = name ?? 'cpu';
  return new BackendError('engine-missing', {
    backend: id,
    subject: name === undefined ? 'tfjs backend' : `tfjs backend "${name}"`,
    expected: 'one that is registered with tfjs',
    found: registered.length > 0 ? `only ${registered.join(', ')}` : 'none',
    advice:
      `Install it and import it once, e.g. npm install @tensorflow/tfjs-backend-${example} and ` +
      `import '@tensorflow/tfjs-backend-${example}'`,
  });
}

/** tfjs's cpu backend advertises another at the first tensor that it is given. */
function quietly(task: () => void): void {
  const before = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    task();
  } finally {
    tf.env().set('PROD', before);
  }
}

/** Tries the current tfjs backend. */
async function probe(): Promise<Traits> {
  const [a, b] = [123456789, 987654321];
  const [product, greater, lesser, sine, sign, signOfNaN] = await Promise.all([
    elementOf(() => tf.mul(tf.scalar(a, 'int32'), tf.scalar(b, 'int32'))),
    elementOf(() => tf.maximum(tf.scalar(1), tf.scalar(NaN))),
    elementOf(() => tf.minimum(tf.scalar(1), tf.scalar(NaN))),
    elementOf(() => tf.sin(tf.scalar(SMALL))),
    elementOf(() => tf.sign(tf.scalar(SMALL))),
    elementOf(() => tf.sign(tf.scalar(NaN))),
  ]);
  return {
    exactProducts: product === Math.imul(a, b),
    extremaKeepNaN: Number.isNaN(greater) && Number.isNaN(lesser),
    oddSine: Math.abs(sine / Math.sin(SMALL) - 1) < 1e-6,
    exactSign: sign === -1 && Number.isNaN(signOfNaN),
  };
}

/** A number below zero, of a size at which kernels that add whole turns to angles show it. */
const SMALL = -1e-8;

/** The only element of a tensor that is made for it. */
async function elementOf(make: () => tf.Tensor): Promise<number> {
  const tensor = tf.tidy(make);
  const [element = NaN] = await tensor.data();
  tensor.dispose();
  return element;
}

/**
 * Runs a task, which must wait for nothing, on a tfjs backend. tfjs has one current backend in a
 * process: where that is another it is changed, and changed back after the task.
 */
export async function on<T>({ name }: Engine, task: () => T): Promise<T> {
  await noStart();
  const before = tf.getBackend();
  if (before === name) return task();
  makeCurrent(name);
  try {
    return task();
  } finally {
    makeCurrent(before);
  }
}

/** `setBackend` waits for nothing once a backend has been started. */
function makeCurrent(name: string): void {
  void tf.setBackend(name);
}

/** Those of the kernels that a tfjs backend has not registered. */
export function missingKernels({ name }: Engine, kernels: Iterable<KernelName>): KernelName[] {
  return [...kernels].filter((kernel) => !tf.getKernel(kernel, name)).sort();
}

/** `@tensorflow/tfjs-core 4.22.0` */
export function describeEngine(): string {
  return `@tensorflow/tfjs-core ${tf.version_core}`;
}
