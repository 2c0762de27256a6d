/** Scans written step by step. */
import type { ScanAttributes } from '@chronograd/graph';
import { typed, type EmitContext, type GraphValue } from './context.ts';

/** The inputs of a scan. */
export interface ScanOperands {
  readonly consts: readonly GraphValue[];
  readonly carries: readonly GraphValue[];
  /** `[length, …]` each. */
  readonly xs: readonly GraphValue[];
}

/** Writes all steps of a scan one after the other; returns the last carries and the ys. */
export function unroll(
  context: EmitContext,
  { body, carries: carryCount, reverse, length }: ScanAttributes,
  operands: ScanOperands,
): GraphValue[] {
  const slices = operands.xs.map((x) => slicesOf(context, x));
  let carries = [...operands.carries];
  const ys = body.outputs.slice(carryCount).map((): GraphValue[] => []);
  for (let step = 0; step < length; step++) {
    const time = reverse ? length - 1 - step : step;
    const results = context.settings.emitFunction(context, body, [
      ...operands.consts,
      ...carries,
      ...slices.map((list) => list(time)),
    ]);
    carries = results.slice(0, carryCount);
    results.slice(carryCount).forEach((y, i) => ys[i]?.push(y));
  }
  if (reverse) ys.forEach((list) => list.reverse());
  const types = body.outputs.slice(carryCount).map((id) => body.types[id]);
  return [
    ...carries,
    ...ys.map((list, i) => {
      const { dtype = 'float32', shape = [] } = types[i] ?? {};
      return list.length === 0
        ? context.constant(typed(dtype, [0, ...shape]), [0, ...shape], [])
        : stack(context, list);
    }),
  ];
}

/** Access to the slices `[…]` of a value `[length, …]`, cut when the first is asked for. */
function slicesOf(context: EmitContext, value: GraphValue): (time: number) => GraphValue {
  const repeated = repeatedSlice(context, value);
  if (repeated) return () => repeated;
  let slices = context.slicesOf(value);
  return (time) => {
    slices ??= cut(context, value);
    return slices[time] as GraphValue;
  };
}

/** The slice `[…]` of a value `[length, …]`, where all slices are the same. */
export function repeatedSlice(context: EmitContext, value: GraphValue): GraphValue | undefined {
  const { dtype, shape } = value.type;
  const type = typed(dtype, shape.slice(1));
  if (value.shape.length < shape.length) return { ...value, type };
  if (value.shape[0] === 1 && (shape[0] ?? 1) > 1)
    return { ...context.reshaped(value, value.shape.slice(1)), type };
  return undefined;
}

function cut(context: EmitContext, value: GraphValue): readonly GraphValue[] {
  const { dtype, shape } = value.type;
  const [length = 0, ...rest] = shape;
  const types = Array.from({ length }, () => typed(dtype, rest));
  const slices = context.ops('Unpack', [context.full(value)], types, {
    T: { type: dtype },
    num: { int: length },
    axis: { int: 0 },
  });
  context.rememberSlices(value, slices);
  return slices;
}

/** Puts slices `[…]` together to `[length, …]`. */
function stack(context: EmitContext, slices: readonly GraphValue[]): GraphValue {
  const [first] = slices;
  if (!first) throw new TypeError('tensorflow: a stack of no slices');
  const { dtype, shape } = first.type;
  const type = typed(dtype, [slices.length, ...shape]);
  // The same at every step.
  if (slices.every(({ name }) => name === first.name)) return { ...first, type };
  const whole = slices.map((slice) => context.full(slice));
  const stacked = context.op('Pack', whole, type, {
    N: { int: slices.length },
    T: { type: dtype },
    axis: { int: 0 },
  });
  context.rememberSlices(stacked, whole);
  return stacked;
}
