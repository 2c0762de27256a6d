/** A compiled program: its entries on the device, and its state. */
import {
  listNames,
  type CompileReport,
  type Feeds,
  type HostTensor,
  type Results,
  type SharingExecutable,
} from '@chronograd/backend';
import type { Entry, TensorType } from '@chronograd/graph';
import { checks } from './device.ts';
import type { EntryRunner } from './runner.ts';
import type { StateStore } from './state.ts';

/** One entry of a {@link WebgpuExecutable}. */
export interface LoadedEntry {
  readonly entry: Entry;
  readonly runner: EntryRunner;
}

/** A program under WebGPU. Calls reach the device in the order in which they are made. */
export class WebgpuExecutable implements SharingExecutable {
  #disposed = false;

  /** @param inUse those of the backend that are in use: this one until it is disposed of */
  constructor(
    readonly report: CompileReport,
    private readonly entries: ReadonlyMap<string, LoadedEntry>,
    private readonly types: ReadonlyMap<string, TensorType>,
    readonly state: StateStore,
    private readonly inUse: Set<WebgpuExecutable>,
  ) {
    inUse.add(this);
    state.use();
  }

  async run(entry: string, feeds: Feeds): Promise<Results> {
    const [results] = await this.runSteps(entry, [feeds]);
    return results as Results;
  }

  async runSteps(name: string, feeds: readonly Feeds[]): Promise<readonly Results[]> {
    this.checkAlive();
    const { entry, runner } = checks.lookUp('entry', name, this.entries);
    const types = new Map(entry.inputs.map((input) => [input.name, input.type]));
    for (const each of feeds) checks.allTensors(`entry "${name}": input`, each, types);
    return runner.run(feeds.map((each) => runner.pack(each)));
  }

  async readState(names?: readonly string[]): Promise<Readonly<Record<string, HostTensor>>> {
    this.checkAlive();
    const wanted = names ?? [...this.types.keys()];
    for (const name of wanted) checks.lookUp('state', name, this.types);
    this.state.on.check('reading the state');
    return this.state.read(wanted);
  }

  async writeState(values: Feeds): Promise<void> {
    this.checkAlive();
    checks.tensors('state', values, this.types);
    this.state.on.check('writing the state');
    this.state.write(values);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.inUse.delete(this);
    for (const { runner } of this.entries.values()) runner.release();
    this.state.release();
  }

  /** @throws BackendError `disposed` after {@link dispose}. */
  checkAlive(): void {
    const subject = `executable of ${listNames(this.entries.keys())}`;
    checks.alive(subject, this.#disposed, 'Compile the program again');
  }
}
