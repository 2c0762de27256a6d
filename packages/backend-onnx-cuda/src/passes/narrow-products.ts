/**
 * Multiplies before joining: a scan that multiplies a `concat` by a scanned `concat` of the same
 * pieces scans the pieces, multiplies each, and joins the products. The pieces need not be joined
 * where they come from, and the operands not in the body: two copies less at every step.
 */
import {
  Builder,
  eliminateDeadCode,
  rewrite,
  type Func,
  type Node,
  type TensorType,
  type Value,
  type ValueId,
} from '@chronograd/graph';

type Concat = Node & { readonly op: 'concat' };

/** The function with such products of its scans taken apart. */
export function narrowProducts(func: Func): Func {
  const result = rewrite(func, ({ b, node, inputs, producer }) => {
    if (node.op !== 'scan') return undefined;
    const { body, consts, carries } = node.attributes;
    const first = consts + carries;
    const joined = new Map<number, Concat>();
    inputs.forEach((input, place) => {
      const made = producer(input);
      if (place < first || made?.op !== 'concat' || made.attributes.axis === 0) return;
      const sizes = made.inputs.map((id) => b.value(id).type.shape[made.attributes.axis] ?? 0);
      if (isNarrow(body, body.inputs[place] ?? -1, made.attributes.axis - 1, sizes))
        joined.set(place, made);
    });
    if (joined.size === 0) return undefined;
    const operands = inputs.flatMap((input, place) =>
      (joined.get(place)?.inputs ?? [input.id]).map((id) => b.value(id)),
    );
    return b.append(
      {
        ...node,
        inputs: operands.map(({ id }) => id),
        attributes: { ...node.attributes, body: narrowed(body, joined, operands) },
      },
      node.outputs.map((id) => func.types[id] as TensorType),
    );
  });
  return eliminateDeadCode(result);
}

/** Whether a slice is read only by products with concats of pieces of these sizes. */
function isNarrow(body: Func, slice: ValueId, axis: number, sizes: readonly number[]): boolean {
  if (body.outputs.includes(slice)) return false;
  const readers = body.nodes.filter(({ inputs }) => inputs.includes(slice));
  return (
    readers.length > 0 &&
    readers.every((node) => {
      const other = node.inputs.find((id) => id !== slice);
      const made = body.nodes.find(({ outputs }) => outputs.includes(other ?? -1));
      return (
        node.op === 'mul' &&
        made?.op === 'concat' &&
        made.attributes.axis === axis &&
        made.inputs.length === sizes.length &&
        made.inputs.every((id, i) => body.types[id]?.shape[axis] === sizes[i])
      );
    })
  );
}

/** The body with the pieces of joined inputs as its inputs, in their place. */
function narrowed(
  body: Func,
  joined: ReadonlyMap<number, Concat>,
  operands: readonly Value[],
): Func {
  const b = new Builder();
  const values = new Map<ValueId, Value>();
  const pieces = new Map<ValueId, readonly Value[]>();
  let next = 0;
  body.inputs.forEach((id, place) => {
    const concat = joined.get(place);
    if (!concat) {
      values.set(id, b.input(body.types[id] as TensorType));
      next++;
      return;
    }
    const parts = concat.inputs.map(() => {
      const { dtype, shape } = (operands[next++] as Value).type;
      return b.input({ dtype, shape: shape.slice(1) });
    });
    pieces.set(id, parts);
  });
  const at = (id: ValueId): Value => values.get(id) as Value;
  for (const node of body.nodes) {
    const [x = -1, y = -1] = node.inputs;
    const parts = node.op === 'mul' ? (pieces.get(x) ?? pieces.get(y)) : undefined;
    if (parts) {
      const other = b.producer(at(pieces.has(x) ? y : x).id) as Concat;
      const products = parts.map((part, i) => b.mul(b.value(other.inputs[i] as ValueId), part));
      values.set(node.outputs[0] as ValueId, b.concat(products, other.attributes.axis));
      continue;
    }
    const copy = { ...node, inputs: node.inputs.map((id) => at(id).id) } as Node;
    const types = node.outputs.map((id) => body.types[id] as TensorType);
    b.append(copy, types).forEach((value, i) => values.set(node.outputs[i] as ValueId, value));
  }
  return eliminateDeadCode(b.finish(body.outputs.map(at)));
}
