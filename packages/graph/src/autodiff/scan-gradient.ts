/**
 * The gradient of a scan is a scan the other way: backpropagation through time.
 *
 * The forward scan is extended to give out, step by step, the values that the gradient of its body
 * reads (its residuals). The backward scan carries the cotangents of the carries. The gradient of
 * a weight is a sum over steps; where a step adds a matmul or a sum over rows, its operands are
 * given out instead and the sum over all steps is one operation after the scan.
 */
import { Builder, type Value } from '../ir/builder.ts';
import type { ScanAttributes } from '../ir/primitives.ts';
import type { Func, Node, TensorType, ValueId } from '../ir/types.ts';
import type { GradientContext } from './gradient-rules.ts';
import { activeValues, combine } from './cotangents.ts';
import { emitScan, isFree } from './scan.ts';

/** A part of a const's gradient: how to add it up over the steps after the scan. */
type Deferred =
  | { readonly kind: 'matmul'; readonly node: Node & { op: 'matmul' } }
  | { readonly kind: 'reduceSum'; readonly node: Node & { op: 'reduceSum' } };

/** Gradient rule of `scan`. */
export function scanGradient({
  b,
  sweep,
  index,
  attributes,
  inputs,
  cotangents,
  needs,
}: GradientContext<ScanAttributes>): readonly (Value | undefined)[] {
  const { body, length, consts, carries, reverse } = attributes;
  const active = activeInputs(body, needs, consts, carries);

  // One step forward and back again, in a builder of its own.
  const joint = new Builder();
  const stepInputs = body.inputs.map((id) => joint.input(body.types[id] as TensorType));
  const forward = joint.inlineWithMap(body, stepInputs).outputs;
  const forwardEnd = joint.nodes.length;
  const seeds = new Map<ValueId, Value[]>();
  const seed = (output: Value | undefined): Value | undefined => {
    if (!output || output.type.dtype !== 'float32') return undefined;
    const value = joint.input(output.type);
    seeds.set(output.id, [...(seeds.get(output.id) ?? []), value]);
    return value;
  };
  const activeCarries = Array.from({ length: carries }, (_, k) => k).filter(
    (k) => active[consts + k],
  );
  const carrySeeds = activeCarries.map((k) => seed(forward[k]) as Value);
  const seededYs = forward.flatMap((_, i) => (i >= carries && cotangents[i] ? [i] : []));
  const ySeeds = seededYs.map((i) => seed(forward[i]) as Value);
  const parts = sweep(
    joint,
    { start: 0, end: forwardEnd },
    seeds,
    stepInputs.flatMap((value, i) => (active[i] ? [value.id] : [])),
  );
  const total = (input: Value): Value => {
    const list = parts.get(input.id);
    return list ? combine(joint, list) : joint.zeros(input.type);
  };

  // What the backward scan gives out: its carries, then the gradients of the slices, then the
  // operands of sums that wait until after it.
  const carryOut = activeCarries.map((k) => total(stepInputs[consts + k] as Value));
  const activeXs = stepInputs.flatMap((_, i) => (i >= consts + carries && active[i] ? [i] : []));
  const xOut = activeXs.map((i) => total(stepInputs[i] as Value));
  const constGradients = stepInputs.slice(0, consts).map((input, i) => {
    if (!active[i]) return undefined;
    const deferred: Deferred[] = [];
    const summed: Value[] = [];
    for (const part of parts.get(input.id) ?? []) {
      const node = joint.producer(part.id);
      if (node?.op === 'matmul' && part.type.shape.length === 2)
        deferred.push({ kind: 'matmul', node });
      else if (node?.op === 'reduceSum') deferred.push({ kind: 'reduceSum', node });
      else summed.push(part);
    }
    return { input, deferred, summed: summed.length > 0 ? combine(joint, summed) : undefined };
  });

  const split = splitJoint(joint, forwardEnd, stepInputs, { consts, carries });
  const stepOutputs: Value[] = [...carryOut];
  const accumulators = constGradients.flatMap((gradient) =>
    gradient?.summed ? [gradient.summed] : [],
  );
  const deferredOperands = new Map<ValueId, Value>();
  for (const { node } of constGradients.flatMap((gradient) => gradient?.deferred ?? []))
    for (const id of node.inputs)
      if (!split.isForward(id)) deferredOperands.set(id, joint.value(id));

  const backward = new Builder();
  const roots = [...stepOutputs, ...accumulators, ...xOut, ...deferredOperands.values()];
  const residualIds = split.residuals(roots);
  for (const { node } of constGradients.flatMap((gradient) => gradient?.deferred ?? []))
    for (const id of node.inputs)
      if (split.isForward(id) && !split.isRepeatable(id)) residualIds.add(id);
  const outerResiduals = extendForward(b, index, joint, forwardEnd, stepInputs, [...residualIds], {
    consts,
    carries,
    inputs,
    scan: attributes,
  });

  // The backward body: [consts…, carries…, accumulators…, residuals…, cotangents of ys…].
  const values = new Map<ValueId, Value>();
  stepInputs.slice(0, consts).forEach((v) => values.set(v.id, backward.input(v.type)));
  carrySeeds.forEach((v) => values.set(v.id, backward.input(v.type)));
  const accumulatorInputs = accumulators.map((v) => backward.input(v.type));
  [...residualIds].forEach((id) => values.set(id, backward.input(joint.value(id).type)));
  ySeeds.forEach((v) => values.set(v.id, backward.input(v.type)));
  split.copy(roots, backward, values);
  const at = (v: Value): Value => values.get(v.id) as Value;
  const backwardFunc = backward.finish([
    ...carryOut.map(at),
    ...accumulators.map((v, i) => backward.add(accumulatorInputs[i] as Value, at(v))),
    ...xOut.map(at),
    ...[...deferredOperands.values()].map(at),
  ]);
  const residualValues = [...residualIds].map((id) => outerResiduals.get(id) as Value);
  const result = emitScan(
    b,
    {
      consts: inputs.slice(0, consts),
      init: [
        ...activeCarries.map((k) => cotangents[k] ?? b.zeros((forward[k] as Value).type)),
        ...accumulators.map((v) => b.zeros(v.type)),
      ],
      xs: [...residualValues, ...seededYs.map((i) => cotangents[i] as Value)],
      length,
      reverse: !reverse,
    },
    backwardFunc,
  );

  // Back to the operands of the scan.
  const gradients: (Value | undefined)[] = inputs.map(() => undefined);
  activeCarries.forEach((k, i) => (gradients[consts + k] = result.carries[i]));
  activeXs.forEach((input, i) => (gradients[input] = result.ys[i]));
  const stacked = new Map<ValueId, Value>(outerResiduals);
  [...deferredOperands.keys()].forEach((id, i) =>
    stacked.set(id, result.ys[activeXs.length + i] as Value),
  );
  let accumulator = activeCarries.length;
  constGradients.forEach((gradient, i) => {
    if (!gradient) return;
    const sums = gradient.deferred.map((part) =>
      sumOverSteps(b, part, (id) => {
        const known = stacked.get(id);
        if (known) return known;
        const type = joint.value(id).type;
        return b.broadcastTo(split.outer(id, b, inputs), [length, ...type.shape]);
      }),
    );
    if (gradient.summed) sums.push(result.carries[accumulator++] as Value);
    gradients[i] = sums.length > 0 ? combine(b, sums) : undefined;
  });
  return gradients;
}

