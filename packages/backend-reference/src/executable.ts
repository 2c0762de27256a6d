/** A program under interpretation. */
import {
  Checks,
  hostArrayNames,
  listNames,
  type CompileReport,
  type Executable,
  type Feeds,
  type HostTensor,
  type Results,
} from '@chronograd/backend';
import type { Entry, Program, TensorType } from '@chronograd/graph';
import { evaluate } from './interpret.ts';
import type { State } from './state.ts';
import { fromHost, toHost, type Tensor64 } from './tensor.ts';

/** Tensors in double precision, by name. */
export type Tensors64 = Readonly<Record<string, Tensor64>>;

/** Checks of the contract's tensors. */
const checks = new Checks('reference');
/** Checks of the interpreter's tensors. */
const checks64 = new Checks('reference', { ...hostArrayNames, float32: 'Float64Array' });

/** {@link Executable} of this backend; it also takes and gives what has not been rounded. */
export class ReferenceExecutable implements Executable {
  #state: State;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #stateTypes: ReadonlyMap<string, TensorType>;
  readonly #inUse: Set<ReferenceExecutable>;
  #disposed = false;

  /**
   * @param inUse executables of the backend that are in use: this one until it is disposed of, so
   *   that the backend does not hold it longer
   */
  constructor(
    program: Program,
    state: State,
    readonly report: CompileReport,
    inUse: Set<ReferenceExecutable>,
  ) {
    this.#inUse = inUse.add(this);
    this.#entries = new Map(Object.entries(program.entries));
    this.#stateTypes = new Map(Object.entries(program.state));
    this.#state = state;
  }

  // An async function runs to its end before it returns, for it awaits nothing: so calls are
  // executed in order, and an error is a rejection.

  async run(entry: string, feeds: Feeds): Promise<Results> {
    return this.#run(entry, feeds);
  }

  async runSteps(entry: string, feeds: readonly Feeds[]): Promise<readonly Results[]> {
    // All are checked before the first is run.
    for (const step of feeds) this.#checkFeeds(entry, step);
    return feeds.map((step) => this.#run(entry, step));
  }

  async readState(names?: readonly string[]): Promise<Readonly<Record<string, HostTensor>>> {
    return mapValues(this.readState64(names), toHost);
  }

  async writeState(values: Feeds): Promise<void> {
    this.checkAlive();
    checks.tensors('state', values, this.#stateTypes);
    this.writeState64(mapValues(values, fromHost));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#inUse.delete(this);
    this.#state = new Map();
  }

  /** As {@link run}, without rounding. */
  run64(entry: string, feeds: Tensors64): Tensors64 {
    this.checkAlive();
    const { inputs, reads, outputs, writes, func } = this.#entry(entry);
    checks64.allTensors(`entry "${entry}": input`, feeds, typesOf(inputs));
    const results = evaluate(func, [
      ...inputs.map(({ name }) => feeds[name] as Tensor64),
      ...reads.map((name) => this.#state.get(name) as Tensor64),
    ]);
    writes.forEach((name, i) => this.#state.set(name, results[outputs.length + i] as Tensor64));
    return Object.fromEntries(outputs.map(({ name }, i) => [name, results[i] as Tensor64]));
  }

  /**
   * State tensors without rounding (all, unless named). Their elements are the state's own: to be
   * read only.
   */
  readState64(names: readonly string[] = [...this.#stateTypes.keys()]): Tensors64 {
    this.checkAlive();
    for (const name of names) checks.lookUp('state', name, this.#stateTypes);
    return Object.fromEntries(names.map((name) => [name, this.#state.get(name) as Tensor64]));
  }

  /** As {@link writeState}, without rounding. */
  writeState64(values: Tensors64): void {
    this.checkAlive();
    checks64.tensors('state', values, this.#stateTypes);
    for (const [name, { dtype, shape, data }] of Object.entries(values))
      this.#state.set(name, { dtype, shape, data: data.slice() });
  }

  /** The state itself, for an executable that shares it. */
  shareState(): State {
    return this.#state;
  }

  #checkFeeds(entry: string, feeds: Feeds): void {
    this.checkAlive();
    const types = typesOf(this.#entry(entry).inputs);
    checks.allTensors(`entry "${entry}": input`, feeds, types);
  }

  #run(entry: string, feeds: Feeds): Results {
    this.#checkFeeds(entry, feeds);
    return mapValues(this.run64(entry, mapValues(feeds, fromHost)), (tensor) => ({
      type: { dtype: tensor.dtype, shape: tensor.shape },
      data: async () => toHost(tensor),
    }));
  }

  #entry(name: string): Entry {
    return checks.lookUp('entry', name, this.#entries);
  }

  /** @throws {@link BackendError} `disposed` after {@link dispose}. */
  checkAlive(): void {
    const subject =
      `executable of ${listNames(this.#entries.keys())} with ` +
      `${this.#stateTypes.size} state tensors`;
    checks.alive(subject, this.#disposed, 'Compile the program again');
  }
}

function typesOf(inputs: Entry['inputs']): ReadonlyMap<string, TensorType> {
  return new Map(inputs.map(({ name, type }) => [name, type]));
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
