/** Cotangents as lists of parts, and which values have one. */
import type { Builder, Value } from '../ir/builder.ts';
import type { Node, ValueId } from '../ir/types.ts';

/** For each value, the parts whose sum is its cotangent. */
export type Contributions = Map<ValueId, Value[]>;

/** A stretch of a builder's nodes: place of the first, and of the one after the last. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Differentiates a stretch of nodes; see {@link reverseSweep}, which is the only one. */
export type Sweep = (
  b: Builder,
  stretch: Stretch,
  seeds: ReadonlyMap<ValueId, readonly Value[]>,
  wrt: Iterable<ValueId>,
) => Contributions;

/**
 * The sum of parts of a cotangent. Where they are the gradients of slices that tile one axis, as
 * those of the gates of a cell, that is one `concat` rather than pads and additions.
 */
export function combine(b: Builder, parts: readonly Value[]): Value {
  const tiled = parts.length > 1 ? tile(b, parts) : undefined;
  if (tiled) return tiled;
  return parts.reduce((sum, part) => b.add(sum, part));
}

function tile(b: Builder, parts: readonly Value[]): Value | undefined {
  const pads = parts.map((part) => {
    const node = b.producer(part.id);
    return node?.op === 'pad' && node.attributes.value === 0 ? node : undefined;
  });
  const [first] = pads;
  if (!first) return undefined;
  const axes = first.attributes.low.flatMap((low, axis) =>
    low > 0 || (first.attributes.high[axis] ?? 0) > 0 ? [axis] : [],
  );
  const [axis] = axes;
  if (axis === undefined || axes.length > 1) return undefined;
  const pieces: { start: number; limit: number; value: Value }[] = [];
  for (const pad of pads) {
    if (!pad) return undefined;
    const { low, high } = pad.attributes;
    if (low.some((n, i) => i !== axis && n > 0) || high.some((n, i) => i !== axis && n > 0))
      return undefined;
    const value = b.value(pad.inputs[0] as ValueId);
    const start = low[axis] ?? 0;
    pieces.push({ start, limit: start + (value.type.shape[axis] ?? 0), value });
  }
  pieces.sort((x, y) => x.start - y.start);
  let at = 0;
  for (const piece of pieces) {
    if (piece.start !== at) return undefined;
    at = piece.limit;
  }
  if (at !== parts[0]?.type.shape[axis]) return undefined;
  return b.concat(
    pieces.map((piece) => piece.value),
    axis,
  );
}

/** Values of a stretch of nodes that depend on `wrt` by float32 values only. */
export function activeValues(
  b: Builder,
  start: number,
  end: number,
  wrt: Iterable<ValueId>,
): Set<ValueId> {
  const active = new Set<ValueId>(wrt);
  for (let index = start; index < end; index++) {
    const node = b.nodes[index] as Node;
    if (node.op === 'stopGradient' || !node.inputs.some((id) => active.has(id))) continue;
    for (const id of node.outputs) if (b.value(id).type.dtype === 'float32') active.add(id);
  }
  return active;
}
