/**
 * One update for all parameters: where a vector that a function returns is a `concat` of pieces
 * that are computed alike, element by element, it is computed from vectors of their operands.
 * Parameters and slots that lie in vectors are then updated in one go, whatever the optimizer, and
 * the sum of the squares of all gradients is that of one vector.
 */
import {
  isElementwise,
  eliminateDeadCode,
  rewrite,
  sizeOf,
  type Builder,
  type Func,
  type Node,
  type Value,
  type ValueId,
} from '@chronograd/graph';

/** The function with updates that are alike joined. */
export function joinUpdates(func: Func): Func {
  const makers = new Map(func.nodes.flatMap((node) => node.outputs.map((id) => [id, node])));
  const vectors = new Set<Node>(
    func.outputs.flatMap((id) => {
      const node = makers.get(id);
      return node?.op === 'concat' && func.types[id]?.shape.length === 1 ? [node] : [];
    }),
  );
  if (vectors.size === 0) return func;
  const counts = new Set([...vectors].map(({ inputs }) => inputs.length));
  let joiner: Joiner | undefined;
  const result = rewrite(func, ({ b, node, inputs }) => {
    joiner ??= new Joiner(b);
    if (vectors.has(node)) return [joiner.join(inputs)];
    const squares = node.op === 'add' ? joiner.sums(node, inputs) : undefined;
    return squares && counts.has(squares.length) ? [b.reduceSum(joiner.join(squares))] : undefined;
  });
  return eliminateDeadCode(result);
}

/** Joins values that are alike to vectors; each list of values once. */
class Joiner {
  private readonly known = new Map<string, Value>();

  constructor(private readonly b: Builder) {}

  /** The elements of all values, after each other. */
  join(values: readonly Value[]): Value {
    const sources = values.map((value) => this.unshaped(value));
    const key = sources.map(({ id }) => id).join(',');
    const joined = this.known.get(key) ?? this.make(sources);
    this.known.set(key, joined);
    return joined;
  }

  /** The values whose sums, over all elements, a sum of scalars adds up; none if it adds others. */
  sums({ op }: { readonly op: string }, inputs: readonly Value[]): readonly Value[] | undefined {
    const parts = inputs.map((value): readonly Value[] | undefined => {
      const node = this.b.producer(value.id);
      const operands = node?.inputs.map((id) => this.b.value(id)) ?? [];
      if (node?.op === 'constant' && node.attributes.value.every((x: number) => x === 0)) return [];
      if (node?.op === op) return this.sums(node, operands);
      const [whole] = operands;
      return node?.op === 'reduceSum' && whole && value.type.shape.length === 0
        ? [whole]
        : undefined;
    });
    return parts.some((part) => part === undefined) || (inputs[0]?.type.shape.length ?? 1) > 0
      ? undefined
      : parts.flatMap((part) => part ?? []);
  }

  /** The value that a reshape is made of, through any number of them. */
  private unshaped(value: Value): Value {
    const node = this.b.producer(value.id);
    return node?.op === 'reshape' ? this.unshaped(this.b.value(node.inputs[0] as ValueId)) : value;
  }

  private make(values: readonly Value[]): Value {
    const nodes = values.map(({ id }) => this.b.producer(id));
    return this.consecutive(nodes) ?? this.repeated(values, nodes) ?? this.alike(values, nodes);
  }

  /** Slices that make up a vector, as that vector. */
  private consecutive(nodes: readonly (Node | undefined)[]): Value | undefined {
    const [first] = nodes;
    if (first?.op !== 'slice') return undefined;
    const whole = this.b.value(first.inputs[0] as ValueId);
    let at = 0;
    for (const node of nodes) {
      if (node?.op !== 'slice' || node.inputs[0] !== whole.id) return undefined;
      const { starts, limits } = node.attributes;
      if (starts.length !== 1 || starts[0] !== at) return undefined;
      at = limits[0] ?? 0;
    }
    return at === whole.type.shape[0] ? whole : undefined;
  }

  /** One scalar, repeated in each. */
  private repeated(
    values: readonly Value[],
    nodes: readonly (Node | undefined)[],
  ): Value | undefined {
    const sources = values.map((value, i) =>
      nodes[i]?.op === 'broadcastTo' ? this.b.value(nodes[i].inputs[0] as ValueId) : value,
    );
    const [first] = sources;
    if (!first || first.type.shape.length > 0 || sources.some(({ id }) => id !== first.id))
      return undefined;
    return this.b.broadcastTo(first, [sizeOfAll(values)]);
  }

  /** The same operation of all, or else a concat. */
  private alike(values: readonly Value[], nodes: readonly (Node | undefined)[]): Value {
    const [first] = nodes;
    const { b } = this;
    const isAlike =
      first !== undefined &&
      isElementwise(first.op) &&
      nodes.every((node) => node?.op === first.op && sameDtypes(b, node, first));
    if (!isAlike)
      return b.concat(
        values.map((value) => b.reshape(value, [sizeOf(value.type.shape)])),
        0,
      );
    const operands = first.inputs.map((_, place) =>
      this.join(nodes.map((node) => b.value(node?.inputs[place] as ValueId))),
    );
    const { dtype } = (values[0] as Value).type;
    const copy = { ...first, inputs: operands.map(({ id }) => id) } as Node;
    return b.append(copy, [{ dtype, shape: [sizeOfAll(values)] }])[0] as Value;
  }
}

function sizeOfAll(values: readonly Value[]): number {
  return values.reduce((sum, { type }) => sum + sizeOf(type.shape), 0);
}

/** Whether two nodes read operands of the same element types: casts may differ in that. */
function sameDtypes(b: Builder, one: Node, other: Node): boolean {
  return one.inputs.every(
    (id, place) => b.value(id).type.dtype === b.value(other.inputs[place] as ValueId).type.dtype,
  );
}
