/** A compiled program: its entries in the engine, and its state. */
import {
  listNames,
  type CompileReport,
  type Executable,
  type Feeds,
  type HostTensor,
  type Results,
} from '@chronograd/backend';
import type { TensorType } from '@chronograd/graph';
import { countNodes } from '../onnx/model.ts';
import type { EntryGraph } from '../codegen/entry.ts';
import { checks } from './engine.ts';
import type { EntrySession } from './session.ts';
import type { StateStore } from './state.ts';
import { copyOf } from './tensors.ts';

/** One entry of an {@link OnnxExecutable}. */
export interface CompiledEntry {
  readonly generated: EntryGraph;
  /** Milliseconds that code generation took. */
  readonly milliseconds: number;
  readonly session: EntrySession;
}

/** The part of the report that is the same for all entries. */
export type ReportHead = Omit<CompileReport, 'entries'>;

/** A program under onnxruntime. */
export class OnnxExecutable implements Executable {
  private disposed = false;

  constructor(
    private readonly head: ReportHead,
    private readonly entries: ReadonlyMap<string, CompiledEntry>,
    private readonly stateTypes: ReadonlyMap<string, TensorType>,
    /** Shared by executables that were compiled to share it. */
    readonly state: StateStore,
    /** Those of the backend that are in use: this one until it is disposed of. */
    private readonly inUse: Set<OnnxExecutable>,
  ) {
    inUse.add(this);
  }

  get report(): CompileReport {
    const entries = [...this.entries].map(([name, { generated, milliseconds, session }]) => [
      name,
      {
        nodes: countNodes(generated.graph),
        compileMilliseconds: milliseconds + session.milliseconds,
        parts: generated.parts,
      },
    ]);
    return { ...this.head, entries: Object.fromEntries(entries) as CompileReport['entries'] };
  }

  async run(entry: string, feeds: Feeds): Promise<Results> {
    const session = this.session(entry);
    const prepared = session.prepare(feeds);
    return this.state.inOrder(() => session.run(prepared, this.state));
  }

  async runSteps(entry: string, feeds: readonly Feeds[]): Promise<readonly Results[]> {
    const session = this.session(entry);
    const prepared = feeds.map((each) => session.prepare(each));
    return this.state.inOrder(async () => {
      const results: Results[] = [];
      for (const each of prepared) results.push(await session.run(each, this.state));
      return results;
    });
  }

  async readState(names?: readonly string[]): Promise<Readonly<Record<string, HostTensor>>> {
    this.checkAlive();
    const wanted = names ?? [...this.stateTypes.keys()];
    for (const name of wanted) checks.lookUp('state', name, this.stateTypes);
    return this.state.inOrder(() =>
      Promise.resolve(Object.fromEntries(wanted.map((name) => [name, this.state.read(name)]))),
    );
  }

  async writeState(values: Feeds): Promise<void> {
    this.checkAlive();
    checks.tensors('state', values, this.stateTypes);
    const copies = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, { ...value, data: copyOf(value.data) }]),
    );
    return this.state.inOrder(() => Promise.resolve(this.state.replace(copies)));
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    this.inUse.delete(this);
    await this.state.inOrder(async () => {
      for (const { session } of this.entries.values()) await session.release();
    });
  }

  private session(entry: string): EntrySession {
    this.checkAlive();
    return checks.lookUp('entry', entry, this.entries).session;
  }

  /** @throws {@link BackendError} `disposed` after {@link dispose}. */
  checkAlive(): void {
    const subject = `executable of ${listNames(this.entries.keys())}`;
    checks.alive(subject, this.disposed, 'Compile the program again');
  }
}
