/**
 * Scans: a few steps are unrolled, more are a loop (ONNX's Scan), which is faster as well as
 * smaller. See docs/decisions/onnx-long-scans.md.
 */
import type { Func, ScanAttributes } from '@chronograd/graph';
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';
import { reversed, splitAlong } from './shape.ts';

const scan: Emitter<'scan'> = (context, { attributes }, inputs) => {
  const { body, length, consts, carries } = attributes;
  const operands = {
    consts: inputs.slice(0, consts),
    carries: inputs.slice(consts, consts + carries),
    xs: inputs.slice(consts + carries),
  };
  const { unrollLimit, report } = context.settings;
  const pass = attributes.reverse ? 'backward' : 'forward';
  const size = costOf(body);
  if (size * length <= unrollLimit) {
    report({
      name: 'scan',
      pass,
      realisation: 'unrolled',
      reason: `${length} steps of ${size} nodes are at most ${unrollLimit} nodes`,
    });
    const result = unroll(context, attributes, operands, 0, length);
    return [...result.carries, ...result.ys.map((slices) => stack(context, slices, length))];
  }
  report({
    name: 'scan',
    pass,
    realisation: 'looped',
    reason: `${length} steps of ${size} nodes are more than ${unrollLimit} nodes`,
  });
  return loop(context, attributes, operands);
};

/** Nodes of a body that the engine will run, about. */
function costOf(body: Func): number {
  return body.nodes.reduce((cost, node) => {
    if (node.op === 'constant' || node.op === 'broadcastTo' || node.op === 'iota') return cost;
    return cost + (node.op === 'scan' ? costOf(node.attributes.body) * node.attributes.length : 1);
  }, 0);
}

interface Operands {
  readonly consts: readonly GraphValue[];
  readonly carries: readonly GraphValue[];
  /** `[length, …]` each. */
  readonly xs: readonly GraphValue[];
}

interface Unrolled {
  readonly carries: GraphValue[];
  /** For each y, its slices in the order of time. */
  readonly ys: GraphValue[][];
}

/** Writes the steps `from` to `limit` (excluded) one after the other. */
function unroll(
  context: EmitContext,
  { body, carries: carryCount, reverse }: ScanAttributes,
  operands: Operands,
  from: number,
  limit: number,
): Unrolled {
  const slices = operands.xs.map((x) => slicesOf(context, x));
  let carries = [...operands.carries];
  const yCount = body.outputs.length - carryCount;
  const ys = Array.from({ length: yCount }, () => [] as GraphValue[]);
  for (let step = 0; step < limit - from; step++) {
    const time = reverse ? limit - 1 - step : from + step;
    const results = context.settings.emitFunction(context, body, [
      ...operands.consts,
      ...carries,
      ...slices.map((list) => list(time)),
    ]);
    carries = results.slice(0, carryCount);
    results.slice(carryCount).forEach((y, i) => ys[i]?.push(y));
  }
  if (reverse) ys.forEach((list) => list.reverse());
  return { carries, ys };
}

/** Access to the slices `[…]` of a value `[length, …]`, cut when the first is asked for. */
function slicesOf(context: EmitContext, value: GraphValue): (time: number) => GraphValue {
  const { dtype, shape } = value.type;
  const [length = 0, ...rest] = shape;
  const type = typed(dtype, rest);
  // The same at every step: there is nothing to cut.
  if (value.shape.length < shape.length) return () => ({ ...value, type });
  if (value.shape[0] === 1 && length > 1) {
    const slice = { ...context.reshaped(value, value.shape.slice(1)), type };
    return () => slice;
  }
  let slices = context.slicesOf(value);
  return (time) => {
    slices ??= cut(context, value);
    return slices[time] as GraphValue;
  };
}

