/** Loads onnxruntime-node, and finds out which device it can use. */
import { BackendError, Checks } from '@chronograd/backend';
import type * as Ort from 'onnxruntime-node';
import { IR_VERSION, OPSET, encodeModel } from '../onnx/proto.ts';

/** The engine's module. */
export type Engine = typeof Ort;

/** Loads the engine's module; throws what `import` throws. */
export type LoadEngine = () => Promise<Engine>;

/** Which device to use: `auto` takes CUDA where its provider loads, else the CPU. */
export type DeviceChoice = 'auto' | 'cpu' | 'cuda';

/** How much the engine writes to the standard error stream. */
export type LogLevel = 'verbose' | 'info' | 'warning' | 'error' | 'fatal';

/** Id of this backend. */
export const BACKEND_ID = 'onnx-cuda';

/** Checks of what callers hand in. */
export const checks = new Checks(BACKEND_ID);

/** Only when a backend is first used: the native library is large. */
export const importEngine: LoadEngine = () => import('onnxruntime-node');

/** A device and why it was taken. */
export interface Device {
  readonly provider: 'cpu' | 'cuda';
  /** `cpu` or `cuda:0`. */
  readonly name: string;
  readonly reason: string;
}

/**
 * Loads the engine. Its log level is one for the whole process: the first that is asked for.
 * @throws {@link BackendError} `engine-missing` where it cannot be loaded
 */
export async function loadEngine(load: LoadEngine, logLevel: LogLevel): Promise<Engine> {
  try {
    const engine = await load();
    engine.env.logLevel = logLevel;
    return engine;
  } catch (cause) {
    throw new BackendError(
      'engine-missing',
      {
        backend: BACKEND_ID,
        subject: 'engine',
        expected: `onnxruntime-node with its native library for ${process.platform}-${process.arch}`,
        found: messageOf(cause),
        advice: 'Install it: npm install onnxruntime-node',
      },
      { cause },
    );
  }
}

/**
 * Decides on a device by trying it.
 * @throws {@link BackendError} `engine-missing` where CUDA was asked for and does not load
 */
export async function chooseDevice(engine: Engine, choice: DeviceChoice): Promise<Device> {
  if (choice === 'cpu') return { provider: 'cpu', name: 'cpu', reason: 'asked for' };
  const failure = await tryCuda(engine);
  if (failure === undefined)
    return {
      provider: 'cuda',
      name: 'cuda:0',
      reason: choice === 'cuda' ? 'asked for' : 'the CUDA provider loads',
    };
  if (choice === 'auto')
    return { provider: 'cpu', name: 'cpu', reason: `CUDA is not there: ${failure}` };
  throw new BackendError('engine-missing', {
    backend: BACKEND_ID,
    subject: 'device cuda',
    expected: 'the CUDA provider of onnxruntime-node, CUDA 12, cuDNN 9 and an NVIDIA GPU',
    found: failure,
    advice:
      "Fetch the provider with onnxruntime-node's install script (npm rebuild onnxruntime-node, " +
      "with scripts on), or use device 'auto' or 'cpu'",
  });
}

/** Why a small model does not load with the CUDA provider; `undefined` if it does. */
async function tryCuda(engine: Engine): Promise<string | undefined> {
  const type = { dtype: 'float32', shape: [1] } as const;
  const probe = encodeModel({
    name: 'probe',
    inputs: [{ name: 'x', type }],
    outputs: [{ name: 'y', type }],
    nodes: [{ op: 'Neg', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
    initializers: [],
  });
  try {
    const options = { executionProviders: ['cuda'], logSeverityLevel: 4 as const };
    await (await engine.InferenceSession.create(probe, options)).release();
    return undefined;
  } catch (cause) {
    return messageOf(cause);
  }
}

/** The first line of what was thrown. */
export function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split('\n', 1)[0] ?? text;
}

/** `onnxruntime-node 1.30.0 (opset 21, IR 10)` */
export function describeEngine(engine: Engine): string {
  const version = engine.env.versions.node ?? engine.env.versions.common;
  return `onnxruntime-node ${version} (opset ${OPSET}, IR ${IR_VERSION})`;
}
