/**
 * Joins and cuts that are there already: a `slice` of a `concat` that is one of its pieces is that
 * piece, and a `concat` of stacks that the body of a scan joins at every step is an output of the
 * scan.
 */
import {
  eliminateDeadCode,
  rewrite,
  sameShape,
  type Func,
  type Node,
  type Value,
  type ValueId,
} from '@chronograd/graph';

type ScanNode = Node & { readonly op: 'scan' };
type Slice = Node & { readonly op: 'slice' };

/** The function without slices of concats that are pieces of them. */
export function takePieces(func: Func): Func {
  const result = rewrite(func, ({ b, node, inputs, producer }) => {
    const [whole] = inputs;
    const made = whole && producer(whole);
    if (node.op !== 'slice' || made?.op !== 'concat') return undefined;
    const pieces = made.inputs.map((id) => b.value(id));
    const piece = pieceOf(node, pieces, made.attributes.axis);
    return piece && [piece];
  });
  return eliminateDeadCode(result);
}

function pieceOf({ attributes }: Slice, pieces: readonly Value[], axis: number): Value | undefined {
  const { starts, limits } = attributes;
  let at = 0;
  for (const piece of pieces) {
    const size = piece.type.shape[axis] ?? 0;
    const sizes = limits.map((limit, i) => limit - (starts[i] ?? 0));
    if (starts[axis] === at && sameShape(sizes, piece.type.shape)) return piece;
    at += size;
  }
  return undefined;
}

/** What a body joins, as a new output of its scan. */
interface Joined {
  readonly scan: ScanNode;
  /** The value of the body. */
  readonly value: ValueId;
}

/** The function with stacks that bodies of scans have joined taken from there. */
export function takeJoins(func: Func): Func {
  const joins = joinsOf(func);
  if (joins.size === 0) return func;
  const taken = new Map<string, Value>();
  const keyOf = ({ scan, value }: Joined): string => `${scan.outputs[0]} ${value}`;
  const result = rewrite(func, ({ b, node, inputs }) => {
    const joined = joins.get(node);
    if (joined) return [taken.get(keyOf(joined)) as Value];
    if (node.op !== 'scan') return undefined;
    const { body } = node.attributes;
    const own = [...joins.values()].filter(({ scan }) => scan === node);
    const added = [...new Set(own.map(({ value }) => value))];
    const outputs = b.emit('scan', inputs, {
      ...node.attributes,
      body: { ...body, outputs: [...body.outputs, ...added] },
    });
    own.forEach((join) => {
      const place = body.outputs.length + added.indexOf(join.value);
      taken.set(keyOf(join), outputs[place] as Value);
    });
    return outputs.slice(0, body.outputs.length);
  });
  return eliminateDeadCode(result);
}

function joinsOf(func: Func): Map<Node, Joined> {
  const makers = new Map(func.nodes.flatMap((node) => node.outputs.map((id) => [id, node])));
  /** The pieces along an axis of which a value consists. */
  const piecesOf = (id: ValueId, axis: number): readonly ValueId[] => {
    const node = makers.get(id);
    const isJoined = node?.op === 'concat' && node.attributes.axis === axis;
    return isJoined ? node.inputs.flatMap((input) => piecesOf(input, axis)) : [id];
  };
  const joins = new Map<Node, Joined>();
  for (const node of func.nodes) {
    if (node.op !== 'concat' || node.attributes.axis === 0) continue;
    const { axis } = node.attributes;
    const pieces = piecesOf(node.outputs[0] ?? -1, axis);
    const scan = pieces.map((id) => makers.get(id)).find((made) => made?.op === 'scan');
    if (scan?.op !== 'scan') continue;
    const { body, carries } = scan.attributes;
    /** What a value of the body is, for all steps, in pieces. */
    const stacked = (id: ValueId): readonly ValueId[] => {
      const output = body.outputs.indexOf(id, carries);
      const input = body.inputs.indexOf(id);
      if (output >= 0) return [scan.outputs[output] as ValueId];
      return input < 0 ? [-1] : piecesOf(scan.inputs[input] as ValueId, axis);
    };
    const same = body.nodes.find(
      (step) =>
        step.op === 'concat' &&
        step.attributes.axis === axis - 1 &&
        sameShape(step.inputs.flatMap(stacked), pieces),
    );
    if (same) joins.set(node, { scan, value: same.outputs[0] as ValueId });
  }
  return joins;
}
