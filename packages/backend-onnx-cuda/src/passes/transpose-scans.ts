/**
 * Loops with features before batch: every matrix of a body is held transposed. Pieces of a
 * `concat` along the features, of which a cell's step has several, are then rows, which are copied
 * whole. Transposing what goes in and out costs as much as it saves unless it meets another
 * transpose, so the result is taken only where less is moved outside of the loops than before.
 */
import {
  isElementwise,
  Builder,
  optimize,
  rewrite,
  sizeOf,
  type Func,
  type Node,
  type TensorType,
  type Value,
  type ValueId,
} from '@chronograd/graph';

type ScanNode = Node & { readonly op: 'scan' };

/** The function with its loops transposed, or as it is where that would move more. */
export function transposeScans(func: Func): Func {
  if (!func.nodes.some((node) => node.op === 'scan' && joinsFeatures(node))) return func;
  const result = optimize(
    rewrite(func, ({ b, node, inputs }) =>
      node.op === 'scan' && canTranspose(node.attributes.body)
        ? transposedScan(b, node, inputs)
        : undefined,
    ),
  );
  return moved(result) > moved(func) ? func : result;
}

/** Elements of the stacks that are transposed outside of the loops. */
function moved(func: Func): number {
  return func.nodes.reduce((sum, node) => {
    if (node.op !== 'transpose') return sum;
    const shape = func.types[node.outputs[0] ?? -1]?.shape ?? [];
    return shape.length < 3 ? sum : sum + sizeOf(shape);
  }, 0);
}

function joinsFeatures({ attributes: { body } }: ScanNode): boolean {
  return body.nodes.some((node) => node.op === 'concat' && node.attributes.axis === 1);
}

/** Whether every node of a body has a form for transposed matrices. */
function canTranspose(body: Func): boolean {
  const rank = (id: ValueId): number => body.types[id]?.shape.length ?? 0;
  return body.nodes.every((node) => {
    if ([...node.inputs, ...node.outputs].some((id) => rank(id) > 2)) return false;
    if (isElementwise(node.op)) return true;
    switch (node.op) {
      case 'matmul':
      case 'broadcastTo':
      case 'reduceSum':
      case 'reduceMax':
      case 'concat':
      case 'slice':
        return true;
      case 'constant':
        return rank(node.outputs[0] ?? -1) < 2 || node.attributes.value.length === 1;
      default:
        return false;
    }
  });
}

const flip = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape: flipped(shape) });

/** A list with an element for each of two axes, the other way round. */
function flipped<T>(list: readonly T[]): readonly T[] {
  return list.length === 2 ? [list[1] as T, list[0] as T] : list;
}

function transposedScan(b: Builder, node: ScanNode, inputs: readonly Value[]): Value[] {
  const { body, consts, carries } = node.attributes;
  const sums = sumsOf(body, consts, carries);
  const straight = new Set([...straightConsts(body, consts), ...sums]);
  const inner = new Builder();
  const values = new Map<ValueId, Value>();
  const operands = inputs.map((value, place) => {
    const id = body.inputs[place] as ValueId;
    const type = body.types[id] as TensorType;
    const isStraight = straight.has(id);
    values.set(id, inner.input(isStraight ? type : flip(type)));
    return isStraight || type.shape.length !== 2 ? value : swap(b, value);
  });
  for (const step of body.nodes) transposeNode(inner, body, step, values, straight);
  const results = b.emit('scan', operands, {
    ...node.attributes,
    body: inner.finish(body.outputs.map((id) => values.get(id) as Value)),
  });
  return results.map((value, i) =>
    body.types[body.outputs[i] as ValueId]?.shape.length === 2 &&
    !sums.has(body.outputs[i] as ValueId)
      ? swap(b, value)
      : value,
  );
}

/** The last two axes swapped: of pieces rather than of what they are put together to. */
function swap(b: Builder, value: Value): Value {
  const { shape } = value.type;
  const node = b.producer(value.id);
  const operands = node?.inputs.map((id) => b.value(id)) ?? [];
  const [first] = operands;
  const axes = shape.length === 2 ? [1, 0] : [0, 2, 1];
  const turn = <T>(list: readonly T[]): T[] => axes.map((axis) => list[axis] as T);
  if (node?.op === 'broadcastTo' && first?.type.shape.length === 0)
    return b.broadcastTo(first, turn(shape));
  if (node?.op === 'concat' && shape.length === 3)
    return b.concat(
      operands.map((operand) => swap(b, operand)),
      axes.indexOf(node.attributes.axis),
    );
  if (node?.op === 'slice' && first) {
    const { starts, limits } = node.attributes;
    return b.one('slice', [swap(b, first)], { starts: turn(starts), limits: turn(limits) });
  }
  return b.transpose(value, axes);
}

