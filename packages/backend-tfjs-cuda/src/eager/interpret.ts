/** Runs a plan node by node on the current tfjs backend. */
import { reshape, slice, stack, type Tensor } from '@tensorflow/tfjs-core';
import {
  randomWords,
  sizeOf,
  type ScanAttributes,
  type TensorType,
  type ValueId,
} from '@chronograd/graph';
import type { Plan, PlannedNode } from './plan.ts';
import type { SourceCache } from './sources.ts';
import { filled, upload } from './tensors.ts';
import { Value } from './values.ts';

/**
 * The course of a function: it stops where elements of a tensor are needed in JavaScript memory,
 * yields the tensor and goes on with its elements. Between stops it waits for nothing.
 */
export type Course<T> = Generator<Tensor, T, ArrayLike<number>>;

/**
 * The outputs of a plan, which are the caller's to dispose of. Everything else that was made is
 * disposed of as soon as nothing reads it any more, and when something fails.
 * @param inputs tensors of the function's inputs; they stay the caller's
 */
export function* interpret(
  plan: Plan,
  inputs: readonly Tensor[],
  sources: SourceCache,
): Course<Tensor[]> {
  const { func } = plan;
  const values = new Map<ValueId, Value>();
  const at = (id: ValueId): Value => values.get(id) as Value;
  const typeOf = (id: ValueId): TensorType => func.types[id] as TensorType;
  try {
    func.inputs.forEach((id, i) =>
      values.set(id, new Value(typeOf(id), inputs[i] as Tensor, false)),
    );
    for (const node of plan.nodes) {
      const types = node.outputs.map(typeOf);
      const results = yield* run(node, node.inputs.map(at), types, sources);
      results.forEach((value, i) => values.set(node.outputs[i] as ValueId, value));
      for (const id of node.last) {
        at(id).release();
        values.delete(id);
      }
    }
    return func.outputs.map((id) => at(id).take());
  } finally {
    for (const value of values.values()) value.release();
  }
}

function* run(
  { action }: PlannedNode,
  inputs: readonly Value[],
  types: readonly TensorType[],
  sources: SourceCache,
): Course<Value[]> {
  const [first] = inputs as [Value];
  const [type] = types as [TensorType];
  switch (action.kind) {
    case 'step': {
      const { compact, compute } = action.step;
      const operands = inputs.map((value) => (compact ? value.compact : value.full));
      const result = compute(operands);
      // Some kernels give back an operand where there is nothing to do.
      return [new Value(type, operands.includes(result) ? result.clone() : result, true)];
    }
    case 'alias':
      return [first.as(type)];
    case 'source':
      return [Value.ofSource(type, action.source, sources)];
    case 'empty':
      return [new Value(type, filled(type, 0), true)];
    case 'randomBits': {
      // tfjs has no exact arithmetic of 32 bits that all of its backends share.
      const [k0 = 0, k1 = 0] = Array.from(yield first.full);
      const { shape, stream } = action.attributes;
      const words = randomWords([k0 >>> 0, k1 >>> 0], stream, sizeOf(shape));
      const prepared = { shape, dtype: 'int32', data: Int32Array.from(words) } as const;
      return [new Value(type, upload(prepared), true)];
    }
    case 'scan': {
      const operands = inputs.map((value) => value.full);
      const results = yield* scan(action.body, action.attributes, operands, types, sources);
      return results.map((tensor, i) => new Value(types[i] as TensorType, tensor, true));
    }
  }
}

/** `[consts…, initial carries…, xs…] -> [final carries…, ys…]`, step by step. */
function* scan(
  body: Plan,
  { length, consts, carries, reverse }: ScanAttributes,
  inputs: readonly Tensor[],
  types: readonly TensorType[],
  sources: SourceCache,
): Course<Tensor[]> {
  const constants = inputs.slice(0, consts);
  const xs = inputs.slice(consts + carries);
  const ys: Tensor[][] = types.slice(carries).map(() => []);
  // Copies of no cost: every step disposes of the carries that it was given.
  let carried = inputs.slice(consts, consts + carries).map((tensor) => tensor.clone());
  let slices: Tensor[] = [];
  try {
    for (let i = 0; i < length; i++) {
      const t = reverse ? length - 1 - i : i;
      slices = xs.map((x) => sliceOf(x, t));
      const outputs = yield* interpret(body, [...constants, ...carried, ...slices], sources);
      [...carried, ...slices].forEach((tensor) => tensor.dispose());
      slices = [];
      carried = outputs.slice(0, carries);
      ys.forEach((y, k) => (y[t] = outputs[carries + k] as Tensor));
    }
    const stacked = ys.map((y, k) =>
      length > 0 ? stack(y) : filled(types[carries + k] as TensorType, 0),
    );
    return [...carried.splice(0), ...stacked];
  } finally {
    // An array that is filled from its end has holes, which forEach passes over.
    [...ys, carried, slices].forEach((list) => list.forEach((tensor) => tensor.dispose()));
  }
}

/** The slice `[…]` of a step of a tensor `[length, …]`. */
function sliceOf(x: Tensor, t: number): Tensor {
  const shape = x.shape.slice(1);
  const row = slice(x, [t, ...shape.map(() => 0)], [1, ...shape]);
  const result = reshape(row, shape);
  row.dispose();
  return result;
}
