/** A compiled program under TensorFlow. */
import type { CompileReport, Executable, Feeds, HostTensor, Results } from '@chronograd/backend';
import type { Entry, Program, TensorType } from '@chronograd/graph';
import type { ProgramGraph } from '../codegen/program.ts';
import type { TfBinding } from './binding.ts';
import { checks } from './engine.ts';
import type { GraphSession } from './session.ts';
import type { SharedState } from './state.ts';
import { createTensor, hostTensor } from './tensors.ts';

/** The part of the report that is the same for all entries. */
export type ReportHead = Omit<CompileReport, 'entries'>;

/** A run keeps the thread to itself; after so many milliseconds of runs, others have their turn. */
const TURN_MILLISECONDS = 20;

/** What a {@link GraphExecutable} is made of. */
export interface ExecutableParts {
  readonly head: ReportHead;
  readonly program: Program;
  readonly graph: ProgramGraph;
  readonly session: GraphSession;
  readonly state: SharedState;
  readonly binding: TfBinding;
  readonly onDispose: () => void;
}

interface KnownEntry {
  readonly entry: Entry;
  readonly feeds: ReadonlyMap<string, TensorType>;
}

/**
 * A program whose runs are calls of TensorFlow that return when all is done. So runs happen in the
 * order in which they are asked for, and results are in JavaScript memory at once.
 */
export class GraphExecutable implements Executable {
  readonly report: CompileReport;
  private readonly entries: ReadonlyMap<string, KnownEntry>;
  private readonly stateTypes: ReadonlyMap<string, TensorType>;
  private disposed = false;
  private turnBegan = performance.now();

  constructor(private readonly parts: ExecutableParts) {
    const { head, graph, session, program } = parts;
    this.stateTypes = new Map(Object.entries(program.state));
    this.entries = new Map(
      Object.entries(program.entries).map(([name, entry]) => {
        const feeds = new Map(entry.inputs.map((input) => [input.name, input.type]));
        return [name, { entry, feeds }];
      }),
    );
    // The engine loads the entries together.
    const share = session.milliseconds / Math.max(1, graph.entries.size);
    const entries = [...graph.entries].map(([name, { nodes, milliseconds, parts: list }]) => [
      name,
      { nodes, compileMilliseconds: milliseconds + share, parts: list },
    ]);
    this.report = { ...head, entries: Object.fromEntries(entries) as CompileReport['entries'] };
  }

  /** Shared by executables that were compiled to share it. */
  get state(): SharedState {
    return this.parts.state;
  }

  async run(entry: string, feeds: Feeds): Promise<Results> {
    const results = this.runOnce(entry, feeds);
    await this.giveTurn();
    return results;
  }

  async runSteps(entry: string, feeds: readonly Feeds[]): Promise<readonly Results[]> {
    const found = this.entry(entry);
    // All are checked before the first is run.
    for (const each of feeds) checks.allTensors('feed', each, found.feeds);
    const results = feeds.map((each) => this.runOnce(entry, each));
    await this.giveTurn();
    return results;
  }

  async readState(names?: readonly string[]): Promise<Readonly<Record<string, HostTensor>>> {
    this.checkAlive();
    const wanted = names ?? [...this.stateTypes.keys()];
    for (const name of wanted) checks.lookUp('state', name, this.stateTypes);
    const values = this.state.read(wanted);
    await this.giveTurn();
    return values;
  }

  async writeState(values: Feeds): Promise<void> {
    this.checkAlive();
    checks.tensors('state', values, this.stateTypes);
    this.state.write(values);
    await this.giveTurn();
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    const { session, state, onDispose } = this.parts;
    onDispose();
    state.leave(session);
    session.dispose();
    await this.giveTurn();
  }

  private runOnce(name: string, feeds: Feeds): Results {
    const { entry, feeds: types } = this.entry(name);
    checks.allTensors('feed', feeds, types);
    const { binding, session, state } = this.parts;
    state.bring(session, entry.reads);
    const tensors = entry.inputs.map((input) =>
      createTensor(binding, input.type, (feeds[input.name] as HostTensor).data),
    );
    let fetched: readonly number[];
    try {
      fetched = session.run(name, tensors);
    } finally {
      tensors.forEach((id) => binding.deleteTensor(id));
    }
    state.changed(session, entry.writes);
    const results = entry.outputs.map(({ name: output, type }, i) => {
      const value = hostTensor(binding, type, fetched[i] as number);
      return [output, { type, data: () => Promise.resolve(copyOf(value)) }] as const;
    });
    fetched.forEach((id) => binding.deleteTensor(id));
    return Object.fromEntries(results);
  }

  private entry(name: string): KnownEntry {
    this.checkAlive();
    return checks.lookUp('entry', name, this.entries);
  }

  /** Lets timers and other events have their turn, now and then. */
  private async giveTurn(): Promise<void> {
    if (performance.now() - this.turnBegan < TURN_MILLISECONDS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.turnBegan = performance.now();
  }

  /** @throws {@link BackendError} `disposed` after {@link dispose}. */
  checkAlive(): void {
    checks.alive('executable', this.disposed, 'Compile the program again');
  }
}

function copyOf(tensor: HostTensor): HostTensor {
  return { ...tensor, data: tensor.data.slice() };
}
