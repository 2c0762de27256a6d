/** Writes functions node by node. Slices that cut one value in pieces become one Split. */
import type { Func, Node, PrimitiveName, PrimitiveNode, ValueId } from '@chronograd/graph';
import type { EmitContext, Emitter, GraphValue } from './context.ts';
import { splitAlong } from './shape.ts';
import { emitters } from './table.ts';

/** Appends the nodes of a function to the graph; returns the values of its outputs. */
export function emitFunction(
  context: EmitContext,
  func: Func,
  inputs: readonly GraphValue[],
): GraphValue[] {
  const values = new Map<ValueId, GraphValue>();
  func.inputs.forEach((id, i) => values.set(id, inputs[i] as GraphValue));
  const at = (id: ValueId): GraphValue => {
    const value = values.get(id);
    if (!value) throw new TypeError(`tensorflow: value ${id} is read before it is defined`);
    return value;
  };
  const cuts = cutsOf(func);
  for (const node of func.nodes) {
    const [output] = node.outputs;
    if (output !== undefined && values.has(output)) continue;
    const operands = node.inputs.map(at);
    const cut = node.op === 'slice' ? cuts.get(node) : undefined;
    if (cut && operands[0]) {
      split(context, operands[0], cut).forEach((value, i) =>
        values.set(cut.outputs[i] as ValueId, value),
      );
      continue;
    }
    emitNode(context, node, operands).forEach((value, i) =>
      values.set(node.outputs[i] as ValueId, value),
    );
  }
  return func.outputs.map(at);
}

function emitNode(
  context: EmitContext,
  node: Node,
  inputs: readonly GraphValue[],
): readonly GraphValue[] {
  if (node.op === 'composite' || node.op === 'compositeGradient')
    return context.settings.emitComposite(context, node, inputs);
  return apply(context, node, inputs);
}

function apply<P extends PrimitiveName>(
  context: EmitContext,
  node: PrimitiveNode<P>,
  inputs: readonly GraphValue[],
): readonly GraphValue[] {
  const emit: Emitter<P> = emitters[node.op];
  return emit(context, node, inputs);
}

/** Slices of one value that, in this order, make it up along an axis. */
interface Cut {
  readonly axis: number;
  readonly sizes: readonly number[];
  readonly outputs: readonly ValueId[];
}

const knownCuts = new WeakMap<Func, ReadonlyMap<Node, Cut>>();

/** For each slice that belongs to a cut, the cut. */
function cutsOf(func: Func): ReadonlyMap<Node, Cut> {
  const known = knownCuts.get(func);
  if (known) return known;
  const cuts = new Map<Node, Cut>();
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
    const cut: Cut = {
      axis,
      sizes: pieces.map(({ start, limit }) => limit - start),
      outputs: pieces.map(({ node }) => node.outputs[0] as ValueId),
    };
    pieces.forEach(({ node }) => cuts.set(node, cut));
  }
  knownCuts.set(func, cuts);
  return cuts;
}

function split(context: EmitContext, value: GraphValue, { axis, sizes }: Cut): GraphValue[] {
  return splitAlong(context, context.full(value), axis, sizes);
}