function cut(context: EmitContext, value: GraphValue): readonly GraphValue[] {
  const [length = 0, ...rest] = value.type.shape;
  const [rows, ...inner] = rest;
  const whole = context.full(value);
  let slices: readonly GraphValue[];
  if (length === 1) slices = [context.reshaped(whole, rest)];
  else {
    const ones = Array.from({ length }, () => rows ?? 1);
    const flat = context.reshaped(whole, [length * (rows ?? 1), ...inner]);
    slices = splitAlong(context, flat, 0, ones);
    if (rows === undefined) slices = slices.map((slice) => context.reshaped(slice, []));
  }
  context.rememberSlices(value, slices);
  return slices;
}

/** Puts slices `[…]` together to `[length, …]`. */
function stack(context: EmitContext, slices: readonly GraphValue[], length: number): GraphValue {
  const [first] = slices;
  if (!first) throw new TypeError('onnx: a scan of no steps');
  const { dtype, shape } = first.type;
  const whole = [length, ...shape];
  if (slices.every(({ name }) => name === first.name))
    return { ...first, type: typed(dtype, whole) };
  const [rows, ...inner] = shape;
  const pieces = slices.map((slice) =>
    rows === undefined ? context.reshaped(slice, [1]) : context.full(slice),
  );
  const type = typed(dtype, [length * (rows ?? 1), ...inner]);
  const flat = context.op('Concat', pieces, type, { attributes: { axis: { int: 0 } } });
  const result = context.reshaped(flat, whole);
  context.rememberSlices(result, slices);
  return result;
}

/** ONNX's Scan: its slices and stacks are views, so that a step copies nothing. */
function loop(
  context: EmitContext,
  { body, length, carries: carryCount, reverse }: ScanAttributes,
  operands: Operands,
): GraphValue[] {
  const carries = operands.carries.map((value) => context.full(value));
  // Not every runtime knows the directions of Scan.
  const { portable } = context.settings;
  const flipped = (value: GraphValue): GraphValue =>
    reverse && portable ? reversed(context, value, [0]) : value;
  const inner = context.child();
  const innerCarries = carries.map(({ type }) => inner.parameter(type));
  const scanned: GraphValue[] = [];
  const innerSlices: GraphValue[] = [];
  const slices = operands.xs.map((x) => {
    const type = typed(x.type.dtype, x.type.shape.slice(1));
    // The same at every step.
    if (x.shape.length < x.type.shape.length) return { ...x, type };
    scanned.push(flipped(context.full(x)));
    const slice = inner.parameter(type);
    innerSlices.push(slice);
    return slice;
  });
  if (scanned.length === 0) {
    // What Scan counts its steps by.
    const steps = typed('bool', [length]);
    scanned.push(context.full(context.constant(steps, [1], [0])));
    innerSlices.push(inner.parameter(typed('bool', [])));
  }
  const results = context.settings
    .emitFunction(inner, body, [...operands.consts, ...innerCarries, ...slices])
    .map((value) => inner.own(value));
  const names = (values: readonly GraphValue[]): string[] => values.map(({ name }) => name);
  const graph = inner.writer.body('step', names([...innerCarries, ...innerSlices]), names(results));
  const types = results.map(({ type }, i) =>
    i < carryCount ? type : typed(type.dtype, [length, ...type.shape]),
  );
  const directions = (count: number) =>
    count > 0 && !portable
      ? { ints: Array.from({ length: count }, () => Number(reverse)) }
      : undefined;
  const inputDirections = directions(scanned.length);
  const outputDirections = directions(types.length - carryCount);
  const outputs = context.writer.node('Scan', names([...carries, ...scanned]), types, {
    attributes: {
      body: { graph },
      num_scan_inputs: { int: scanned.length },
      ...(inputDirections && { scan_input_directions: inputDirections }),
      ...(outputDirections && { scan_output_directions: outputDirections }),
    },
  });
  return types.map((type, i) => {
    const value = { name: outputs[i] as string, shape: type.shape, type };
    return i < carryCount ? value : flipped(value);
  });
}

/** The emitter of scans. */
export const scanEmitters = { scan };
