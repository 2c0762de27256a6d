/**
 * Products of what a step is given and of what it carries as one. A cell adds a product of its
 * input, which is computed for all steps before the loop, to a product of its state:
 * `x W + b + h U`. With few features that is `[h, x, 1] [U; W; b]`: one product and no large
 * projection to write, cut and read, and the gradient of all three weights is one product too.
 *
 * Runs on the decompositions of composites, before gradients are written.
 */
import {
  Builder,
  eliminateDeadCode,
  optimize,
  rewrite,
  type Func,
  type Node,
  type TensorType,
  type Value,
  type ValueId,
} from '@chronograd/graph';

type ScanNode = Node & { readonly op: 'scan' };
type Produced = (value: Value) => Node | undefined;

/** The function with such products joined in the decompositions of its composites. */
export function blockProducts(func: Func): Func {
  const nodes = func.nodes.map((node): Node => {
    if (node.op === 'composite')
      return { ...node, attributes: { ...node.attributes, ...joined(node.attributes) } };
    if (node.op === 'compositeGradient')
      return { ...node, attributes: { ...node.attributes, ...joined(node.attributes) } };
    return node;
  });
  return { ...func, nodes };
}

const known = new WeakMap<Func, Func>();

function joined({ decomposition }: { readonly decomposition: Func }): { decomposition: Func } {
  const result = known.get(decomposition) ?? joinProducts(decomposition);
  known.set(decomposition, result);
  return { decomposition: result };
}

/** The function with the products of its scans joined. */
export function joinProducts(func: Func): Func {
  if (!func.nodes.some(({ op }) => op === 'scan')) return func;
  const result = rewrite(optimize(func), ({ b, node, inputs, producer }) =>
    node.op === 'scan' ? joinedScan(b, node, inputs, producer) : undefined,
  );
  return eliminateDeadCode(result);
}

/** A projection of all steps: `source [time, batch, features] x weights + bias`. */
interface Projection {
  readonly source: Value;
  /** `[features, n]` */
  readonly weights: Value;
  /** `[n]` */
  readonly bias: Value | undefined;
}

/** An addition in a body that becomes part of a product. */
interface Sum {
  /** What the weights of the state multiply, in the body. */
  readonly state: ValueId;
  /** Place of these weights among the scan's inputs. */
  readonly weights: number;
  readonly projection: Projection;
}

function joinedScan(
  b: Builder,
  node: ScanNode,
  inputs: readonly Value[],
  producer: Produced,
): readonly Value[] | undefined {
  const { body, consts, carries } = node.attributes;
  const sums = sumsOf(b, node, inputs, producer);
  if (sums.size === 0) return undefined;
  const blocks = new Map<Node, Value>();
  /** What each projection's source becomes: with a column of ones where there is a bias. */
  const sources = new Map<string, Value>();
  for (const [add, { weights, projection }] of sums) {
    const { source, bias } = projection;
    const [time = 0, batch = 0] = source.type.shape;
    const columns = projection.weights.type.shape[1] ?? 0;
    const rows = [inputs[weights] as Value, projection.weights];
    blocks.set(add, b.concat(bias ? [...rows, b.reshape(bias, [1, columns])] : rows, 0));
    const key = sourceKey(projection);
    if (sources.has(key)) continue;
    const ones = (): Value => b.broadcastTo(b.constant(1), [time, batch, 1]);
    sources.set(key, bias ? b.concat([source, ones()], 2) : source);
  }
  const inner = new Builder();
  const values = new Map<ValueId, Value>();
  const at = (id: ValueId): Value => values.get(id) as Value;
  const take = (id: ValueId): void =>
    void values.set(id, inner.input(body.types[id] as TensorType));
  body.inputs.slice(0, consts).forEach(take);
  const innerBlocks = new Map([...blocks].map(([add, { type }]) => [add, inner.input(type)]));
  body.inputs.slice(consts).forEach(take);
  const slices = new Map(
    [...sources].map(([key, { type }]) => [
      key,
      inner.input({ dtype: type.dtype, shape: type.shape.slice(1) }),
    ]),
  );
  const states = new Map<string, Value>();
  for (const step of body.nodes) {
    const sum = sums.get(step);
    if (sum) {
      const key = sourceKey(sum.projection);
      const place = `${sum.state} ${key}`;
      const whole = states.get(place) ?? inner.concat([at(sum.state), slices.get(key) as Value], 1);
      states.set(place, whole);
      values.set(step.outputs[0] as ValueId, inner.matmul(whole, innerBlocks.get(step) as Value));
      continue;
    }
    const copy = { ...step, inputs: step.inputs.map((id) => at(id).id) } as Node;
    const types = step.outputs.map((id) => body.types[id] as TensorType);
    inner.append(copy, types).forEach((value, i) => values.set(step.outputs[i] as ValueId, value));
  }
  return b.emit(
    'scan',
    [...inputs.slice(0, consts), ...blocks.values(), ...inputs.slice(consts), ...sources.values()],
    {
      ...node.attributes,
      consts: consts + blocks.size,
      carries,
      body: inner.finish(body.outputs.map(at)),
    },
  );
}

