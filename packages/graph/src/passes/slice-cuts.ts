/** Finds slices that together cut a value in pieces, as those of the gates of a cell do. */
import type { Func, Node, PrimitiveNode, ValueId } from '../ir/types.ts';

/** Slices of one value that, in this order, make it up along an axis. */
export interface SliceCut {
  readonly axis: number;
  readonly sizes: readonly number[];
  readonly outputs: readonly ValueId[];
}

const knownCuts = new WeakMap<Func, ReadonlyMap<Node, SliceCut>>();

/**
 * For each slice that belongs to a cut, the cut: an engine may write one operation for all of them.
 * Found once for each function.
 */
export function sliceCuts(func: Func): ReadonlyMap<Node, SliceCut> {
  const known = knownCuts.get(func);
  if (known) return known;
  const cuts = new Map<Node, SliceCut>();
  const groups = new Map<
    string,
    { node: PrimitiveNode<'slice'>; start: number; limit: number }[]
  >();
  for (const node of func.nodes) {
    if (node.op !== 'slice') continue;
    const [operand = -1] = node.inputs;
    const shape = func.types[operand]?.shape ?? [];
    const { starts, limits } = node.attributes;
    const cutAxes = shape.flatMap((dimension, axis) =>
      starts[axis] === 0 && limits[axis] === dimension ? [] : [axis],
    );
    const [axis] = cutAxes;
    if (axis === undefined || cutAxes.length > 1) continue;
    const key = `${operand}:${axis}`;
    const piece = { node, start: starts[axis] ?? 0, limit: limits[axis] ?? 0 };
    groups.set(key, [...(groups.get(key) ?? []), piece]);
  }
  for (const [key, pieces] of groups) {
    const [operand = -1, axis = 0] = key.split(':').map(Number);
    pieces.sort((a, b) => a.start - b.start);
    const contiguous = pieces.every(
      ({ start }, i) => start === (i === 0 ? 0 : pieces[i - 1]?.limit),
    );
    if (!contiguous || pieces.at(-1)?.limit !== func.types[operand]?.shape[axis]) continue;
    const cut: SliceCut = {
      axis,
      sizes: pieces.map(({ start, limit }) => limit - start),
      outputs: pieces.map(({ node }) => node.outputs[0] as ValueId),
    };
    pieces.forEach(({ node }) => cuts.set(node, cut));
  }
  knownCuts.set(func, cuts);
  return cuts;
}
