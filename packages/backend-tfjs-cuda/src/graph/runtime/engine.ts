/** Finds tfjs-node and loads it, with TensorFlow set up before it starts. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { BackendError, Checks } from '@chronograd/backend';
import type { TfBinding } from './binding.ts';

/** Id of this backend. */
export const BACKEND_ID = 'tfjs-cuda';

/** Checks that throw in its name. */
export const checks = new Checks(BACKEND_ID);

/** Options of {@link loadEngine}. */
export interface EngineOptions {
  /**
   * Threads within one operation, on CPU. Default 1: a step of a recurrent layer is a product of
   * small matrices, which takes less time than waking a second thread. TensorFlow has one setting
   * for the whole process, the first that it is started with.
   */
  readonly threads?: number;
  /**
   * The only place to look: a folder with packages, or that of `@tensorflow/tfjs-node` itself.
   * Default: the environment variable CHRONOGRAD_TFJS.
   */
  readonly from?: string;
}

/** A loaded TensorFlow. */
export interface Engine {
  readonly binding: TfBinding;
  /** Where the package lies. */
  readonly folder: string;
  /** `tfjs-node 4.22.0 (TensorFlow 2.21.0)` */
  readonly name: string;
  /** `cpu` or `cuda:0` */
  readonly device: string;
  readonly deviceReason: string;
  /** `float32`, or `tf32` on a GPU if the environment asks for it. */
  readonly precision: string;
}

/** A package by its name or folder, and a file that it is resolved from. */
export interface Candidate {
  readonly request: string;
  readonly from: string;
}

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** Where `npm run setup:tensorflow` builds tfjs-node, below the folder of a workspace. */
const BUILT = join('.cache', 'tensorflow');

/**
 * Loads TensorFlow: from {@link EngineOptions.from}, else tfjs-node-gpu or tfjs-node as the
 * application has installed it, else what `npm run setup:tensorflow` has built.
 * @param places where to look instead, in this order
 * @throws {@link BackendError} `engine-missing` where there is none, or none that starts
 */
export function loadEngine(
  options: EngineOptions = {},
  places: readonly Candidate[] = candidates(options),
): Engine {
  prepareEnvironment(options);
  const failures: string[] = [];
  for (const candidate of places) {
    const loaded = tryToLoad(candidate);
    if (typeof loaded === 'string') failures.push(loaded);
    else return loaded;
  }
  throw new BackendError('engine-missing', {
    backend: BACKEND_ID,
    subject: 'engine',
    expected: `@tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node with its native library for ${process.platform}-${process.arch}`,
    found: [...new Set(failures)].join('; '),
    advice:
      'Run: npm install @tensorflow/tfjs-node-gpu (NVIDIA GPU) or npm install @tensorflow/tfjs-node; ' +
      "in chronograd's repository: npm run setup:tensorflow. " +
      "Or compute without native TensorFlow, op by op: tfjsCuda({ engine: 'eager' })",
  });
}

/** TensorFlow reads these when it starts. What the user has set stays. */
function prepareEnvironment({ threads = 1 }: EngineOptions): void {
  const settings = {
    // Errors are thrown with their messages; the log would say them twice.
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_NUM_INTRAOP_THREADS: String(threads),
    // Negative: operations run in the thread of the caller. A step is a chain of small operations,
    // and each change of threads costs more than most of them.
    TF_NUM_INTEROP_THREADS: '-1',
    // NVIDIA's libraries multiply float32 matrices in TF32 unless this says no.
    NVIDIA_TF32_OVERRIDE: '0',
    // TensorFlow would take the memory of the whole GPU.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  };
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
}

function candidates({ from = process.env['CHRONOGRAD_TFJS'] }: EngineOptions): Candidate[] {
  if (from !== undefined) {
    const folder = resolve(from);
    return [...PACKAGES, folder].map((request) => ({
      request,
      from: join(folder, 'package.json'),
    }));
  }
  const installed = PACKAGES.flatMap((request) => [
    { request, from: join(process.cwd(), 'package.json') },
    { request, from: import.meta.url },
  ]);
  const built = builtFolder(process.cwd());
  return built === undefined
    ? installed
    : [...installed, { request: PACKAGES[1], from: join(built, 'package.json') }];
}

/** The folder of `npm run setup:tensorflow` in this folder or one around it, if it is complete. */
function builtFolder(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const built = join(folder, BUILT);
    if (existsSync(join(built, 'ready.json'))) return built;
    if (dirname(folder) === folder) return undefined;
  }
}

/** What package.json says of the package and its addon. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly binary: {
    readonly module_name: string;
    /** With `{napi_build_version}` in it. */
    readonly module_path: string;
    readonly napi_versions: readonly number[];
  };
}

/** The engine, or why it does not load. */
function tryToLoad({ request, from }: Candidate): Engine | string {
  const require = createRequire(from);
  try {
    const file = require.resolve(`${request}/package.json`);
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    const addon = addonPath(dirname(file), manifest);
    if (!existsSync(addon)) return `${request}: its install script has not made ${addon}`;
    return describeEngine(dirname(file), manifest, require(addon) as TfBinding);
  } catch (cause) {
    return `${request}: ${messageOf(cause)}`;
  }
}

/** Where node-pre-gyp, which tfjs-node finds its addon with, would find it. */
function addonPath(folder: string, { binary }: Manifest): string {
  const supported = Number(process.versions['napi'] ?? 0);
  const version = Math.max(...binary.napi_versions.filter((each) => each <= supported));
  const path = binary.module_path.replace('{napi_build_version}', String(version));
  return join(folder, path, `${binary.module_name}.node`);
}

/** What is said of an engine in reports. */
export function describeEngine(
  folder: string,
  { name, version }: Pick<Manifest, 'name' | 'version'>,
  binding: TfBinding,
): Engine {
  const usesGpu = binding.isUsingGpuDevice();
  return {
    binding,
    folder,
    name: `${name.replace('@tensorflow/', '')} ${version} (TensorFlow ${binding.TF_Version})`,
    device: usesGpu ? 'cuda:0' : 'cpu',
    deviceReason: usesGpu ? 'TensorFlow finds it' : 'TensorFlow finds no CUDA device',
    precision: usesGpu && process.env['NVIDIA_TF32_OVERRIDE'] !== '0' ? 'tf32' : 'float32',
  };
}

/** The first line of what was thrown. */
export function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split('\n', 1)[0] ?? text;
}
