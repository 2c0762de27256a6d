/** The backend: compiles programs to ONNX graphs and runs them in onnxruntime-node. */
import type { Backend, Capabilities, CompileOptions, Executable } from '@chronograd/backend';
import type { Program } from '@chronograd/graph';
import type { InferenceSession } from 'onnxruntime-node';
import { nativeComposites } from './codegen/composites.ts';
import { entryGraph, type CodegenOptions } from './codegen/entry.ts';
import { packEntry } from './passes/pack-state.ts';
import {
  checks,
  BACKEND_ID,
  chooseDevice,
  describeEngine,
  importEngine,
  loadEngine,
  type Device,
  type DeviceChoice,
  type Engine,
  type LoadEngine,
  type LogLevel,
} from './runtime/engine.ts';
import { OnnxExecutable, type CompiledEntry } from './runtime/executable.ts';
import { EntrySession } from './runtime/session.ts';
import { StateStore } from './runtime/state.ts';

/** Options of {@link onnxBackend}. */
export interface OnnxBackendOptions {
  /**
   * `auto` takes CUDA where its provider loads and the CPU otherwise, and the report says why.
   * Default `auto`.
   */
  readonly device?: DeviceChoice;
  /**
   * Threads within one operator, on CPU. Default 1: a step of a recurrent layer is a product of
   * small matrices, which takes less time than waking a second thread. More pays for wide layers
   * and large batches.
   */
  readonly threads?: number;
  /**
   * What the engine writes to the standard error stream. Default `fatal`: errors are thrown with
   * the engine's message, and its log would only say them twice.
   */
  readonly logLevel?: LogLevel;
  /** When loops are unrolled; the default is measured, see docs/decisions/onnx-long-scans.md. */
  readonly codegen?: Pick<CodegenOptions, 'unrollLimit'>;
}

const DEFAULT_LOG_LEVEL: LogLevel = 'fatal';
const SEVERITY: Readonly<Record<LogLevel, 0 | 1 | 2 | 3 | 4>> = {
  verbose: 0,
  info: 1,
  warning: 2,
  error: 3,
  fatal: 4,
};

/** A backend on onnxruntime-node. The engine is loaded when the first program is compiled. */
export function onnxBackend(options: OnnxBackendOptions = {}): Backend {
  return new OnnxBackend(options, importEngine);
}

/** {@link onnxBackend} with a way to load the engine. */
export class OnnxBackend implements Backend {
  readonly id = BACKEND_ID;
  private started: Promise<{ engine: Engine; device: Device }> | undefined;
  private readonly inUse = new Set<OnnxExecutable>();
  private readonly own = new WeakSet<OnnxExecutable>();
  private disposed = false;

  constructor(
    private readonly options: OnnxBackendOptions,
    private readonly load: LoadEngine,
  ) {}

  capabilities(): Capabilities {
    return {
      composites: Object.fromEntries(
        nativeComposites.map((name) => [name, { forward: true, backward: false }]),
      ),
      dtypes: ['float32', 'int32', 'uint32', 'bool'],
      tolerance: 1e-5,
      severalStepsPerCall: false,
    };
  }

  async compile(program: Program, { shareStateWith }: CompileOptions = {}): Promise<Executable> {
    checks.alive('backend', this.disposed, 'Make another with onnxBackend()');
    const shared = shareStateWith && checks.sharing(this.own, shareStateWith).state;
    this.started ??= this.start();
    const { engine, device } = await this.started;
    const state = shared ?? new StateStore(engine);
    state.declare(program);
    const entries = this.compileEntries(engine, device, program, state);
    const head = {
      backend: BACKEND_ID,
      engine: describeEngine(engine),
      device: device.name,
      deviceReason: device.reason,
      precision: precisionOf(device),
    };
    const types = new Map(Object.entries(program.state));
    const executable = new OnnxExecutable(head, entries, types, state, this.inUse);
    this.own.add(executable);
    return executable;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    for (const executable of this.inUse) await executable.dispose();
  }

  private async start(): Promise<{ engine: Engine; device: Device }> {
    const engine = await loadEngine(this.load, this.options.logLevel ?? DEFAULT_LOG_LEVEL);
    return { engine, device: await chooseDevice(engine, this.options.device ?? 'auto') };
  }

  private compileEntries(
    engine: Engine,
    device: Device,
    program: Program,
    { vectors }: StateStore,
  ): ReadonlyMap<string, CompiledEntry> {
    const options = this.sessionOptions(device);
    // onnxruntime's own operators have kernels for the CPU: elsewhere each would be a round trip.
    const codegen = { ...this.options.codegen, portable: device.provider !== 'cpu' };
    return new Map(
      Object.entries(program.entries).map(([name, entry]) => {
        const start = performance.now();
        const packed = packEntry(entry, program.state, vectors);
        const generated = entryGraph(name, packed.entry, packed.state, codegen);
        const milliseconds = performance.now() - start;
        const session = new EntrySession(engine, name, entry, generated, options);
        return [name, { generated, milliseconds, session }];
      }),
    );
  }

  private sessionOptions(device: Device): InferenceSession.SessionOptions {
    const { threads = 1, logLevel = DEFAULT_LOG_LEVEL } = this.options;
    return {
      executionProviders: device.provider === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: SEVERITY[logLevel],
    };
  }
}

/**
 * onnxruntime's CUDA provider multiplies matrices in TF32 where the GPU can, and the Node API has no
 * option against it; NVIDIA's libraries read this variable.
 */
function precisionOf(device: Device): string {
  return device.provider === 'cpu' || process.env['NVIDIA_TF32_OVERRIDE'] === '0'
    ? 'float32'
    : 'tf32';
}
