/** What is known of a scan's body before code is written: where its values come from, and when. */
import type { Func, Node, PrimitiveNode, ScanAttributes, ValueId } from '@chronograd/graph';
import { ScanRefusal } from './refusal.ts';

/** Where an input of the body comes from. */
export interface BodyInput {
  readonly role: 'const' | 'carry' | 'x';
  /** Its number among the inputs of the scan. */
  readonly place: number;
}

/** A body with what depends on its carries. */
export interface Body {
  readonly func: Func;
  readonly inputs: ReadonlyMap<ValueId, BodyInput>;
  readonly nodeOf: ReadonlyMap<ValueId, PrimitiveNode>;
  /** Values that depend on a carry. */
  readonly carried: ReadonlySet<ValueId>;
}

const movers = new Set([
  'reshape',
  'transpose',
  'broadcastTo',
  'slice',
  'pad',
  'concat',
  'reverse',
]);
const shareless = new Set(['gather', 'scatterAdd', 'scan', 'randomBits', 'argMax', 'composite']);

/**
 * Reads a body.
 * @throws {@link ScanRefusal} for an operation that the fused kernel does not have
 */
export function readBody({ body: func, consts, carries }: ScanAttributes): Body {
  const inputs = new Map<ValueId, BodyInput>();
  func.inputs.forEach((id, place) => {
    const role = place < consts ? 'const' : place < consts + carries ? 'carry' : 'x';
    inputs.set(id, { role, place });
  });
  const nodeOf = new Map<ValueId, PrimitiveNode>();
  const carried = new Set([...inputs].filter(([, { role }]) => role === 'carry').map(([id]) => id));
  for (const node of func.nodes) {
    const primitive = primitiveOf(node);
    const [output] = primitive.outputs as [ValueId];
    nodeOf.set(output, primitive);
    if (node.inputs.some((id) => carried.has(id))) carried.add(output);
  }
  return { func, inputs, nodeOf, carried };
}

function primitiveOf(node: Node): PrimitiveNode {
  if (node.op === 'composite' || node.op === 'compositeGradient' || shareless.has(node.op))
    throw new ScanRefusal(`${node.op} in the body`);
  return node as PrimitiveNode;
}

/** Whether an operation reads elements of other places than its own: those of other threads. */
export function gathers(op: string): boolean {
  return op === 'matmul' || op === 'reduceSum' || op === 'reduceMax';
}

/** Whether an operation only moves elements. */
export function moves(op: string): boolean {
  return movers.has(op);
}
