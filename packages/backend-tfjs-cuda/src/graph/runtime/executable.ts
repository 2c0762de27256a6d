/** A compiled program under TensorFlow. */
import {
  BackendError,
  type CompileReport,
  type Executable,
  type Feeds,
  type HostTensor,
  type Results,
} from '@chronograd/backend';
import type { Entry, Program } from '@chronograd/graph';
import type { ProgramGraph } from '../codegen/program.ts';
import type { TfBinding } from './binding.ts';
import { BACKEND_ID } from './engine.ts';
import type { GraphSession } from './session.ts';
import type { SharedState } from './state.ts';
import { checkNames, checkTensor, createTensor, hostTensor } from './tensors.ts';

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
}

/**
 * A program whose runs are calls of TensorFlow that return when all is done. So runs happen in the
 * order in which they are asked for, and results are in JavaScript memory at once.
 */
export class GraphExecutable implements Executable {
  readonly report: CompileReport;
  private disposed = false;
  private turnBegan = performance.now();

  constructor(private readonly parts: ExecutableParts) {
    const { head, graph, session } = parts;
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
    for (const each of feeds) checkFeeds(entry, found, each);
    const results = feeds.map((each) => this.runOnce(entry, each));
    await this.giveTurn();
    return results;
  }

  async readState(names?: readonly string[]): Promise<Readonly<Record<string, HostTensor>>> {
    this.checkAlive();
    const values = this.state.read(names ?? Object.keys(this.parts.program.state));
    await this.giveTurn();
    return values;
  }

  async writeState(values: Feeds): Promise<void> {
    this.checkAlive();
    this.state.write(values);
    await this.giveTurn();
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    const { session, state } = this.parts;
    state.leave(session);
    session.dispose();
    await this.giveTurn();
  }

  private runOnce(name: string, feeds: Feeds): Results {
    const entry = this.entry(name);
    checkFeeds(name, entry, feeds);
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

  private entry(name: string): Entry {
    this.checkAlive();
    const { entries } = this.parts.program;
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (entry) return entry;
    throw new BackendError('bad-input', {
      backend: BACKEND_ID,
      subject: 'entry',
      expected: Object.keys(entries).join(', '),
      found: `'${name}'`,
    });
  }

  /** Lets timers and other events have their turn, now and then. */
  private async giveTurn(): Promise<void> {
    if (performance.now() - this.turnBegan < TURN_MILLISECONDS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.turnBegan = performance.now();
  }

  private checkAlive(): void {
    if (this.disposed)
      throw new BackendError('disposed', {
        backend: BACKEND_ID,
        subject: 'executable',
        expected: 'one in use',
        found: 'one that was disposed of',
      });
  }
}

function checkFeeds(name: string, { inputs }: Entry, feeds: Feeds): void {
  checkNames(
    `feeds of '${name}'`,
    inputs.map((input) => input.name),
    feeds,
  );
  for (const input of inputs)
    checkTensor(`feed '${input.name}' of '${name}'`, input.type, feeds[input.name] as HostTensor);
}

function copyOf(tensor: HostTensor): HostTensor {
  return { ...tensor, data: tensor.data.slice() };
}
