/**
 * Reverse-mode differentiation: walks a stretch of nodes from the last to the first and collects
 * the cotangents of what they read (the "vector-Jacobian product" of every node in turn).
 */
import type { Builder, Value } from '../ir/builder.ts';
import type { PrimitiveAttributes, PrimitiveName } from '../ir/primitives.ts';
import type { Node, ValueId } from '../ir/types.ts';
import { gradientRules, type GradientContext, type GradientRule } from './gradient-rules.ts';

/** For each value, the parts whose sum is its cotangent. */
export type Contributions = Map<ValueId, Value[]>;

/** A stretch of a builder's nodes: place of the first, and of the one after the last. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * Differentiates `b.nodes[start…end)`.
 * @param b where the nodes are, and where the gradient's are appended
 * @param stretch the nodes to differentiate
 * @param seeds cotangents of values that the stretch defines or reads
 * @param wrt values whose cotangents are wanted
 * @returns the parts of every cotangent, seeds included; those of `wrt` are complete
 */
export function reverseSweep(
  b: Builder,
  stretch: Stretch,
  seeds: ReadonlyMap<ValueId, readonly Value[]>,
  wrt: Iterable<ValueId>,
): Contributions {
  const { start, end } = stretch;
  const active = activeValues(b, start, end, wrt);
  const parts: Contributions = new Map([...seeds].map(([id, values]) => [id, [...values]]));
  for (let index = end - 1; index >= start; index--) {
    const node = b.nodes[index] as Node;
    const needs = node.inputs.map((id) => active.has(id));
    if (!needs.includes(true) || !node.outputs.some((id) => parts.has(id))) continue;
    const cotangents = node.outputs.map((id) => {
      const list = parts.get(id);
      return list && b.value(id).type.dtype === 'float32' ? combine(b, list) : undefined;
    });
    const gradients = differentiate(b, index, node, cotangents, needs);
    gradients.forEach((gradient, i) => {
      const id = node.inputs[i] as ValueId;
      if (!gradient || !needs[i]) return;
      const list = parts.get(id);
      if (list) list.push(gradient);
      else parts.set(id, [gradient]);
    });
  }
  return parts;
}

/**
 * Appends to `b` the gradient of a scalar with respect to values; zeros where it does not depend
 * on them.
 */
export function gradients(b: Builder, loss: Value, wrt: readonly Value[]): Value[] {
  const seed = b.constant(1, loss.type.shape);
  const parts = reverseSweep(
    b,
    { start: 0, end: b.nodes.length },
    new Map([[loss.id, [seed]]]),
    wrt.map((value) => value.id),
  );
  return wrt.map((value) => {
    const list = parts.get(value.id);
    return list ? combine(b, list) : b.zeros(value.type);
  });
}

/**
 * The sum of parts of a cotangent. Where they are the gradients of slices that tile one axis, as
 * those of the gates of a cell, that is one `concat` rather than pads and additions.
 */
export function combine(b: Builder, parts: readonly Value[]): Value {
  const tiled = parts.length > 1 ? tile(b, parts) : undefined;
  if (tiled) return tiled;
  return parts.reduce((sum, part) => b.add(sum, part));
}

function tile(b: Builder, parts: readonly Value[]): Value | undefined {
  const pads = parts.map((part) => {
    const node = b.producer(part.id);
    return node?.op === 'pad' && node.attributes.value === 0 ? node : undefined;
  });
  const [first] = pads;
  if (!first) return undefined;
  const axes = first.attributes.low.flatMap((low, axis) =>
    low > 0 || (first.attributes.high[axis] ?? 0) > 0 ? [axis] : [],
  );
  const [axis] = axes;
  if (axis === undefined || axes.length > 1) return undefined;
  const pieces: { start: number; limit: number; value: Value }[] = [];
  for (const pad of pads) {
    if (!pad) return undefined;
    const { low, high } = pad.attributes;
    if (low.some((n, i) => i !== axis && n > 0) || high.some((n, i) => i !== axis && n > 0))
      return undefined;
    const value = b.value(pad.inputs[0] as ValueId);
    const start = low[axis] ?? 0;
    pieces.push({ start, limit: start + (value.type.shape[axis] ?? 0), value });
  }
  pieces.sort((x, y) => x.start - y.start);
  let at = 0;
  for (const piece of pieces) {
    if (piece.start !== at) return undefined;
    at = piece.limit;
  }
  if (at !== parts[0]?.type.shape[axis]) return undefined;
  return b.concat(
    pieces.map((piece) => piece.value),
    axis,
  );
}

/** Values of a stretch of nodes that depend on `wrt` by float32 values only. */
export function activeValues(
  b: Builder,
  start: number,
  end: number,
  wrt: Iterable<ValueId>,
): Set<ValueId> {
  const active = new Set<ValueId>(wrt);
  for (let index = start; index < end; index++) {
    const node = b.nodes[index] as Node;
    if (node.op === 'stopGradient' || !node.inputs.some((id) => active.has(id))) continue;
    for (const id of node.outputs) if (b.value(id).type.dtype === 'float32') active.add(id);
  }
  return active;
}

function differentiate(
  b: Builder,
  index: number,
  node: Node,
  cotangents: readonly (Value | undefined)[],
  needs: readonly boolean[],
): readonly (Value | undefined)[] {
  const inputs = node.inputs.map((id) => b.value(id));
  const outputs = node.outputs.map((id) => b.value(id));
  if (node.op === 'composite') {
    const { name, options, decomposition } = node.attributes;
    const given = cotangents.flatMap((cotangent, i) => (cotangent ? [{ cotangent, i }] : []));
    const wrt = needs.flatMap((need, i) =>
      need && inputs[i]?.type.dtype === 'float32' ? [i] : [],
    );
    const results = b.append(
      {
        op: 'compositeGradient',
        inputs: [...node.inputs, ...node.outputs, ...given.map(({ cotangent }) => cotangent.id)],
        outputs: [],
        attributes: { name, options, decomposition, cotangents: given.map(({ i }) => i), wrt },
      },
      wrt.map((i) => (inputs[i] as Value).type),
    );
    return inputs.map((_, i) => results[wrt.indexOf(i)]);
  }
  if (node.op === 'compositeGradient')
    throw new TypeError(
      `compositeGradient of ${node.attributes.name} is not differentiable: expand composites first`,
    );
  return applyRule(node.op, {
    b,
    index,
    attributes: node.attributes as PrimitiveAttributes[typeof node.op],
    inputs,
    outputs,
    cotangents,
    needs,
  });
}

function applyRule<P extends PrimitiveName>(
  op: P,
  context: Omit<GradientContext<PrimitiveAttributes[P]>, 'attributes'> & { attributes: unknown },
): readonly (Value | undefined)[] {
  const rule: GradientRule<PrimitiveAttributes[P]> = gradientRules[op];
  return rule(context as GradientContext<PrimitiveAttributes[P]>);
}
