/**
 * Cuts weights rather than results: where a matrix product is only read in pieces along its last
 * axis, as the gates of a cell are, each piece is a product of its own with a piece of the weights.
 * The weights are cut once, outside of the loop; the results would be cut at every step, and each
 * product can take its activation with it.
 */
import {
  eliminateDeadCode,
  hoistScans,
  rewrite,
  type Builder,
  type Func,
  type Node,
  type PrimitiveName,
  type TensorType,
  type Value,
  type ValueId,
} from '@chronograd/graph';

/** Element-wise operations that a cut goes through. */
const THROUGH: ReadonlySet<string> = new Set<PrimitiveName>(['add', 'sigmoid', 'tanh']);

/** The function with products cut in the bodies of its scans, and in itself. */
export function splitProducts(func: Func): Func {
  const inBodies = rewrite(func, ({ b, node, inputs }) => {
    if (node.op !== 'scan') return undefined;
    const body = splitOnce(node.attributes.body);
    return b.append(
      { ...node, inputs: inputs.map(({ id }) => id), attributes: { ...node.attributes, body } },
      node.outputs.map((id) => func.types[id] as TensorType),
    );
  });
  return splitOnce(hoistScans(inBodies));
}

function splitOnce(func: Func): Func {
  const targets = targetsOf(func);
  if (targets.size === 0) return func;
  const result = rewrite(func, ({ b, node, inputs }) => {
    const [operand = -1] = node.inputs;
    const [value] = inputs;
    if (node.op !== 'slice' || !value || !targets.has(operand)) return undefined;
    const last = value.type.shape.length - 1;
    const { starts, limits } = node.attributes;
    return [pieceOf(b, value, starts[last] ?? 0, limits[last] ?? 0)];
  });
  return eliminateDeadCode(result);
}

/** Values that hold a product and are read only in pieces of their last axis. */
function targetsOf(func: Func): ReadonlySet<ValueId> {
  const readers = new Map<ValueId, Node[]>();
  const producers = new Map<ValueId, Node>();
  for (const node of func.nodes) {
    node.inputs.forEach((id) => readers.set(id, [...(readers.get(id) ?? []), node]));
    node.outputs.forEach((id) => producers.set(id, node));
  }
  const outputs = new Set(func.outputs);
  const holdsProduct = (id: ValueId): boolean => {
    const node = producers.get(id);
    if (node?.op === 'matmul') return true;
    if (node?.op === 'reshape' && !keepsLastAxis(func, node)) return false;
    const isThrough = node && (THROUGH.has(node.op) || node.op === 'reshape');
    // What is read elsewhere as well would be computed twice.
    return (
      (isThrough &&
        node.inputs.some((input) => readers.get(input)?.length === 1 && holdsProduct(input))) ??
      false
    );
  };
  return new Set(
    [...readers.keys()].filter(
      (id) =>
        !outputs.has(id) && isReadInPieces(func, id, readers.get(id) ?? []) && holdsProduct(id),
    ),
  );
}

function keepsLastAxis(func: Func, node: Node): boolean {
  const [from, to] = [node.inputs[0] ?? -1, node.outputs[0] ?? -1].map((id) => func.types[id]);
  return from?.shape.at(-1) === to?.shape.at(-1);
}

function isReadInPieces(func: Func, id: ValueId, readers: readonly Node[]): boolean {
  const shape = func.types[id]?.shape ?? [];
  const last = shape.length - 1;
  if (last < 1) return false;
  const pieces = readers.map((node) => {
    if (node.op !== 'slice') return undefined;
    const { starts, limits } = node.attributes;
    const isWholeElsewhere = shape.every(
      (d, axis) => axis === last || (starts[axis] === 0 && limits[axis] === d),
    );
    return isWholeElsewhere ? { start: starts[last] ?? 0, limit: limits[last] ?? 0 } : undefined;
  });
  let at = 0;
  for (const piece of pieces.sort((a, b) => (a?.start ?? 0) - (b?.start ?? 0))) {
    if (piece === undefined || piece.start < at) return false;
    at = piece.limit;
  }
  return true;
}

/** `value[…, start:limit]`, computed from pieces of what the value is made of. */
function pieceOf(b: Builder, value: Value, start: number, limit: number): Value {
  const { shape } = value.type;
  const last = shape.length - 1;
  const size = limit - start;
  if (start === 0 && size === shape[last]) return value;
  const node = b.producer(value.id);
  const operands = node?.inputs.map((id) => b.value(id)) ?? [];
  const [x, y] = operands as [Value, Value];
  const piece = (operand: Value): Value => pieceOf(b, operand, start, limit);
  switch (node?.op) {
    case 'matmul': {
      const { transposeA, transposeB } = node.attributes;
      const rows = y.type.shape.length - 2;
      const weights = transposeB ? b.sliceAxis(y, rows, start, limit) : piece(y);
      return b.matmul(x, weights, { transposeA, transposeB });
    }
    case 'add':
      return b.add(piece(x), piece(y));
    case 'sigmoid':
      return b.sigmoid(piece(x));
    case 'tanh':
      return b.tanh(piece(x));
    case 'reshape':
      if (x.type.shape.at(-1) !== shape[last] || x.type.shape.length === 0) break;
      return b.reshape(piece(x), [...shape.slice(0, -1), size]);
    case 'broadcastTo': {
      const repeats = x.type.shape.length === 0 || x.type.shape.at(-1) === 1;
      return b.broadcastTo(repeats ? x : piece(x), [...shape.slice(0, -1), size]);
    }
  }
  return b.sliceAxis(value, last, start, limit);
}
