/** Removes what no output depends on, inside of scans as well, and numbers values afresh. */
import { Builder, type Value } from '../ir/builder.ts';
import type { ScanAttributes } from '../ir/primitives.ts';
import type { Func, Node, TensorType, ValueId } from '../ir/types.ts';

/** The function without dead nodes, dead scan outputs, unread consts and unread carries. */
export function eliminateDeadCode(func: Func): Func {
  const live = new Set<ValueId>(func.outputs);
  const kept: { node: Node; outputs: readonly ValueId[] }[] = [];
  for (const node of [...func.nodes].reverse()) {
    if (!node.outputs.some((id) => live.has(id))) continue;
    const pruned = node.op === 'scan' ? pruneScan(node, live) : { node, outputs: node.outputs };
    pruned.node.inputs.forEach((id) => live.add(id));
    kept.push(pruned);
  }
  const b = new Builder();
  const values = new Map<ValueId, Value>();
  func.inputs.forEach((id) => values.set(id, b.input(func.types[id] as TensorType)));
  const at = (id: ValueId): Value => values.get(id) as Value;
  for (const { node, outputs } of kept.reverse()) {
    const copy = { ...node, inputs: node.inputs.map((id) => at(id).id) } as Node;
    const types = outputs.map((id) => func.types[id] as TensorType);
    b.append(copy, types).forEach((value, i) => values.set(outputs[i] as ValueId, value));
  }
  return b.finish(func.outputs.map(at));
}

/** A scan with only the outputs that are read, and the inputs that those need. */
function pruneScan(
  node: Node & { op: 'scan' },
  live: ReadonlySet<ValueId>,
): { node: Node; outputs: readonly ValueId[] } {
  const { body, consts, carries, ...rest } = node.attributes;
  const keepOutput = node.outputs.map((id, i) => i >= carries && live.has(id));
  const keepCarry = Array.from({ length: carries }, (_, k) => live.has(node.outputs[k] as ValueId));
  // A carry that nothing outside reads lives on if a kept output of the body depends on it.
  let reads = new Set<ValueId>();
  for (let changed = true; changed;) {
    changed = false;
    reads = reachable(
      body,
      body.outputs.filter((_, i) => (i < carries ? keepCarry[i] : keepOutput[i])),
    );
    for (let k = 0; k < carries; k++) {
      if (keepCarry[k] || !reads.has(body.inputs[consts + k] as ValueId)) continue;
      keepCarry[k] = true;
      changed = true;
    }
  }
  const kept = (i: number): boolean => (i < carries ? keepCarry[i] : keepOutput[i]) ?? false;
  const keptInput = (i: number): boolean =>
    i >= consts && i < consts + carries
      ? (keepCarry[i - consts] ?? false)
      : reads.has(body.inputs[i] as ValueId);
  const inputs = body.inputs.filter((_, i) => keptInput(i));
  const pruned = eliminateDeadCode({
    ...body,
    inputs,
    outputs: body.outputs.filter((_, i) => kept(i)),
  });
  const attributes: ScanAttributes = {
    ...rest,
    body: pruned,
    consts: body.inputs.filter((_, i) => i < consts && keptInput(i)).length,
    carries: keepCarry.filter(Boolean).length,
  };
  return {
    node: { ...node, inputs: node.inputs.filter((_, i) => keptInput(i)), attributes },
    outputs: node.outputs.filter((_, i) => kept(i)),
  };
}

function reachable(func: Func, outputs: readonly ValueId[]): Set<ValueId> {
  const seen = new Set<ValueId>(outputs);
  for (const node of [...func.nodes].reverse())
    if (node.outputs.some((id) => seen.has(id))) node.inputs.forEach((id) => seen.add(id));
  return seen;
}
