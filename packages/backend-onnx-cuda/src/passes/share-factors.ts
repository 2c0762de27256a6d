/**
 * Factors of gradients that share one. A backward scan that multiplies its cotangent `u` by `f` and
 * by `c f (1 - f)`, as that of a gate does, takes `u f` and multiplies it by `c - c f`, which the
 * forward scan has with one operation less: its product `c f` is there.
 */
import {
  Builder,
  rewrite,
  type Func,
  type Node,
  type TensorType,
  type Value,
  type ValueId,
} from '@chronograd/graph';

type ScanNode = Node & { readonly op: 'scan' };

/** What changes in the body of one scan. */
interface Changes {
  /** Outputs that become a difference of two values of the body, by place. */
  readonly outputs: Map<number, readonly [ValueId, ValueId]>;
  /** Products `u p` that become `(u f) p`: to the slices p and f. */
  readonly products: Map<Node, readonly [ValueId, ValueId]>;
}

/** The function with such factors divided by what they share. */
export function shareFactors(func: Func): Func {
  const changes = changesOf(func);
  if (changes.size === 0) return func;
  return rewrite(func, ({ b, node, inputs }) => {
    const own = changes.get(node);
    if (node.op !== 'scan' || !own) return undefined;
    const body = changed(node.attributes.body, own);
    return b.append(
      { ...node, inputs: inputs.map(({ id }) => id), attributes: { ...node.attributes, body } },
      node.outputs.map((id) => func.types[id] as TensorType),
    );
  });
}

function changesOf(func: Func): Map<Node, Changes> {
  const changes = new Map<Node, Changes>();
  const of = (node: Node): Changes => {
    const known = changes.get(node) ?? { outputs: new Map(), products: new Map() };
    changes.set(node, known);
    return known;
  };
  for (const scan of func.nodes) {
    if (scan.op !== 'scan') continue;
    const { body, carries } = scan.attributes;
    body.outputs.forEach((id, place) => {
      const gate = place < carries ? undefined : gateOf(body, id);
      const factor = gate ? body.outputs.indexOf(gate.f, carries) : -1;
      const [p = -1, f = -1] = [place, factor].map((at) => scan.outputs[at]);
      const reader = gate && factor >= 0 ? onlyScanThatReads(func, p) : undefined;
      const product = reader && reader !== scan ? sharedProduct(reader, p, f) : undefined;
      if (!gate || !reader || !product) return;
      of(scan).outputs.set(place, [gate.c, gate.y]);
      of(reader).products.set(product.node, product.slices);
    });
  }
  return changes;
}

/** `y - y f` with `y = c f`. */
function gateOf(
  body: Func,
  id: ValueId,
): { readonly c: ValueId; readonly f: ValueId; readonly y: ValueId } | undefined {
  const maker = (value: ValueId): Node | undefined =>
    body.nodes.find(({ outputs }) => outputs.includes(value));
  const other = ([a = -1, b = -1]: readonly ValueId[], one: ValueId): ValueId | undefined =>
    a === one ? b : b === one ? a : undefined;
  const difference = maker(id);
  if (difference?.op !== 'sub') return undefined;
  const [y = -1, square = -1] = difference.inputs;
  const [times, product] = [maker(square), maker(y)];
  const f = times?.op === 'mul' ? other(times.inputs, y) : undefined;
  const c = product?.op === 'mul' && f !== undefined ? other(product.inputs, f) : undefined;
  return f !== undefined && c !== undefined ? { c, f, y } : undefined;
}

/** The scan that is the only node to read a value, and the function does not return it. */
function onlyScanThatReads(func: Func, id: ValueId): ScanNode | undefined {
  const [reader, ...others] = func.nodes.filter(({ inputs }) => inputs.includes(id));
  return reader?.op === 'scan' && others.length === 0 && !func.outputs.includes(id)
    ? reader
    : undefined;
}

/** The only use of slice p in a body, `u p`, where the body has `u f` as well. */
function sharedProduct(
  { inputs, attributes: { body, consts, carries } }: ScanNode,
  p: ValueId,
  f: ValueId,
): { readonly node: Node; readonly slices: readonly [ValueId, ValueId] } | undefined {
  const places = [p, f].map((id) => inputs.indexOf(id));
  if (places.some((place) => place < consts + carries)) return undefined;
  const [pSlice, fSlice] = places.map((place) => body.inputs[place]) as [ValueId, ValueId];
  const readers = body.nodes.filter((node) => node.inputs.includes(pSlice));
  const [node] = readers;
  const isOnly = readers.length === 1 && !body.outputs.includes(pSlice);
  if (!isOnly || node?.op !== 'mul') return undefined;
  const u = node.inputs.find((id) => id !== pSlice);
  const isShared = body.nodes.some(
    ({ op, inputs: [a, b] }) =>
      op === 'mul' && ((a === u && b === fSlice) || (a === fSlice && b === u)),
  );
  return isShared ? { node, slices: [pSlice, fSlice] } : undefined;
}

function changed(body: Func, { outputs, products }: Changes): Func {
  const b = new Builder();
  const values = new Map<ValueId, Value>();
  body.inputs.forEach((id) => values.set(id, b.input(body.types[id] as TensorType)));
  const at = (id: ValueId): Value => values.get(id) as Value;
  for (const node of body.nodes) {
    const slices = products.get(node);
    const inputs = node.inputs.map(at);
    if (slices) {
      const [p, f] = slices;
      const u = node.inputs.find((id) => id !== p) as ValueId;
      // `u f` is there already, perhaps after this: optimizing leaves one of them.
      values.set(node.outputs[0] as ValueId, b.mul(b.mul(at(u), at(f)), at(p)));
      continue;
    }
    const copy = { ...node, inputs: inputs.map(({ id }) => id) } as Node;
    const types = node.outputs.map((id) => body.types[id] as TensorType);
    b.append(copy, types).forEach((value, i) => values.set(node.outputs[i] as ValueId, value));
  }
  return b.finish(
    body.outputs.map((id, place) => {
      const difference = outputs.get(place);
      return difference ? b.sub(at(difference[0]), at(difference[1])) : at(id);
    }),
  );
}
