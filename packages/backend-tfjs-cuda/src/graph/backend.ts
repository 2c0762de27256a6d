/** The graph engine: compiles a program to one TensorFlow graph and runs it through tfjs-node. */
import type { Backend, Capabilities, CompileOptions, Executable } from '@chronograd/backend';
import type { Program } from '@chronograd/graph';
import { nativeComposites } from './codegen/composites.ts';
import { programGraph, type CodegenOptions } from './codegen/program.ts';
import {
  BACKEND_ID,
  checks,
  loadEngine,
  type Engine,
  type EngineOptions,
} from './runtime/engine.ts';
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
  private readonly own = new WeakSet<GraphExecutable>();
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
    return Promise.all(all).then(() => undefined);
  }

  private build(program: Program, { shareStateWith }: CompileOptions): Executable {
    checks.alive('backend', this.disposed, 'Make another with tfjsCuda()');
    this.engine ??= this.load(this.options);
    const { binding, name, device, deviceReason, precision } = this.engine;
    const state = shareStateWith
      ? checks.sharing(this.own, shareStateWith).state
      : new SharedState(binding);
    state.declare(program.state);
    const graph = programGraph(program, device === 'cpu' ? 'cpu' : 'cuda', this.options.codegen);
    const session = new GraphSession(binding, graph);
    state.join(session);
    const head = { backend: BACKEND_ID, engine: name, device, deviceReason, precision };
    const executable: GraphExecutable = new GraphExecutable({
      head,
      program,
      graph,
      session,
      state,
      binding,
      onDispose: () => this.executables.delete(executable),
    });
    this.executables.add(executable);
    this.own.add(executable);
    return executable;
  }
}
