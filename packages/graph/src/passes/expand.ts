/**
 * Replaces composites by their decompositions, except those that a backend claims, and writes the
 * gradients of those that were replaced.
 */
import { combine } from '../autodiff/cotangents.ts';
import { reverseSweep } from '../autodiff/reverse.ts';
import { Builder, type Value } from '../ir/builder.ts';
import type { CompositeOptions, Func, Node, TensorType, ValueId } from '../ir/types.ts';

/** A composite, or the gradient of one, that a backend is asked about. */
export interface CompositeUse {
  readonly name: string;
  readonly options: CompositeOptions;
  readonly pass: 'forward' | 'backward';
  readonly decomposition: Func;
  /** Forward: whether the function also holds a gradient of this composite. */
  readonly differentiated: boolean;
}

/** Whether the backend runs it with a kernel of its own. */
export type Claims = (use: CompositeUse) => boolean;

/** Claims nothing. */
export const noClaims: Claims = () => false;

/** Where an expanded composite stands in the new function. */
interface Expanded {
  readonly start: number;
  readonly end: number;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** A function without composites, but for those claimed. Bodies of scans are expanded as well. */
export function expandComposites(func: Func, claims: Claims = noClaims): Func {
  let current = func;
  // The gradient of a composite inside another's decomposition appears only after a first round.
  while (hasUnclaimed(current, claims)) current = expandOnce(current, claims);
  return current;
}

function hasUnclaimed(func: Func, claims: Claims): boolean {
  const differentiated = differentiatedOutputs(func);
  return func.nodes.some((node) => {
    if (node.op === 'scan') return hasUnclaimed(node.attributes.body, claims);
    const use = asUse(node, differentiated);
    return use !== undefined && !claims(use);
  });
}

/** First outputs of the composites that have a gradient node. */
function differentiatedOutputs(func: Func): ReadonlySet<ValueId> {
  return new Set(
    func.nodes.flatMap((node) =>
      node.op === 'compositeGradient'
        ? [node.inputs[node.attributes.decomposition.inputs.length] as ValueId]
        : [],
    ),
  );
}

function asUse(node: Node, differentiated: ReadonlySet<ValueId>): CompositeUse | undefined {
  if (node.op === 'composite') {
    const { name, options, decomposition } = node.attributes;
    const [first = -1] = node.outputs;
    const isDifferentiated = differentiated.has(first);
    return { name, options, decomposition, pass: 'forward', differentiated: isDifferentiated };
  }
  if (node.op === 'compositeGradient') {
    const { name, options, decomposition } = node.attributes;
    return { name, options, decomposition, pass: 'backward', differentiated: true };
  }
  return undefined;
}

/** The composites of a function and of the bodies of its scans, and their gradients, in order. */
export function compositeUses(func: Func): readonly CompositeUse[] {
  const differentiated = differentiatedOutputs(func);
  return func.nodes.flatMap((node) => {
    if (node.op === 'scan') return compositeUses(node.attributes.body);
    return asUse(node, differentiated) ?? [];
  });
}

function expandOnce(func: Func, claims: Claims): Func {
  const b = new Builder();
  const values = new Map<ValueId, Value>();
  const expanded = new Map<ValueId, Expanded>();
  const differentiated = differentiatedOutputs(func);
  const typeOf = (id: ValueId): TensorType => func.types[id] as TensorType;
  const at = (id: ValueId): Value => values.get(id) as Value;
  func.inputs.forEach((id) => values.set(id, b.input(typeOf(id))));
  for (const node of func.nodes) {
    const use = asUse(node, differentiated);
    let results: readonly (Value | undefined)[];
    if (use && !claims(use) && node.op === 'composite') {
      const record = inlineComposite(b, node.attributes.decomposition, node.inputs.map(at));
      expanded.set(node.outputs[0] as ValueId, record);
      results = record.outputs;
    } else if (use && !claims(use) && node.op === 'compositeGradient') {
      results = expandGradient(b, node, at, expanded);
    } else {
      const copy = { ...node, inputs: node.inputs.map((id) => at(id).id) } as Node;
      results = b.append(expandBody(copy, claims), node.outputs.map(typeOf));
    }
    results.forEach((value, i) => values.set(node.outputs[i] as ValueId, value as Value));
  }
  return b.finish(func.outputs.map(at));
}

function expandBody(node: Node, claims: Claims): Node {
  if (node.op !== 'scan') return node;
  const body = expandComposites(node.attributes.body, claims);
  return { ...node, attributes: { ...node.attributes, body } };
}

/** Inlines a decomposition; a value passed twice gets a name for each, to tell their gradients. */
function inlineComposite(b: Builder, decomposition: Func, inputs: readonly Value[]): Expanded {
  const start = b.nodes.length;
  const distinct = inputs.map((value, i) =>
    inputs.findIndex(({ id }) => id === value.id) === i ? value : alias(b, value),
  );
  const from = b.nodes.length;
  const { outputs } = b.inlineWithMap(decomposition, distinct);
  return { start: Math.max(start, from), end: b.nodes.length, inputs: distinct, outputs };
}

function alias(b: Builder, value: Value): Value {
  return b.one('reshape', [value], { shape: value.type.shape });
}

function expandGradient(
  b: Builder,
  node: Node & { op: 'compositeGradient' },
  at: (id: ValueId) => Value,
  expanded: ReadonlyMap<ValueId, Expanded>,
): readonly Value[] {
  const { decomposition, cotangents, wrt } = node.attributes;
  const inputCount = decomposition.inputs.length;
  const outputCount = decomposition.outputs.length;
  const inputs = node.inputs.slice(0, inputCount).map(at);
  const given = node.inputs.slice(inputCount + outputCount).map(at);
  // Where the forward pass ran as a kernel, its inner values are computed once more.
  const forward =
    expanded.get(node.inputs[inputCount] as ValueId) ?? inlineComposite(b, decomposition, inputs);
  const seeds = new Map<ValueId, Value[]>();
  cotangents.forEach((output, i) => {
    const { id } = forward.outputs[output] as Value;
    seeds.set(id, [...(seeds.get(id) ?? []), given[i] as Value]);
  });
  const wanted = wrt.map((i) => forward.inputs[i] as Value);
  const parts = reverseSweep(
    b,
    forward,
    seeds,
    wanted.map(({ id }) => id),
  );
  return wanted.map((value) => {
    const list = parts.get(value.id);
    return list ? combine(b, list) : b.zeros(value.type);
  });
}
