/**
 * Reverse-mode differentiation: walks a stretch of nodes from the last to the first and collects
 * the cotangents of what they read (the "vector-Jacobian product" of every node in turn).
 */
import type { Builder, Value } from '../ir/builder.ts';
import type { PrimitiveAttributes, PrimitiveName } from '../ir/primitives.ts';
import type { Node, ValueId } from '../ir/types.ts';
import { activeValues, combine, type Contributions, type Stretch } from './cotangents.ts';
import { gradientRules, type GradientContext, type GradientRule } from './gradient-rules.ts';

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
    sweep: reverseSweep,
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
