/**
 * A model's compiled programs. Shapes in a program are static, so there is one for each entry,
 * batch size and length of time that the model meets; the least recently used make room.
 */
import type { Backend, CompileReport, Executable } from '@chronograd/backend';
import { buildProgram, sameShape, type Entry, type Program, type Shape } from '@chronograd/graph';
import { bindShapes, type ResolvedModel, type TrainingSpec } from '@chronograd/spec';
import type { ModelState } from './state.ts';

/** What a program is specialised for. */
export interface Specialisation {
  readonly batch: number;
  /** Of each model input, without the batch. */
  readonly inputs: Readonly<Record<string, Shape>>;
  /** Axes of the sample weights: none, `[batch]` or `[batch, time]`. */
  readonly weightAxes: number;
}

/** Whether one program serves both. */
export function sameSpecialisation(a: Specialisation, b: Specialisation): boolean {
  if (a === b) return true;
  const names = Object.keys(a.inputs);
  return (
    a.batch === b.batch &&
    a.weightAxes === b.weightAxes &&
    names.every((name) => sameShape(a.inputs[name] ?? [], b.inputs[name] ?? []))
  );
}

/** Entries that a model compiles for each specialisation. */
export type EntryName = 'predict' | 'evaluate' | 'trainStep';

interface Compiled {
  readonly executable: Executable;
  readonly entry: Entry;
}

/** A compiled entry in use. */
export interface Lease extends Compiled {
  /** Lets the program make room for others; to be called once. */
  release(): void;
}

interface Slot {
  readonly key: string;
  readonly compiled: Promise<Compiled>;
  /** Once it is compiled. */
  executable?: Executable;
  users: number;
}

/** What {@link Programs} compiles from and to. */
export interface ProgramsOptions {
  readonly model: ResolvedModel;
  readonly training: TrainingSpec | undefined;
  readonly backend: Backend;
  readonly state: ModelState;
  /** How many compiled programs are kept. */
  readonly limit: number;
}

/** Compiled programs by entry and specialisation. */
export class Programs {
  readonly #options: ProgramsOptions;
  /** In the order of their last use. */
  readonly #slots = new Map<string, Slot>();

  constructor(options: ProgramsOptions) {
    this.#options = options;
  }

  /** The program of an entry for a specialisation, as data. */
  build(entry: EntryName | 'stream', { batch, inputs, weightAxes }: Specialisation): Program {
    const { model, training } = this.#options;
    return buildProgram(bindShapes(model, inputs), {
      batch,
      entries: [entry],
      ...(training && { training }),
      ...(weightAxes > 0 && { sampleWeights: weightAxes === 2 ? 'step' : 'sample' }),
    });
  }

  /**
   * The compiled entry, which stays compiled until it is released. Whoever needs calls in an order
   * awaits this before the next.
   */
  async acquire(entry: EntryName, specialisation: Specialisation): Promise<Lease> {
    const slot = this.#slot(entry, specialisation);
    slot.users++;
    try {
      const compiled = await slot.compiled;
      slot.executable = compiled.executable;
      await this.#evict();
      return { ...compiled, release: () => void slot.users-- };
    } catch (error) {
      slot.users--;
      throw error;
    }
  }

  /** Reports of the programs that are compiled, by `entry [shapes]`. */
  reports(): ReadonlyMap<string, CompileReport> {
    const reports = new Map<string, CompileReport>();
    for (const { key, executable } of this.#slots.values())
      if (executable) reports.set(key, executable.report);
    return reports;
  }

  /** Frees all programs. */
  async dispose(): Promise<void> {
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.allSettled(slots.map(disposeOf));
  }

  #slot(entry: EntryName, specialisation: Specialisation): Slot {
    const key = keyOf(entry, specialisation);
    const known = this.#slots.get(key);
    if (known) {
      this.#slots.delete(key);
      this.#slots.set(key, known);
      return known;
    }
    const compiled = this.#compile(entry, specialisation);
    const slot: Slot = { key, compiled, users: 0 };
    this.#slots.set(key, slot);
    // What failed is tried again the next time; whoever waits for it gets the error.
    compiled.catch(() => this.#slots.delete(key));
    return slot;
  }

  async #compile(name: EntryName, specialisation: Specialisation): Promise<Compiled> {
    const { backend, state } = this.#options;
    const program = this.build(name, specialisation);
    await state.adopt(program);
    const executable = await backend.compile(program, { shareStateWith: state.root });
    return { executable, entry: program.entries[name] as Entry };
  }

  async #evict(): Promise<void> {
    if (this.#slots.size <= this.#options.limit) return;
    for (const slot of this.#slots.values()) {
      if (slot.users > 0) continue;
      this.#slots.delete(slot.key);
      await disposeOf(slot);
      return;
    }
  }
}

async function disposeOf({ compiled }: Slot): Promise<void> {
  const { executable } = await compiled;
  await executable.dispose();
}

/** `trainStep input [32, 60, 4]`, and whether there are sample weights. */
function keyOf(entry: EntryName, { batch, inputs, weightAxes }: Specialisation): string {
  const shapes = Object.entries(inputs).map(
    ([name, shape]) => `${name} [${[batch, ...shape].join(', ')}]`,
  );
  return [entry, ...shapes, ...(weightAxes > 0 ? [`weights of ${weightAxes} axes`] : [])].join(' ');
}
