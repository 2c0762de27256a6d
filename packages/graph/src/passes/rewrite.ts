/** Copies a function, node by node, letting a pass put something else in a node's place. */
import { Builder, type Value } from '../ir/builder.ts';
import type { Func, Node, TensorType, ValueId } from '../ir/types.ts';

/** What a pass sees of a node: its operands have been rewritten already. */
export interface Rewriting {
  /** The function being written. */
  readonly b: Builder;
  readonly node: Node;
  readonly inputs: readonly Value[];
  /** The rewritten node that defines a value, if a node does. */
  readonly producer: (value: Value) => Node | undefined;
}

/** Returns the values that stand for the node's outputs, or `undefined` to copy the node. */
export type Rewrite = (context: Rewriting) => readonly Value[] | undefined;

/** Rewrites a function from its first node to its last. */
export function rewrite(func: Func, replace: Rewrite): Func {
  const b = new Builder();
  const values = new Map<ValueId, Value>();
  func.inputs.forEach((id) => values.set(id, b.input(func.types[id] as TensorType)));
  const at = (id: ValueId): Value => values.get(id) as Value;
  const producer = (value: Value): Node | undefined => b.producer(value.id);
  for (const node of func.nodes) {
    const inputs = node.inputs.map(at);
    const results =
      replace({ b, node, inputs, producer }) ??
      b.append(
        { ...node, inputs: inputs.map(({ id }) => id) } as Node,
        node.outputs.map((id) => func.types[id] as TensorType),
      );
    results.forEach((value, i) => values.set(node.outputs[i] as ValueId, value));
  }
  return b.finish(func.outputs.map(at));
}
