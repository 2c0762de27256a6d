/**
 * Moves element-wise work on what a scan gives out into its body: there the operands have just been
 * computed and lie in the cache, and what only that work read needs not be given out at all. The
 * gradient of a recurrent layer gains most: its factors (such as `i - i * i`) leave the forward
 * scan ready for use.
 */
import {
  isElementwise,
  Builder,
  eliminateDeadCode,
  rewrite,
  type Func,
  type Node,
  type TensorType,
  type Value,
  type ValueId,
} from '@chronograd/graph';

type ScanNode = Node & { readonly op: 'scan' };

/** What goes into a scan's body. */
interface Sunk {
  readonly nodes: Node[];
  /** Values of the nodes that are read outside of them. */
  readonly read: Set<ValueId>;
}

/** The function with element-wise work on the outputs of scans in their bodies. */
export function sinkIntoScans(func: Func): Func {
  const plan = planOf(func);
  if (plan.size === 0) return func;
  const moved = new Map<ValueId, Value | undefined>();
  for (const { nodes } of plan.values())
    nodes.forEach(({ outputs }) => outputs.forEach((id) => moved.set(id, undefined)));
  const result = rewrite(func, ({ b, node, inputs }) => {
    const [output = -1] = node.outputs;
    if (moved.has(output)) return [moved.get(output)].filter((value) => value !== undefined);
    const sunk = plan.get(node);
    if (node.op !== 'scan' || !sunk) return undefined;
    const { body, added } = extended(func, node, sunk);
    const { length } = node.attributes;
    const types = added.map((id) => func.types[id] as TensorType);
    const values = b.append(
      {
        ...node,
        inputs: inputs.map(({ id }) => id),
        attributes: { ...node.attributes, body, length },
      },
      [...node.outputs.map((id) => func.types[id] as TensorType), ...types],
    );
    added.forEach((id, i) => moved.set(id, values[node.outputs.length + i]));
    return values.slice(0, node.outputs.length);
  });
  return eliminateDeadCode(result);
}

/** For each scan, the nodes after it that can go into its body. */
function planOf(func: Func): Map<Node, Sunk> {
  const plan = new Map<Node, Sunk>();
  const producers = new Map<ValueId, Node>();
  /** The scan whose body a value is, or will be, computed in. */
  const homes = new Map<ValueId, ScanNode>();
  for (const node of func.nodes) {
    node.outputs.forEach((id) => producers.set(id, node));
    if (node.op === 'scan') {
      node.outputs.slice(node.attributes.carries).forEach((id) => homes.set(id, node));
      continue;
    }
    const home = homeOf(func, node, homes, producers);
    if (!home) continue;
    node.outputs.forEach((id) => homes.set(id, home));
    const sunk = plan.get(home) ?? { nodes: [], read: new Set() };
    sunk.nodes.push(node);
    plan.set(home, sunk);
  }
  const sunkNodes = new Set([...plan.values()].flatMap(({ nodes }) => nodes));
  const readOutside = new Set(func.outputs);
  for (const node of func.nodes)
    if (!sunkNodes.has(node)) node.inputs.forEach((id) => readOutside.add(id));
  for (const { nodes, read } of plan.values())
    for (const id of nodes.flatMap(({ outputs }) => outputs)) if (readOutside.has(id)) read.add(id);
  return plan;
}

function homeOf(
  func: Func,
  node: Node,
  homes: ReadonlyMap<ValueId, ScanNode>,
  producers: ReadonlyMap<ValueId, Node>,
): ScanNode | undefined {
  const isMovable = isElementwise(node.op) || (node.op === 'concat' && node.attributes.axis > 0);
  if (!isMovable) return undefined;
  const changing = node.inputs.filter((id) => numberOf(id, producers) === undefined);
  const [home, ...others] = [...new Set(changing.map((id) => homes.get(id)))];
  const [type] = node.outputs.map((id) => func.types[id]);
  return others.length === 0 && type?.shape[0] === home?.attributes.length ? home : undefined;
}

/** The constant of one number that a value repeats. */
function numberOf(
  id: ValueId,
  producers: ReadonlyMap<ValueId, Node>,
): (Node & { op: 'constant' }) | undefined {
  const node = producers.get(id);
  if (node?.op === 'broadcastTo') return numberOf(node.inputs[0] ?? -1, producers);
  return node?.op === 'constant' && node.attributes.value.length === 1 ? node : undefined;
}

/** The scan's body with the nodes at its end, and which of their values it gives out. */
function extended(
  func: Func,
  { attributes, outputs }: ScanNode,
  { nodes, read }: Sunk,
): { body: Func; added: ValueId[] } {
  const { body, carries } = attributes;
  const b = new Builder();
  const inputs = body.inputs.map((id) => b.input(body.types[id] as TensorType));
  const results = b.inline(body, inputs);
  const values = new Map<ValueId, Value>();
  outputs.forEach((id, i) => {
    if (i >= carries) values.set(id, results[i] as Value);
  });
  const producers = new Map(func.nodes.flatMap((node) => node.outputs.map((id) => [id, node])));
  const step = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape: shape.slice(1) });
  for (const node of nodes) {
    const operands = node.inputs.map((id) => {
      const known = values.get(id);
      if (known) return known;
      const type = step(func.types[id] as TensorType);
      const number = numberOf(id, producers)?.attributes.value[0] ?? NaN;
      return b.broadcastTo(b.constant(number, [], type.dtype), type.shape);
    });
    const copy = { ...node, inputs: operands.map(({ id }) => id) } as Node;
    const moved =
      copy.op === 'concat' ? { ...copy, attributes: { axis: copy.attributes.axis - 1 } } : copy;
    const types = node.outputs.map((id) => step(func.types[id] as TensorType));
    b.append(moved, types).forEach((value, i) => values.set(node.outputs[i] as ValueId, value));
  }
  const added = [...read];
  return { body: b.finish([...results, ...added.map((id) => values.get(id) as Value)]), added };
}