/** Which inputs of the body carry a gradient: those wanted, and the carries they reach. */
function activeInputs(
  body: Func,
  needs: readonly boolean[],
  consts: number,
  carries: number,
): boolean[] {
  const active = body.inputs.map(
    (id, i) => (needs[i] ?? false) && body.types[id]?.dtype === 'float32',
  );
  const probe = new Builder();
  const inputs = body.inputs.map((id) => probe.input(body.types[id] as TensorType));
  const { outputs } = probe.inlineWithMap(body, inputs);
  for (let changed = true; changed;) {
    changed = false;
    const reached = activeValues(
      probe,
      0,
      probe.nodes.length,
      inputs.flatMap((value, i) => (active[i] ? [value.id] : [])),
    );
    for (let k = 0; k < carries; k++) {
      if (active[consts + k] || !reached.has((outputs[k] as Value).id)) continue;
      active[consts + k] = true;
      changed = true;
    }
  }
  return active;
}

/** Tells forward values from backward ones in a step that goes forward and back. */
function splitJoint(
  joint: Builder,
  forwardEnd: number,
  stepInputs: readonly Value[],
  counts: { readonly consts: number; readonly carries: number },
) {
  const producers = new Map<ValueId, { node: Node; forward: boolean }>();
  joint.nodes.forEach((node, i) =>
    node.outputs.forEach((id) => producers.set(id, { node, forward: i < forwardEnd })),
  );
  const inputPlace = new Map(stepInputs.map((value, i) => [value.id, i]));
  const isForward = (id: ValueId): boolean =>
    inputPlace.has(id) || (producers.get(id)?.forward ?? false);
  const isConst = (id: ValueId): boolean => (inputPlace.get(id) ?? Infinity) < counts.consts;
  /** Consts, and what costs nothing to write again. */
  const isRepeatable = (id: ValueId): boolean => {
    if (isConst(id)) return true;
    const made = producers.get(id);
    return made !== undefined && isFree(made.node) && made.node.inputs.every(isRepeatable);
  };
  /** Visits what the roots need of backward nodes and of free forward ones, operands first. */
  const visit = (roots: readonly Value[], onNode: (node: Node) => void): Set<ValueId> => {
    const seen = new Set<ValueId>();
    const residuals = new Set<ValueId>();
    const nodes = new Set<Node>();
    const walk = (id: ValueId): void => {
      if (seen.has(id)) return;
      seen.add(id);
      const made = producers.get(id);
      if (made && (!made.forward || isFree(made.node))) {
        made.node.inputs.forEach(walk);
        nodes.add(made.node);
      } else if (isForward(id) && !isConst(id)) residuals.add(id);
    };
    roots.forEach((root) => walk(root.id));
    joint.nodes.forEach((node) => {
      if (nodes.has(node)) onNode(node);
    });
    return residuals;
  };
  return {
    isForward,
    isRepeatable,
    /** Forward values that the roots read. */
    residuals: (roots: readonly Value[]): Set<ValueId> => visit(roots, () => undefined),
    /** Copies the backward nodes of the roots to another builder. */
    copy(roots: readonly Value[], target: Builder, values: Map<ValueId, Value>): void {
      visit(roots, (node) => {
        const copy = {
          ...node,
          inputs: node.inputs.map((id) => (values.get(id) as Value).id),
        } as Node;
        const types = node.outputs.map((id) => joint.value(id).type);
        target
          .append(copy, types)
          .forEach((value, i) => values.set(node.outputs[i] as ValueId, value));
      });
    },
    /** A repeatable value, outside of the scan. */
    outer(id: ValueId, b: Builder, outerInputs: readonly Value[]): Value {
      const place = inputPlace.get(id);
      if (place !== undefined) return outerInputs[place] as Value;
      const { node } = producers.get(id) as { node: Node };
      const inputs = node.inputs.map((input) => this.outer(input, b, outerInputs).id);
      return b.append({ ...node, inputs } as Node, [joint.value(id).type])[0] as Value;
    },
  };
}

