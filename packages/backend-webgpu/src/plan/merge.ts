/** Puts kernels that do not wait for each other into one dispatch. */
import { isMergeable, mergeKernels } from '../codegen/merge.ts';
import { regionsIn, regionsWritten } from '../codegen/source.ts';
import type { Kernel } from '../codegen/writer.ts';
import { regionsOf, type Step } from './steps.ts';

/** When regions were last written and read: the number of the round, from 1. */
class Rounds {
  readonly #written = new Map<number, number>();
  readonly #read = new Map<number, number>();

  /** The first round in which a step can be taken that reads and writes these. */
  take(reads: Iterable<number>, writes: ReadonlySet<number>): number {
    let round = 1;
    for (const id of reads) round = Math.max(round, (this.#written.get(id) ?? 0) + 1);
    for (const id of writes)
      round = Math.max(round, (this.#written.get(id) ?? 0) + 1, (this.#read.get(id) ?? 0) + 1);
    for (const id of reads) this.#read.set(id, Math.max(round, this.#read.get(id) ?? 0));
    for (const id of writes) this.#written.set(id, round);
    return round;
  }
}

/**
 * The steps in rounds, each of which needs only what earlier ones have made; the kernels of a round
 * become one. A step of the program is then as many dispatches as its longest chain has kernels,
 * or on a processor, somewhat more.
 */
export function mergeSteps(steps: readonly Step[], isSoftware: boolean): Step[] {
  const rounds = new Rounds();
  const kernels = new Map<number, Kernel[]>();
  const others = new Map<number, Step[]>();
  const add = <T>(to: Map<number, T[]>, round: number, value: T): void => {
    to.set(round, [...(to.get(round) ?? []), value]);
  };
  let last = 0;
  for (const step of steps) {
    const isPart = step.kind === 'kernel' && isMergeable(step.kernel);
    const all = step.kind === 'kernel' ? regionsIn(step.kernel.code) : regionsOf(step);
    // What else a step writes is not told, so that it may be all that it speaks of.
    const writes = step.kind === 'kernel' ? regionsWritten(step.kernel.code) : new Set(all);
    const round = rounds.take(all, writes);
    last = Math.max(last, round);
    if (isPart) add(kernels, round, step.kernel);
    else
      add(
        others,
        round,
        step.kind === 'loop' ? { ...step, steps: mergeSteps(step.steps, isSoftware) } : step,
      );
  }
  const result: Step[] = [];
  for (let round = 1; round <= last; round++) {
    for (const kernel of mergeKernels(kernels.get(round) ?? [], isSoftware))
      result.push({ kind: 'kernel', kernel });
    result.push(...(others.get(round) ?? []));
  }
  return result;
}
