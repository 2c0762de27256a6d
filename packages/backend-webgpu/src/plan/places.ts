/** Where the regions of an entry lie: those that are never needed at once share their places. */
import { regionsOf, type Step } from './steps.ts';

/** Words between the places of two regions. */
const ALIGNMENT = 64;

/** A region from the first step that needs it to the last. */
export interface Lifetime {
  readonly id: number;
  /** Words. */
  readonly size: number;
  first: number;
  last: number;
}

/**
 * When regions are needed.
 * @param steps numbered as they come, those of a loop once
 * @param atEnd regions that are read when all steps are done
 */
export function lifetimesOf(
  steps: readonly Step[],
  sizes: ReadonlyMap<number, number>,
  atEnd: Iterable<number>,
): Lifetime[] {
  const found = new Map<number, Lifetime>();
  const loops: { readonly start: number; readonly end: number; readonly ids: Set<number> }[] = [];
  let now = 0;
  const touch = (id: number, at: number): void => {
    const known = found.get(id);
    if (known) known.last = at;
    else found.set(id, { id, size: sizes.get(id) ?? 1, first: at, last: at });
  };
  const visit = (each: Step): void => {
    if (each.kind !== 'loop') {
      now++;
      regionsOf(each).forEach((id) => touch(id, now));
      return;
    }
    const start = now + 1;
    each.steps.forEach(visit);
    loops.push({ start, end: now, ids: new Set(regionsOf(each)) });
  };
  steps.forEach(visit);
  for (const id of atEnd) touch(id, now + 1);
  // What a loop takes from before it, or leaves behind it, is needed in all of its rounds.
  for (const { start, end, ids } of loops)
    for (const id of ids) {
      const lifetime = found.get(id) as Lifetime;
      if (lifetime.first >= start && lifetime.last <= end) continue;
      lifetime.first = Math.min(lifetime.first, start);
      lifetime.last = Math.max(lifetime.last, end);
    }
  return [...found.values()];
}

interface Placed extends Lifetime {
  readonly offset: number;
}

/** Places regions one by one at the first gap that is free as long as they are needed. */
export function placeLifetimes(
  lifetimes: readonly Lifetime[],
  start: number,
): { readonly offsets: ReadonlyMap<number, number>; readonly end: number } {
  const placed: Placed[] = [];
  let end = start;
  const bySize = [...lifetimes].sort((a, b) => b.size - a.size || a.first - b.first);
  for (const each of bySize) {
    const size = aligned(each.size);
    const taken = placed
      .filter((other) => other.first <= each.last && each.first <= other.last)
      .sort((a, b) => a.offset - b.offset);
    let offset = start;
    for (const other of taken) {
      if (other.offset - offset >= size) break;
      offset = Math.max(offset, other.offset + aligned(other.size));
    }
    placed.push({ ...each, offset });
    end = Math.max(end, offset + size);
  }
  return { offsets: new Map(placed.map(({ id, offset }) => [id, offset])), end };
}

/** A number of words that the next region may follow. */
export function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
