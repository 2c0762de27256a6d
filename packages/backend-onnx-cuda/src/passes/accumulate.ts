/**
 * Adds up weight gradients in the loop that makes their operands. After a backward scan, the
 * gradient of a weight is a product of two stacks that sums over all steps; for small weights the
 * scan carries the sum, so that its large stack of cotangents is neither written nor read.
 */
import {
  Builder,
  eliminateDeadCode,
  rewrite,
  sizeOf,
  type Func,
  type Node,
  type TensorType,
  type Value,
  type ValueId,
} from '@chronograd/graph';

/** Larger sums would leave the cache between two steps. */
const LARGEST_SUM = 16_384;

type ScanNode = Node & { readonly op: 'scan' };

/** A product over all steps that becomes a carry. */
interface Sum {
  readonly node: Node;
  /** The stacks `[time, batch, …]` of both operands. */
  readonly operands: readonly [ValueId, ValueId];
}

/** The function with products of stacks in the scans that make one of the stacks. */
export function accumulateInScans(func: Func): Func {
  const sums = sumsOf(func);
  if (sums.size === 0) return func;
  const done = new Map<Node, Value>();
  const values = new Map<ValueId, Value>();
  func.inputs.forEach((id, i) => values.set(id, { id: i, type: func.types[id] as TensorType }));
  const remember = (node: Node, results: readonly Value[]): readonly Value[] => {
    results.forEach((value, i) => values.set(node.outputs[i] as ValueId, value));
    return results;
  };
  const result = rewrite(func, ({ b, node, inputs }) => {
    const made = done.get(node);
    if (made) return remember(node, [made]);
    const own = node.op === 'scan' ? sums.get(node) : undefined;
    if (node.op !== 'scan' || !own) {
      const copy = { ...node, inputs: inputs.map(({ id }) => id) } as Node;
      const types = node.outputs.map((id) => func.types[id] as TensorType);
      return remember(node, b.append(copy, types));
    }
    const results = extended(b, func, node, inputs, own, values);
    own.forEach((sum, i) => done.set(sum.node, results.sums[i] as Value));
    return remember(node, results.outputs);
  });
  return eliminateDeadCode(result);
}

function sumsOf(func: Func): Map<Node, Sum[]> {
  const places = new Map<ValueId, number>(func.inputs.map((id) => [id, -1]));
  const makers = new Map<ValueId, Node>();
  func.nodes.forEach((node, place) =>
    node.outputs.forEach((id) => {
      places.set(id, place);
      makers.set(id, node);
    }),
  );
  /** The stack `[time, batch, n]` that a matrix `[time * batch, n]` is. */
  const stackOf = (id: ValueId): ValueId | undefined => {
    const node = makers.get(id);
    const [source = -1] = node?.inputs ?? [];
    const shape = func.types[source]?.shape ?? [];
    const isFlat = shape.length === 3 && shape[2] === func.types[id]?.shape[1];
    return node?.op === 'reshape' && isFlat ? source : undefined;
  };
  const sums = new Map<Node, Sum[]>();
  for (const node of func.nodes) {
    if (node.op !== 'matmul') continue;
    const { transposeA, transposeB } = node.attributes;
    const size = sizeOf(func.types[node.outputs[0] ?? -1]?.shape ?? []);
    if (!transposeA || transposeB || size > LARGEST_SUM) continue;
    const [p, q] = node.inputs.map(stackOf);
    if (p === undefined || q === undefined) continue;
    const scan = [p, q].map((id) => makers.get(id)).findLast(isScan);
    const later = [q, p].find((id) => makers.get(id) === scan);
    const other = later === p ? q : p;
    if (!scan || later === undefined || makers.get(other) === scan) continue;
    const { carries, length } = scan.attributes;
    const isStep = (id: ValueId): boolean =>
      func.types[id]?.shape[0] === length &&
      sizeOf(func.types[id].shape.slice(0, 2)) === func.types[node.inputs[0] ?? -1]?.shape[0];
    if (scan.outputs.indexOf(later) < carries || ![p, q].every(isStep)) continue;
    if ((places.get(other) ?? 0) >= (places.get(later) ?? 0)) continue;
    sums.set(scan, [...(sums.get(scan) ?? []), { node, operands: [p, q] }]);
  }
  return sums;
}

function isScan(node: Node | undefined): node is ScanNode {
  return node?.op === 'scan';
}

/** The scan with a carry for each sum. */
function extended(
  b: Builder,
  func: Func,
  node: ScanNode,
  inputs: readonly Value[],
  sums: readonly Sum[],
  values: ReadonlyMap<ValueId, Value>,
): { outputs: Value[]; sums: Value[] } {
  const { body, consts, carries } = node.attributes;
  const inner = new Builder();
  const take = (id: ValueId): Value => inner.input(body.types[id] as TensorType);
  const first = body.inputs.slice(0, consts + carries).map(take);
  const types = sums.map((sum) => func.types[sum.node.outputs[0] ?? -1] as TensorType);
  const totals = types.map((type) => inner.input(type));
  const slices = body.inputs.slice(consts + carries).map(take);
  const others = [
    ...new Set(sums.flatMap(({ operands }) => operands.filter((id) => !node.outputs.includes(id)))),
  ];
  const otherSlices = others.map((id) => {
    const { dtype, shape } = func.types[id] as TensorType;
    return inner.input({ dtype, shape: shape.slice(1) });
  });
  const results = inner.inline(body, [...first, ...slices]);
  const step = (id: ValueId): Value =>
    otherSlices[others.indexOf(id)] ?? (results[node.outputs.indexOf(id)] as Value);
  const added = sums.map(({ operands: [p, q] }, i) =>
    inner.add(totals[i] as Value, inner.matmul(step(p), step(q), { transposeA: true })),
  );
  const outputs = b.emit(
    'scan',
    [
      ...inputs.slice(0, consts + carries),
      ...types.map((type) => b.zeros(type)),
      ...inputs.slice(consts + carries),
      ...others.map((id) => values.get(id) as Value),
    ],
    {
      ...node.attributes,
      carries: carries + sums.length,
      body: inner.finish([...results.slice(0, carries), ...added, ...results.slice(carries)]),
    },
  );
  return {
    outputs: [...outputs.slice(0, carries), ...outputs.slice(carries + sums.length)],
    sums: outputs.slice(carries, carries + sums.length),
  };
}
