/** The user's choice between the engines. */
import {
  BackendError,
  type Backend,
  type Capabilities,
  type CompileOptions,
  type Executable,
} from '@chronograd/backend';
import type { Program } from '@chronograd/graph';
import { eagerBackend } from './eager/index.ts';
import { GraphBackend } from './graph/backend.ts';
import type { CodegenOptions } from './graph/codegen/program.ts';
import { BACKEND_ID, checks, loadEngine } from './graph/runtime/engine.ts';

/** Options of {@link tfjsCuda}. */
export interface TfjsCudaOptions {
  /**
   * `graph`: a program is one graph of native TensorFlow, through `@tensorflow/tfjs-node-gpu` or
   * `@tensorflow/tfjs-node`; an error says what to install where neither is there. `eager`: op by
   * op on whatever tfjs backend the application has imported, some ten times slower. `auto`: the
   * first where it is there, else the second, and the compile report says why. Default `graph`.
   */
  readonly engine?: 'graph' | 'eager' | 'auto';
  /**
   * Graph engine: threads within one operation, on CPU. Default 1: a step of a recurrent layer is
   * a product of small matrices, which takes less time than waking a second thread. More pays for
   * wide layers and large batches. TensorFlow has one setting for the whole process, the first that
   * it is started with; TF_NUM_INTRAOP_THREADS in the environment comes before it.
   */
  readonly threads?: number;
  /**
   * Graph engine: the only place to look, a folder with packages or that of
   * `@tensorflow/tfjs-node` itself. Default: the environment variable CHRONOGRAD_TFJS; else the
   * application's packages, then what `npm run setup:tensorflow` has built.
   */
  readonly from?: string;
  /** Graph engine: when loops are unrolled. */
  readonly codegen?: CodegenOptions;
  /** Eager engine: the tfjs backend to use, e.g. `wasm`. Default: tfjs's current one. */
  readonly tfBackend?: string;
}

/**
 * A backend on TensorFlow. It is loaded when it is first needed.
 *
 * TensorFlow's settings are the environment's: its log is off (TF_CPP_MIN_LOG_LEVEL), TF32 is off
 * (NVIDIA_TF32_OVERRIDE), memory of a GPU is taken as it is needed (TF_FORCE_GPU_ALLOW_GROWTH); a
 * variable that is set already stays as it is.
 */
export function tfjsCuda(options: TfjsCudaOptions = {}): Backend {
  switch (options.engine ?? 'graph') {
    case 'graph':
      return new GraphBackend(options);
    case 'eager':
      return eagerAs(options, 'asked for');
    case 'auto':
      return new ChosenBackend(() => choose(options));
  }
}

function choose(options: TfjsCudaOptions): Backend {
  try {
    const engine = loadEngine(options);
    return new GraphBackend(options, () => engine);
  } catch (error) {
    if (!(error instanceof BackendError) || error.code !== 'engine-missing') throw error;
    return eagerAs(options, `native TensorFlow is not there: ${error.details.found}`);
  }
}

function eagerAs({ tfBackend }: TfjsCudaOptions, reason: string): Backend {
  return eagerBackend(tfBackend === undefined ? {} : { tfBackend }, { id: BACKEND_ID, reason });
}

/** A backend that is chosen when it is first needed. */
class ChosenBackend implements Backend {
  readonly id = BACKEND_ID;
  private chosen: Backend | undefined;
  private disposed = false;

  constructor(private readonly choose: () => Backend) {}

  capabilities(): Capabilities {
    return this.backend().capabilities();
  }

  async compile(program: Program, options?: CompileOptions): Promise<Executable> {
    checks.alive('backend', this.disposed, 'Make another with tfjsCuda()');
    return this.backend().compile(program, options);
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.chosen?.dispose();
  }

  private backend(): Backend {
    this.chosen ??= this.choose();
    return this.chosen;
  }
}
