/** Walks a function for code generation. Slices that cut one value in pieces are one operation. */
import type { Func, Node, ValueId } from '../ir/types.ts';
import { sliceCuts, type SliceCut } from './slice-cuts.ts';

/** How an engine's values come from each other. */
export interface Translation<V> {
  /** Writes a node; returns its results in the order of the node's outputs. */
  readonly node: (node: Node, inputs: readonly V[]) => readonly V[];
  /** Writes what cuts a value in pieces; returns them in the order of the cut's outputs. */
  readonly split: (value: V, cut: SliceCut) => readonly V[];
}

/**
 * Translates a function node by node into values of an engine.
 *
 * @param func the function
 * @param inputs the engine's values of its inputs
 * @param translation how nodes are written
 * @returns the engine's values of its outputs
 * @throws TypeError where a value is read before it is defined
 */
export function translate<V>(func: Func, inputs: readonly V[], translation: Translation<V>): V[] {
  const values = new Map<ValueId, V>();
  const define = (ids: readonly ValueId[], results: readonly V[]): void => {
    results.forEach((value, i) => values.set(ids[i] as ValueId, value));
  };
  const at = (id: ValueId): V => {
    if (!values.has(id)) throw new TypeError(`value ${id} is read before it is defined`);
    return values.get(id) as V;
  };
  define(func.inputs, inputs);
  const cuts = sliceCuts(func);
  for (const node of func.nodes) {
    const [output] = node.outputs;
    // A piece of a cut that was written with the first of its pieces.
    if (output !== undefined && values.has(output)) continue;
    const operands = node.inputs.map(at);
    const cut = cuts.get(node);
    if (cut) define(cut.outputs, translation.split(operands[0] as V, cut));
    else define(node.outputs, translation.node(node, operands));
  }
  return func.outputs.map(at);
}
