/**
 * The state of a model: parameters, optimizer slots, states of stateful layers. It lives in the
 * engine, in executables without entries that are kept as long as the model. Whatever the model
 * compiles shares it, so that programs for single shapes may come and go.
 */
import type { Backend, Executable, HostTensor } from '@chronograd/backend';
import { formatType, sameType, type Program, type TensorType } from '@chronograd/graph';
import { ModelError } from '../errors.ts';

/** Tensors by name. */
export type HostTensors = Readonly<Record<string, HostTensor>>;

/** First values for the state tensors that a program brings. */
export type FirstValues = (program: Program) => HostTensors;

/** State tensors in the engine, by name. */
export class ModelState {
  /** Changes whenever state is written other than by a training step. */
  version = 0;
  readonly #backend: Backend;
  readonly #firstValues: FirstValues;
  readonly #pending: Map<string, HostTensor>;
  readonly #holders: Executable[] = [];
  readonly #owners = new Map<string, { readonly holder: Executable; readonly type: TensorType }>();
  #adopting: Promise<unknown> = Promise.resolve();

  /**
   * @param firstValues of whatever is not in `saved`
   * @param saved values of state tensors that programs may bring
   */
  constructor(backend: Backend, firstValues: FirstValues, saved: HostTensors = {}) {
    this.#backend = backend;
    this.#firstValues = firstValues;
    this.#pending = new Map(Object.entries(saved));
  }

  /** What every executable of the model shares its state with. */
  get root(): Executable {
    const [root] = this.#holders;
    if (!root) throw new Error('chronograd: no state was adopted before a program was compiled');
    return root;
  }

  /** Names of all state tensors so far. */
  get names(): readonly string[] {
    return [...this.#owners.keys()];
  }

  /** The type of a state tensor, where there is one. */
  typeOf(name: string): TensorType | undefined {
    return this.#owners.get(name)?.type;
  }

  /**
   * Makes the state tensors of a program that there are not yet, with their first values.
   * @throws {@link ModelError} `stateful-batch` where one is there with another shape
   */
  adopt(program: Program): Promise<void> {
    const adopted = this.#adopting.then(() => this.#adopt(program));
    // A program that cannot be adopted must not keep the next one from it.
    this.#adopting = adopted.catch(() => undefined);
    return adopted;
  }

  async #adopt(program: Program): Promise<void> {
    const types: Record<string, TensorType> = {};
    for (const [name, type] of Object.entries(program.state)) {
      const pending = this.#pending.get(name);
      const known = this.#owners.get(name)?.type ?? pending;
      if (!this.#owners.has(name)) types[name] = type;
      if (!known) continue;
      if (!sameType(known, type))
        throw new ModelError({
          code: 'stateful-batch',
          subject: `state "${name}"`,
          expected: `${formatType(known)}, as before`,
          found: formatType(type),
          advice:
            'A stateful model keeps a state for each row, so every batch has the same size; for another size compile a second model and give it the weights with setWeights',
        });
    }
    const names = Object.keys(types);
    if (names.length === 0 && this.#holders.length > 0) return;
    const holder = await this.#backend.compile(
      { state: types, entries: {} },
      this.#holders.length > 0 ? { shareStateWith: this.root } : {},
    );
    const first = {
      ...this.#firstValues({ state: types, entries: {} }),
      ...Object.fromEntries(this.#pending),
    };
    await holder.writeState(pick(first, names));
    this.#holders.push(holder);
    for (const name of names) {
      this.#owners.set(name, { holder, type: types[name] as TensorType });
      this.#pending.delete(name);
    }
  }

  /** Saved values that no program has brought yet. */
  get pending(): HostTensors {
    return Object.fromEntries(this.#pending);
  }

  /** Copies of state tensors: of all, unless named. */
  async read(names: readonly string[] = this.names): Promise<HostTensors> {
    const parts = await Promise.all(
      [...this.#byHolder(names)].map(([holder, own]) => holder.readState(own)),
    );
    return Object.assign({}, ...parts) as HostTensors;
  }

  /** Replaces state tensors, all of whose names and types are known to fit. */
  async write(values: HostTensors): Promise<void> {
    this.version++;
    await Promise.all(
      [...this.#byHolder(Object.keys(values))].map(([holder, own]) =>
        holder.writeState(pick(values, own)),
      ),
    );
  }

  /** Lets saved values go that no program has brought yet: they start anew. */
  forget(names: readonly string[]): void {
    for (const name of names) this.#pending.delete(name);
  }

  /** Frees the state. */
  async dispose(): Promise<void> {
    await this.#adopting;
    for (const holder of this.#holders.splice(0).reverse()) await holder.dispose();
    this.#owners.clear();
  }

  #byHolder(names: readonly string[]): Map<Executable, string[]> {
    const groups = new Map<Executable, string[]>();
    for (const name of names) {
      const owner = this.#owners.get(name);
      if (!owner) throw new Error(`chronograd: no state tensor "${name}"`);
      const group = groups.get(owner.holder);
      if (group) group.push(name);
      else groups.set(owner.holder, [name]);
    }
    return groups;
  }
}

function pick(values: HostTensors, names: readonly string[]): HostTensors {
  const picked: Record<string, HostTensor> = {};
  for (const name of names) {
    const value = values[name];
    if (value) picked[name] = value;
  }
  return picked;
}
