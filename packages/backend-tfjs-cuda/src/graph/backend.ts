/** The graph engine: compiles a program to one TensorFlow graph and runs it through tfjs-node. */
import {
  BackendError,
  type Backend,
  type Capabilities,
  type CompileOptions,
  type Executable,
} from '@chronograd/backend';
import type { Program } from '@chronograd/graph';
import { nativeComposites } from './codegen/composites.ts';
import { programGraph, type CodegenOptions } from './codegen/program.ts';
import { BACKEND_ID, loadEngine, type Engine, type EngineOptions } from './runtime/engine.ts';
import { GraphExecutable } from './runtime/executable.ts';
import { GraphSession } from './runtime/session.ts';
import { SharedState } from './runtime/state.ts';

/** Options of {@link GraphBackend}. */
export interface GraphBackendOptions extends EngineOptions {
  /** When loops are unrolled; the default is measured, see docs/decisions/tensorflow-graphs.md. */
  readonly codegen?: CodegenOptions;
}

/** A backend on native TensorFlow, which is loaded when the first program is compiled. */
export class GraphBackend implements Backend {
  readonly id = BACKEND_ID;
  private engine: Engine | undefined;
  private readonly executables = new Set<GraphExecutable>();
  private disposed = false;

  /** @param load for tests: another way to come by the engine */
  constructor(
    private readonly options: GraphBackendOptions = {},
    private readonly load: (options: EngineOptions) => Engine = loadEngine,
  ) {}

  capabilities(): Capabilities {
    return {
      composites: Object.fromEntries(
        nativeComposites.map((name) => [name, { forward: true, backward: true }]),
      ),
      dtypes: ['float32', 'int32', 'uint32', 'bool'],
      tolerance: 1e-5,
      severalStepsPerCall: false,
    };
  }

  compile(program: Program, options: CompileOptions = {}): Promise<Executable> {
    // Not async: what is thrown below is to become a rejection all the same.
    return new Promise((resolve) => resolve(this.build(program, options)));
  }

  dispose(): Promise<void> {
    this.disposed = true;
    const all = [...this.executables].map((executable) => executable.dispose());
    this.executables.clear();
    return Promise.all(all).then(() => undefined);
  }

  private build(program: Program, { shareStateWith }: CompileOptions): Executable {
    if (this.disposed)
      throw new BackendError('disposed', {
        backend: BACKEND_ID,
        subject: 'backend',
        expected: 'one in use',
        found: 'one that was disposed of',
      });
    this.engine ??= this.load(this.options);
    const { binding, name, device, deviceReason, precision } = this.engine;
    const state = shareStateWith ? sharedState(shareStateWith) : new SharedState(binding);
    state.declare(program.state);
    const graph = programGraph(program, this.options.codegen);
    const session = new GraphSession(binding, graph);
    state.join(session);
    const head = { backend: BACKEND_ID, engine: name, device, deviceReason, precision };
    const executable = new GraphExecutable({ head, program, graph, session, state, binding });
    this.executables.add(executable);
    return executable;
  }
}

function sharedState(executable: Executable): SharedState {
  if (executable instanceof GraphExecutable) return executable.state;
  throw new BackendError('bad-input', {
    backend: BACKEND_ID,
    subject: 'shareStateWith',
    expected: `an executable of the backend ${BACKEND_ID}, run by the same engine`,
    found: `one of ${executable.report.backend} (${executable.report.engine})`,
  });
}
