/** A program in the engine: a SavedModel with its session, in which the variables live. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendError } from '@chronograd/backend';
import type { GraphState, ProgramGraph } from '../codegen/program.ts';
import { encodeSavedModel, SERVING_TAG } from '../tensorflow/proto.ts';
import type { TfBinding } from './binding.ts';
import { BACKEND_ID, messageOf } from './engine.ts';

/** The session of one program. Tensors are given and returned by their numbers. */
export class GraphSession {
  /** Milliseconds that the engine took to load the graph. */
  readonly milliseconds: number;
  private readonly id: number;

  /** @throws {@link BackendError} `compile-failed` where the engine refuses the graph */
  constructor(
    private readonly binding: TfBinding,
    private readonly graph: ProgramGraph,
  ) {
    const start = performance.now();
    this.id = load(binding, graph);
    this.milliseconds = performance.now() - start;
  }

  /** Whether the program has a state tensor of this name. */
  knows(state: string): boolean {
    return this.graph.state.has(state);
  }

  /**
   * Runs an entry.
   * @throws {@link BackendError} `run-failed`
   */
  run(entry: string, feeds: readonly number[]): number[] {
    const found = this.graph.entries.get(entry);
    if (!found) throw new TypeError(`tensorflow: no entry '${entry}'`);
    return this.call(`entry '${entry}'`, feeds, found.feeds, found.fetches);
  }

  /** The values of variables, as new tensors. */
  read(names: readonly string[]): number[] {
    const fetches = names.map((name) => this.access(name).read);
    return this.call('state', [], [], fetches);
  }

  /** Gives variables new values; the tensors stay the caller's. */
  write(values: ReadonlyMap<string, number>): void {
    const accesses = [...values.keys()].map((name) => this.access(name));
    const done = this.call(
      'state',
      [...values.values()],
      accesses.map(({ value }) => value),
      accesses.map(({ written }) => written),
    );
    done.forEach((id) => this.binding.deleteTensor(id));
  }

  /** Frees the session and its variables. */
  dispose(): void {
    this.binding.deleteSavedModel(this.id);
  }

  private access(name: string): GraphState {
    const access = this.graph.state.get(name);
    if (!access) throw new TypeError(`tensorflow: no state '${name}'`);
    return access;
  }

  private call(
    subject: string,
    tensors: readonly number[],
    feeds: readonly string[],
    fetches: readonly string[],
  ): number[] {
    if (fetches.length === 0) return [];
    try {
      return this.binding
        .runSavedModel(this.id, tensors, feeds.join(','), fetches.join(','))
        .map(({ id }) => id);
    } catch (cause) {
      throw failure('run-failed', subject, 'a run without an error', cause);
    }
  }
}

/** Writes the model to a folder for as long as the engine needs to load it. */
function load(binding: TfBinding, { model }: ProgramGraph): number {
  const folder = mkdtempSync(join(tmpdir(), 'chronograd-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(model));
    return binding.loadSavedModel(folder, SERVING_TAG);
  } catch (cause) {
    throw failure('compile-failed', 'program', 'a graph that TensorFlow loads', cause);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failure(
  code: 'compile-failed' | 'run-failed',
  subject: string,
  expected: string,
  cause: unknown,
): BackendError {
  const details = { backend: BACKEND_ID, subject, expected, found: messageOf(cause) };
  return new BackendError(code, details, { cause });
}