/** Makes the forward scan give out residuals; returns each of them for all steps. */
function extendForward(
  b: Builder,
  index: number,
  joint: Builder,
  forwardEnd: number,
  stepInputs: readonly Value[],
  residuals: readonly ValueId[],
  {
    consts,
    carries,
    inputs,
    scan,
  }: {
    readonly consts: number;
    readonly carries: number;
    readonly inputs: readonly Value[];
    readonly scan: ScanAttributes;
  },
): Map<ValueId, Value> {
  const node = b.nodes[index] as Node;
  const whole = joint.finish([]);
  const forwardOutputs = outputsOfForward(joint, scan.body, stepInputs, forwardEnd);
  const stacks = new Map<ValueId, Value>();
  stepInputs.forEach((value, i) => {
    if (i >= consts + carries) stacks.set(value.id, inputs[i] as Value);
  });
  forwardOutputs.forEach((id, i) => {
    if (i >= carries && !stacks.has(id)) stacks.set(id, b.value(node.outputs[i] as ValueId));
  });
  const missing = residuals.filter((id) => !stacks.has(id));
  if (missing.length > 0 || joint.nodes.slice(0, forwardEnd).some((n) => n.op === 'scan')) {
    const body: Func = {
      inputs: stepInputs.map((value) => value.id),
      outputs: [...forwardOutputs, ...missing],
      nodes: joint.nodes.slice(0, forwardEnd),
      types: whole.types,
    };
    const extra = b.extend(
      index,
      { ...node, op: 'scan', attributes: { ...scan, body } } as Node,
      missing.map((id) => {
        const { dtype, shape } = joint.value(id).type;
        return { dtype, shape: [scan.length, ...shape] };
      }),
    );
    missing.forEach((id, i) => stacks.set(id, extra[i] as Value));
  }
  return stacks;
}

/** The body's outputs, by their numbers in the joint builder (where it was inlined first). */
function outputsOfForward(
  joint: Builder,
  body: Func,
  stepInputs: readonly Value[],
  forwardEnd: number,
): ValueId[] {
  const ids = new Map<ValueId, ValueId>();
  body.inputs.forEach((id, i) => ids.set(id, (stepInputs[i] as Value).id));
  // Inlining keeps the order of nodes; a nested scan may have gained outputs since, at the end.
  body.nodes.slice(0, forwardEnd).forEach((node, i) => {
    const copy = joint.nodes[i] as Node;
    node.outputs.forEach((id, k) => ids.set(id, copy.outputs[k] as ValueId));
  });
  return body.outputs.map((id) => ids.get(id) as ValueId);
}

/** Adds up over all steps what one step would have added to a const's gradient. */
function sumOverSteps(b: Builder, part: Deferred, stacked: (id: ValueId) => Value): Value {
  if (part.kind === 'reduceSum') {
    const { node } = part;
    const x = stacked(node.inputs[0] as ValueId);
    const { axes, keepDims } = node.attributes;
    const sum = b.reduceSum(x, [0, ...axes.map((axis) => axis + 1)]);
    if (!keepDims) return sum;
    const shape = x.type.shape.slice(1).map((d, axis) => (axes.includes(axis) ? 1 : d));
    return b.reshape(sum, shape);
  }
  const { inputs, attributes } = part.node;
  const [left, right] = inputs.map(stacked) as [Value, Value];
  // Both as [steps, inner, …], so that steps and inner dimension together are summed over.
  const p = attributes.transposeA ? left : b.transpose(left, [0, 2, 1]);
  const q = attributes.transposeB ? b.transpose(right, [0, 2, 1]) : right;
  const flat = (value: Value): Value => {
    const [steps = 0, inner = 0, outer = 0] = value.type.shape;
    return b.reshape(value, [steps * inner, outer]);
  };
  return b.matmul(flat(p), flat(q), { transposeA: true });
}