/**
 * Matrices that are the same at every step and only multiply from the right, transposed: as they
 * are, they multiply from the left.
 */
function straightConsts(body: Func, consts: number): ReadonlySet<ValueId> {
  return new Set(
    body.inputs.slice(0, consts).filter((id) => {
      const readers = body.nodes.filter((node) => node.inputs.includes(id));
      return (
        !body.outputs.includes(id) &&
        readers.every(
          (node) =>
            node.op === 'matmul' &&
            node.attributes.transposeB &&
            node.inputs[1] === id &&
            node.inputs[0] !== id,
        )
      );
    }),
  );
}

/**
 * Carries that only add up products, with these products and sums: they stay as they are, for a
 * product of transposed operands can be had either way.
 */
function sumsOf(body: Func, consts: number, carries: number): ReadonlySet<ValueId> {
  const makers = new Map(body.nodes.flatMap((node) => node.outputs.map((id) => [id, node])));
  const reads = (id: ValueId): number =>
    [...body.nodes.flatMap((node) => node.inputs), ...body.outputs].filter((other) => other === id)
      .length;
  return new Set(
    body.outputs.slice(0, carries).flatMap((sum, place) => {
      const total = body.inputs[consts + place] as ValueId;
      const add = makers.get(sum);
      const product = add?.inputs.find((id) => id !== total) ?? -1;
      const isSum = add?.op === 'add' && add.inputs.includes(total) && reads(sum) === 1;
      const isProduct = makers.get(product)?.op === 'matmul' && reads(product) === 1;
      return isSum && isProduct && reads(total) === 1 ? [total, product, sum] : [];
    }),
  );
}

/** Writes a node for transposed operands. */
function transposeNode(
  b: Builder,
  body: Func,
  node: Node,
  values: Map<ValueId, Value>,
  straight: ReadonlySet<ValueId>,
): void {
  const inputs = node.inputs.map((id) => values.get(id) as Value);
  const [x, y] = inputs as [Value, Value];
  const [output = -1] = node.outputs;
  const type = body.types[output] as TensorType;
  const source = body.types[node.inputs[0] ?? -1];
  const set = (value: Value): void => void values.set(output, value);
  const rank = source?.shape.length ?? 0;
  switch (node.op) {
    case 'matmul': {
      const { transposeA, transposeB } = node.attributes;
      if (straight.has(output))
        return set(b.matmul(x, y, { transposeA: !transposeA, transposeB: !transposeB }));
      const isStraight = straight.has(node.inputs[1] ?? -1);
      const swapped = { transposeA: transposeB && !isStraight, transposeB: transposeA };
      return set(b.matmul(y, x, swapped));
    }
    case 'broadcastTo': {
      const isVector = rank === 1 && type.shape.length === 2;
      const column = isVector ? b.reshape(x, [source?.shape[0] ?? 0, 1]) : x;
      return set(b.broadcastTo(column, flipped(type.shape)));
    }
    case 'reduceSum':
    case 'reduceMax': {
      const { axes, keepDims } = node.attributes;
      const turned = rank === 2 ? axes.map((axis) => 1 - axis).sort() : axes;
      return set(b.one(node.op, [x], { axes: turned, keepDims }));
    }
    case 'concat': {
      const { axis } = node.attributes;
      return set(b.concat(inputs, rank === 2 ? 1 - axis : axis));
    }
    case 'slice': {
      const { starts, limits } = node.attributes;
      return set(b.one('slice', [x], { starts: flipped(starts), limits: flipped(limits) }));
    }
    case 'constant': {
      const { dtype, shape, value } = node.attributes;
      return set(b.one('constant', [], { dtype, shape: flipped(shape), value }));
    }
    default: {
      const copy = { ...node, inputs: inputs.map(({ id }) => id) } as Node;
      return set(b.append(copy, [straight.has(output) ? type : flip(type)])[0] as Value);
    }
  }
}
