/** Writes functions node by node. */
import {
  translate,
  type Func,
  type Node,
  type PrimitiveName,
  type PrimitiveNode,
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
  return translate(func, inputs, {
    node: (node, operands) => emitNode(context, node, operands),
    split: (value, { axis, sizes }) => splitAlong(context, context.full(value), axis, sizes),
  });
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
