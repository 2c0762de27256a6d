/** Writes functions node by node. Slices that cut one value in pieces become one Split. */
import {
  sliceCuts,
  type SliceCut,
  type Func,
  type Node,
  type PrimitiveName,
  type PrimitiveNode,
  type ValueId,
} from '@chronograd/graph';
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
    if (!value) throw new TypeError(`onnx: value ${id} is read before it is defined`);
    return value;
  };
  const cuts = sliceCuts(func);
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
  if (node.op === 'composite') return context.settings.emitComposite(context, node, inputs);
  if (node.op === 'compositeGradient')
    throw new TypeError(`onnx: gradient of ${node.attributes.name} was not expanded`);
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

function split(context: EmitContext, value: GraphValue, { axis, sizes }: SliceCut): GraphValue[] {
  return splitAlong(context, context.full(value), axis, sizes);
}
