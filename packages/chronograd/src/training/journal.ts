/**
 * How the last good weights are kept without a cost in every step. Training is deterministic, so a
 * copy of the state at the end of each epoch and every few hundred steps, and a list of the steps
 * since then, are enough: where a loss is not finite, the steps are taken again from the copy, one
 * by one, up to the first after which not all is finite, and the model gets the state from before
 * that step. An engine that does not give the same numbers twice still gets back finite ones.
 */
import type { ModelState, HostTensors } from '../engine/state.ts';
import type { Programs } from '../engine/programs.ts';
import { firstNotFinite } from '../tensors/tensor.ts';
import { fault, stepFeeds, stepResult, type Step } from './step.ts';

/** After how many steps a new copy is taken, at the latest. */
const STEPS = 256;
/** After how many bytes of batches that are held for the journal's sake. */
const HELD_BYTES = 2 ** 26;

/** What steps are taken with. */
export interface Machinery {
  readonly programs: Programs;
  readonly state: ModelState;
  readonly seed: number;
}

/** A step that left something not finite, and what. */
export interface Fault {
  readonly step: Step;
  readonly found: string;
}

/** A copy of the state and the steps since then. */
export class Journal {
  readonly #machinery: Machinery;
  #snapshot: HostTensors | undefined;
  #version = -1;
  #steps: Step[] = [];
  #heldBytes = 0;

  constructor(machinery: Machinery) {
    this.#machinery = machinery;
  }

  /** Whether a copy should be taken before the next step. */
  get due(): boolean {
    return (
      this.#version !== this.#machinery.state.version ||
      this.#steps.length >= STEPS ||
      this.#heldBytes >= HELD_BYTES
    );
  }

  /** Notes a step that is about to be taken. */
  add(step: Step): void {
    this.#steps.push(step);
    this.#heldBytes += step.batch.heldBytes;
  }

  /**
   * Takes a copy of the state. No step may be under way.
   * @returns what is not finite in it, and since which step; the copy is then not taken
   */
  async snapshot(): Promise<Fault | undefined> {
    const { state } = this.#machinery;
    const values = await state.read();
    const name = notFinite(values);
    const last = this.#steps.at(-1);
    if (name !== undefined && last) return this.recover(last, `"${name}" not finite after it`);
    this.#snapshot = values;
    this.#version = state.version;
    this.#steps = [];
    this.#heldBytes = 0;
    return undefined;
  }

  /**
   * Goes back to the state before the first step that went wrong, which is `detected` (not taken
   * again) or one before. No step may be under way.
   * @returns that step
   */
  async recover(detected: Step, found: string): Promise<Fault> {
    const { state } = this.#machinery;
    let good = this.#snapshot;
    let result: Fault = { step: detected, found };
    if (good) await state.write(good);
    for (const step of this.#steps) {
      if (step === detected) break;
      const wrong = await this.#replay(step);
      const after = await state.read();
      const name = notFinite(after);
      const faulty = wrong ?? (name === undefined ? undefined : `"${name}" not finite after it`);
      if (faulty !== undefined) {
        result = { step, found: faulty };
        break;
      }
      good = after;
    }
    if (good) await state.write(good);
    return result;
  }

  async #replay(step: Step): Promise<string | undefined> {
    const { programs, seed } = this.#machinery;
    const lease = await programs.acquire('trainStep', step.batch.specialisation);
    try {
      const feeds = stepFeeds(step, lease.entry, seed);
      return fault(await stepResult(await lease.executable.run('trainStep', feeds)));
    } finally {
      lease.release();
    }
  }
}

/** The first state tensor that holds something not finite. */
function notFinite(values: HostTensors): string | undefined {
  return Object.keys(values).find((name) => {
    const value = values[name];
    return value !== undefined && firstNotFinite(value.data) !== undefined;
  });
}
