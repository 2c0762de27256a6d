/**
 * Scans: unrolled where that keeps the graph small, else a loop (ONNX's Scan) whose body is
 * several steps, unrolled. See docs/decisions/onnx-long-scans.md.
 */
import { sizeOf, type Func, type ScanAttributes, type Shape } from '@chronograd/graph';
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';
import { splitAlong } from './shape.ts';

const scan: Emitter<'scan'> = (context, { attributes }, inputs) => {
  const { body, length, consts, carries } = attributes;
  const operands = {
    consts: inputs.slice(0, consts),
    carries: inputs.slice(consts, consts + carries),
    xs: inputs.slice(consts + carries),
  };
  const { unrollLimit, chunkSize, report } = context.settings;
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
  const steps = Math.max(1, Math.min(length, Math.round(chunkSize / Math.max(1, size))));
  report({
    name: 'scan',
    pass,
    realisation: 'looped',
    reason: `${length} steps of ${size} nodes are more than ${unrollLimit} nodes; ${steps} steps a turn`,
  });
  return loop(context, attributes, operands, steps);
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

/** A loop over chunks of `steps` steps; what is left over at the end is unrolled. */
function loop(
  context: EmitContext,
  attributes: ScanAttributes,
  operands: Operands,
  steps: number,
): GraphValue[] {
  const { body, length, carries: carryCount, reverse } = attributes;
  const turns = Math.floor(length / steps);
  const rest = length - turns * steps;
  // A scan from the end reaches the left-over steps, the first ones, last.
  const from = reverse ? rest : 0;
  const changing = operands.xs.filter((x) => !isRepeated(x));
  const chunked = changing.map((x) =>
    chunks(context, part(context, x, from, turns * steps), turns),
  );
  const carries = operands.carries.map((value) => context.full(value));

  const inner = context.child();
  const innerCarries = carries.map(({ type }) => inner.parameter(type));
  const innerChunks = chunked.map((x) =>
    inner.parameter(typed(x.type.dtype, x.type.shape.slice(1))),
  );
  let next = 0;
  const innerXs = operands.xs.map((x) => {
    const type = typed(x.type.dtype, [steps, ...x.type.shape.slice(1)]);
    if (isRepeated(x)) return { ...x, type };
    return inner.reshaped(innerChunks[next++] as GraphValue, type.shape);
  });
  const unrolled = unroll(
    inner,
    { ...attributes, length: steps },
    { consts: operands.consts, carries: innerCarries, xs: innerXs },
    0,
    steps,
  );
  const results = [
    ...unrolled.carries,
    ...unrolled.ys.map((slices) => stack(inner, slices, steps)),
  ].map((value) => inner.own(value));
  const graph = inner.writer.body(
    'steps',
    [...innerCarries, ...innerChunks].map(({ name }) => name),
    results.map(({ name }) => name),
  );

  const directions = (count: number): { ints: number[] } => ({
    ints: Array.from({ length: count }, () => Number(reverse)),
  });
  const types = results.map(({ type }, i) =>
    i < carryCount ? type : typed(type.dtype, [turns, ...type.shape]),
  );
  const names = context.writer.node(
    'Scan',
    [...carries, ...chunked].map(({ name }) => name),
    types,
    {
      attributes: {
        body: { graph },
        num_scan_inputs: { int: chunked.length },
        ...(chunked.length > 0 && { scan_input_directions: directions(chunked.length) }),
        ...(types.length > carryCount && {
          scan_output_directions: directions(types.length - carryCount),
        }),
      },
    },
  );
  const values = types.map((type, i) => ({ name: names[i] as string, shape: type.shape, type }));
  const finals = values.slice(0, carryCount);
  const ys = values.slice(carryCount).map((value) => {
    const shape = value.type.shape.slice(2);
    return context.reshaped(value, [turns * steps, ...shape]);
  });
  if (rest === 0) return [...finals, ...ys];
  const last = unroll(
    context,
    attributes,
    {
      consts: operands.consts,
      carries: finals,
      xs: operands.xs.map((x) =>
        isRepeated(x) ? x : part(context, x, reverse ? 0 : turns * steps, rest),
      ),
    },
    0,
    rest,
  );
  return [
    ...last.carries,
    ...last.ys.map((slices, i) => {
      const main = ys[i] as GraphValue;
      const tail = context.full(stack(context, slices, rest));
      const shape = [length, ...(body.types[body.outputs[carryCount + i] ?? -1]?.shape ?? [])];
      const both = reverse ? [tail, main] : [main, tail];
      return context.op('Concat', both, typed(main.type.dtype, shape), {
        attributes: { axis: { int: 0 } },
      });
    }),
  ];
}

/** Whether a value is the same at every step. */
function isRepeated(value: GraphValue): boolean {
  return value.shape.length < value.type.shape.length;
}

/** `count` steps of a value from a step on. */
function part(context: EmitContext, value: GraphValue, from: number, count: number): GraphValue {
  const whole = context.full(value);
  const { dtype, shape } = value.type;
  if (count === shape[0]) return whole;
  const bounds = [from, from + count, 0].map((at) => context.writer.int64([at]));
  return context.op('Slice', [whole, ...bounds], typed(dtype, [count, ...shape.slice(1)]));
}

/** `[turns * steps, …]` as `[turns, steps, …]`. */
function chunks(context: EmitContext, value: GraphValue, turns: number): GraphValue {
  const [length = 0, ...rest] = value.type.shape;
  const shape: Shape = [turns, length / turns, ...rest];
  return sizeOf(shape) === 0 ? value : context.reshaped(value, shape);
}

/** The emitter of scans. */
export const scanEmitters = { scan };
