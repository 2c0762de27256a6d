/** A program under interpretation. */
import {
  BackendError,
  type CompileReport,
  type Executable,
  type Feeds,
  type HostTensor,
  type Results,
} from '@chronograd/backend';
import { formatType, type Entry, type Program, type TensorType } from '@chronograd/graph';
import {
  arrays64,
  badInput,
  checkComplete,
  checkTensors,
  hostArrays,
  list,
} from './check-tensors.ts';
import { evaluate } from './interpret.ts';
import type { State } from './state.ts';
import { fromHost, toHost, type Tensor64 } from './tensor.ts';

/** Tensors in double precision, by name. */
export type Tensors64 = Readonly<Record<string, Tensor64>>;

/** {@link Executable} of this backend; it also takes and gives what has not been rounded. */
export class ReferenceExecutable implements Executable {
  #state: State;
  readonly #entries: Program['entries'];
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
    this.#entries = program.entries;
    this.#stateTypes = new Map(Object.entries(program.state));
    this.#state = state;
  }

  // An async function runs to its end before it returns, for it awaits nothing: so calls are
  // executed in order, and an error is a rejection.

  async run(entry: string, feeds: Feeds): Promise<Results> {
    return this.#run(entry, feeds);
  }

  async runSteps(entry: string, feeds: readonly Feeds[]): Promise<readonly Results[]> {
    return feeds.map((step) => this.#run(entry, step));
  }

  async readState(names?: readonly string[]): Promise<Readonly<Record<string, HostTensor>>> {
    return mapValues(this.readState64(names), toHost);
  }

  async writeState(values: Feeds): Promise<void> {
    this.#checkAlive();
    checkTensors('state', values, this.#stateTypes, hostArrays);
    this.writeState64(mapValues(values, fromHost));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#inUse.delete(this);
    this.#state = new Map();
  }

  /** As {@link run}, without rounding. */
  run64(entry: string, feeds: Tensors64): Tensors64 {
    this.#checkAlive();
    const { inputs, reads, outputs, writes, func } = this.#entry(entry);
    const types = new Map(inputs.map(({ name, type }) => [name, type]));
    const kind = `entry "${entry}": input`;
    checkTensors(kind, feeds, types, arrays64);
    checkComplete(kind, feeds, types);
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
    this.#checkAlive();
    for (const name of names)
      if (!this.#stateTypes.has(name))
        throw badInput(`state "${name}"`, `one of ${list(this.#stateTypes.keys())}`, `"${name}"`);
    return Object.fromEntries(names.map((name) => [name, this.#state.get(name) as Tensor64]));
  }

  /** As {@link writeState}, without rounding. */
  writeState64(values: Tensors64): void {
    this.#checkAlive();
    checkTensors('state', values, this.#stateTypes, arrays64);
    for (const [name, { dtype, shape, data }] of Object.entries(values))
      this.#state.set(name, { dtype, shape, data: data.slice() });
  }

  /** The state itself, for an executable that shares it. */
  shareState(): State {
    this.#checkAlive();
    return this.#state;
  }

  #run(entry: string, feeds: Feeds): Results {
    this.#checkAlive();
    const types = new Map(this.#entry(entry).inputs.map(({ name, type }) => [name, type]));
    checkTensors(`entry "${entry}": input`, feeds, types, hostArrays);
    return mapValues(this.run64(entry, mapValues(feeds, fromHost)), (tensor) => ({
      type: { dtype: tensor.dtype, shape: tensor.shape },
      data: async () => toHost(tensor),
    }));
  }

  #entry(name: string): Entry {
    const entry = Object.hasOwn(this.#entries, name) ? this.#entries[name] : undefined;
    if (!entry)
      throw badInput(`entry "${name}"`, `one of ${list(Object.keys(this.#entries))}`, `"${name}"`);
    return entry;
  }

  #checkAlive(): void {
    if (!this.#disposed) return;
    const state = [...this.#stateTypes].map(([name, type]) => `${name} ${formatType(type)}`);
    throw new BackendError('disposed', {
      backend: 'reference',
      subject: `executable of ${list(Object.keys(this.#entries))} with ${state.length} state tensors`,
      expected: 'one in use',
      found: 'one that was disposed of',
      advice: 'Compile the program again',
    });
  }
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
