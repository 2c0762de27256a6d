/**
 * How a kernel comes by the elements of a value. All that runs is laid out in one buffer, the
 * memory of an entry, beside which there is the state: so a kernel binds two buffers however many
 * values it reads, and values that are cheap to compute are never stored.
 */
import type { CompositeGradientNode, CompositeNode, Node, TensorType } from '@chronograd/graph';

/** A node of a function whose composites are expanded. */
export type Primitive = Exclude<Node, CompositeNode | CompositeGradientNode>;

/** A stretch of the memory of an entry, in words of 4 bytes; where it lies is decided last. */
export interface Region {
  readonly id: number;
  /** Words. */
  readonly size: number;
}

/** Elements that lie in a buffer; a bool is a word, 0 or 1. */
export interface Stored {
  readonly kind: 'stored';
  readonly type: TensorType;
  /** In the memory, or so many words into the state. */
  readonly place: Region | number;
}

/** Elements that are computed where they are read. */
export interface Computed {
  readonly kind: 'computed';
  readonly type: TensorType;
  readonly node: Primitive;
  readonly inputs: readonly Source[];
  /** Operations for each element, those of its inputs with it; 0 where elements are only moved. */
  readonly cost: number;
}

/** The row of a value `[length, …]` that a loop has come to. */
export interface Row {
  readonly kind: 'row';
  readonly type: TensorType;
  readonly of: Source;
  /** Which row: one word. */
  readonly counter: Region;
  readonly cost: number;
}

/** Where the elements of a value come from. */
export type Source = Stored | Computed | Row;

/** Operations for each element that is read. */
export function costOf(source: Source): number {
  return source.kind === 'stored' ? 0 : source.cost;
}

/** How a region stands in the code of a kernel until it has its place. */
export function regionText({ id }: Region): string {
  return `$${id}$`;
}

/** The code with regions in their places. */
export function placeRegions(code: string, offsetOf: (id: number) => number): string {
  return code.replace(/\$(\d+)\$/g, (_, id: string) => `${offsetOf(Number(id))}u`);
}

/** The regions that a code speaks of. */
export function regionsIn(code: string): Set<number> {
  return new Set([...code.matchAll(/\$(\d+)\$/g)].map(([, id]) => Number(id)));
}

/** The regions that a code writes: a statement that begins with a place stores there. */
export function regionsWritten(code: string): Set<number> {
  return new Set([...code.matchAll(/^\s*memory\[\$(\d+)\$/gm)].map(([, id]) => Number(id)));
}