function sourceKey({ source, bias }: Projection): string {
  return bias ? `${source.id} 1` : `${source.id}`;
}

/** The additions of a body that can become products. */
function sumsOf(
  b: Builder,
  { attributes: { body, consts, carries } }: ScanNode,
  inputs: readonly Value[],
  producer: Produced,
): Map<Node, Sum> {
  const uses = new Map<ValueId, number>();
  for (const id of [...body.nodes.flatMap((node) => node.inputs), ...body.outputs])
    uses.set(id, (uses.get(id) ?? 0) + 1);
  const makers = new Map(body.nodes.flatMap((node) => node.outputs.map((id) => [id, node])));
  const sums = new Map<Node, Sum>();
  for (const node of body.nodes) {
    if (node.op !== 'add') continue;
    const [x = -1, y = -1] = node.inputs;
    for (const [slice, product] of [
      [x, y],
      [y, x],
    ] as const) {
      const place = body.inputs.indexOf(slice);
      const made = makers.get(product);
      if (place < consts + carries || uses.get(slice) !== 1 || uses.get(product) !== 1) continue;
      if (made?.op !== 'matmul' || made.attributes.transposeA || made.attributes.transposeB)
        continue;
      const [state = -1, weights = -1] = made.inputs;
      const weightsPlace = body.inputs.indexOf(weights);
      if (weightsPlace < 0 || weightsPlace >= consts) continue;
      const projection = projectionOf(b, inputs[place] as Value, producer);
      const units = body.types[state]?.shape[1] ?? 0;
      const [features = 0, columns = 0] = projection?.weights.type.shape ?? [];
      // Joining costs a copy at every step: of as many features as units it is more than is saved,
      // and one gate alone adds its projection for less.
      if (!projection || features >= units || columns <= units) continue;
      sums.set(node, { state, weights: weightsPlace, projection });
      break;
    }
  }
  return sums;
}

/** What a value `[time, batch, n]` is the projection of, if it is one. */
function projectionOf(b: Builder, value: Value, producer: Produced): Projection | undefined {
  const node = producer(value);
  const operands = node?.inputs.map((id) => b.value(id)) ?? [];
  const [first] = operands;
  if (!node || !first) return undefined;
  const { shape } = value.type;
  if (node.op === 'slice') {
    const last = shape.length - 1;
    const { starts, limits } = node.attributes;
    const isWhole = shape.every((size, axis) => axis === last || size === first.type.shape[axis]);
    const whole = isWhole ? projectionOf(b, first, producer) : undefined;
    if (!whole) return undefined;
    const [start, limit] = [starts[last] ?? 0, limits[last] ?? 0];
    return {
      source: whole.source,
      weights: b.sliceAxis(whole.weights, 1, start, limit),
      bias: whole.bias && b.sliceAxis(whole.bias, 0, start, limit),
    };
  }
  if (node.op !== 'reshape' || shape.length !== 3 || first.type.shape.length !== 2)
    return undefined;
  const made = producer(first);
  if (made?.op === 'add') {
    const [x, y] = made.inputs.map((id) => b.value(id)) as [Value, Value];
    const product = productOf(b, x, shape, producer) ?? productOf(b, y, shape, producer);
    const bias = biasOf(b, x, producer) ?? biasOf(b, y, producer);
    return product && bias && { ...product, bias };
  }
  return productOf(b, first, shape, producer);
}

/** `reshape(source) x weights`, where the source has the time and batch of `shape`. */
function productOf(
  b: Builder,
  value: Value,
  [time = 0, batch = 0]: readonly number[],
  producer: Produced,
): Projection | undefined {
  const node = producer(value);
  if (node?.op !== 'matmul' || node.attributes.transposeA || node.attributes.transposeB)
    return undefined;
  const [flat, weights] = node.inputs.map((id) => b.value(id)) as [Value, Value];
  const features = flat.type.shape[1] ?? 0;
  if (flat.type.shape[0] !== time * batch) return undefined;
  return { source: b.reshape(flat, [time, batch, features]), weights, bias: undefined };
}

/** A vector that is repeated to rows. */
function biasOf(b: Builder, value: Value, producer: Produced): Value | undefined {
  const node = producer(value);
  if (node?.op !== 'broadcastTo') return undefined;
  const source = b.value(node.inputs[0] as ValueId);
  return source.type.shape.length === 1 && source.type.shape[0] === value.type.shape[1]
    ? source
    : undefined;
}
