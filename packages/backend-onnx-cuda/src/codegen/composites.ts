/** Composites that have an operator of their own in ONNX, forward and outside of training only. */
import type { DecideComposite } from '@chronograd/backend';
import type { CompositeOptions, CompositeUse, Shape } from '@chronograd/graph';
import { gatePermutation } from '@chronograd/spec';
import type { OnnxAttribute } from '../onnx/model.ts';
import { typed, type EmitComposite, type EmitContext, type GraphValue } from './context.ts';
import { elementwise } from './elementwise.ts';
import { recurrentNans } from './recurrent-nans.ts';
import { concatenate, reversed, splitAlong } from './shape.ts';

/**
 * A sequence of fewer steps runs by its decomposition: arranging the weights for the operator costs
 * more than it saves.
 */
const SHORTEST_NATIVE_SEQUENCE = 4;

/** Larger batches of a GRU are faster expanded: measured in docs/decisions/onnx-training-step.md. */
const LARGEST_GRU_BATCH = 16;

/** Activations that ONNX's recurrent operators compute as we do. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  relu: 'Relu',
};

interface Native {
  /** Why the operator does not compute a composite with these options and shapes, if so. */
  readonly obstacle: (options: CompositeOptions, inputs: readonly Shape[]) => string | undefined;
  readonly emit: EmitComposite;
}

const natives: Readonly<Record<string, Native>> = {
  lstm: { obstacle: recurrentObstacle, emit: emitLstm },
  gru: { obstacle: gruObstacle, emit: emitGru },
  softmax: { obstacle: () => undefined, emit: overLastAxis('Softmax') },
  logSoftmax: { obstacle: () => undefined, emit: overLastAxis('LogSoftmax') },
};

/** Names of the composites that have an operator. */
export const nativeComposites: readonly string[] = Object.keys(natives);

/**
 * Whether a composite runs as one operator: where no gradient needs what happens inside of it, and
 * the operator computes the same.
 */
export const decideComposite: DecideComposite = ({
  name,
  options,
  pass,
  differentiated,
  decomposition,
}) => {
  const native = natives[name];
  const no = (reason: string) => ({ native: false, reason });
  if (!native) return no('there is no operator for it, or none as fast');
  if (pass === 'backward') return no('there is no operator for the gradient');
  if (differentiated) return no('the gradient reads its inner values');
  const shapes = decomposition.inputs.map((id) => decomposition.types[id]?.shape ?? []);
  const obstacle = native.obstacle(options, shapes);
  return obstacle === undefined
    ? { native: true, reason: 'one operator, as no gradient is taken of it' }
    : no(obstacle);
};

/** The composites that {@link decideComposite} gives an operator. */
export const claimsComposite = (use: CompositeUse): boolean => decideComposite(use).native;

/** Writes a composite that {@link claimsComposite} claims. */
export const emitComposite: EmitComposite = (context, node, inputs) => {
  const { name } = node.attributes;
  const native = natives[name];
  if (!native) throw new TypeError(`onnx: composite ${name} has no operator`);
  return native.emit(context, node, inputs);
};

function recurrentObstacle(options: CompositeOptions, [x]: readonly Shape[]): string | undefined {
  const { activation, recurrentActivation, inputMask, recurrentMask, timeMask } = options;
  const time = x?.[1] ?? 0;
  if (time < SHORTEST_NATIVE_SEQUENCE)
    return `${time} steps are fewer than ${SHORTEST_NATIVE_SEQUENCE}`;
  if ([inputMask, recurrentMask, timeMask].includes(true)) return 'the operator has no masks';
  const foreign = [activation, recurrentActivation].find((name) => !(String(name) in ACTIVATIONS));
  return foreign === undefined ? undefined : `the operator has no ${String(foreign)} as ours`;
}

function gruObstacle(options: CompositeOptions, shapes: readonly Shape[]): string | undefined {
  const batch = shapes[0]?.[0] ?? 0;
  return batch > LARGEST_GRU_BATCH
    ? `the operator is slower for a batch of more than ${LARGEST_GRU_BATCH}`
    : recurrentObstacle(options, shapes);
}

function overLastAxis(op: string): EmitComposite {
  return (context, _node, [x]) =>
    x ? [context.op(op, [context.full(x)], x.type, { attributes: { axis: { int: -1 } } })] : [];
}

/** Operands of a recurrent composite by name; see graph's recurrent-cells.ts. */
function operandsOf(options: CompositeOptions, inputs: readonly GraphValue[]) {
  const [x, kernel, recurrentKernel, ...rest] = inputs as [GraphValue, GraphValue, GraphValue];
  const biased = options['useBias'] === true;
  const all: readonly GraphValue[] = rest;
  const bias = biased ? all[0] : undefined;
  return { x, kernel, recurrentKernel, bias, states: biased ? all.slice(1) : all };
}

function emitLstm(...[context, { attributes }, inputs]: Parameters<EmitComposite>) {
  const { options } = attributes;
  const operands = operandsOf(options, inputs);
  const order = gatePermutation('lstm', 'keras', 'onnx');
  const { bias } = operands;
  return emitRecurrent(context, options, {
    op: 'LSTM',
    ...operands,
    order,
    bias: bias && [bias, undefined],
    activations: ['recurrentActivation', 'activation', 'activation'],
  });
}

function emitGru(...[context, { attributes }, inputs]: Parameters<EmitComposite>) {
  const { options } = attributes;
  const operands = operandsOf(options, inputs);
  const { bias } = operands;
  const rows =
    bias && options['resetAfter'] === true
      ? splitAlong(context, context.full(bias), 0, [1, 1]).map((row) =>
          context.reshaped(row, row.type.shape.slice(1)),
        )
      : [bias, undefined];
  return emitRecurrent(context, options, {
    op: 'GRU',
    ...operands,
    order: gatePermutation('gru', 'keras', 'onnx'),
    bias: bias && rows,
    activations: ['recurrentActivation', 'activation'],
    attributes: { linear_before_reset: { int: Number(options['resetAfter'] === true) } },
  });
}

interface Recurrent {
  readonly op: 'LSTM' | 'GRU';
  /** `[batch, time, features]` */
  readonly x: GraphValue;
  readonly kernel: GraphValue;
  readonly recurrentKernel: GraphValue;
  /** Of the input and of the state, `[gates * units]`; undefined is zero. */
  readonly bias: readonly (GraphValue | undefined)[] | undefined;
  readonly states: readonly GraphValue[];
  /** Block k of the operator's weights is block `order[k]` of ours. */
  readonly order: readonly number[];
  /** The options that name the operator's activations. */
  readonly activations: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** An operator of ONNX: X `[time, batch, …]`, W and R `[1, gates * units, …]`, B, '', states. */
function emitRecurrent(
  context: EmitContext,
  options: CompositeOptions,
  parts: Recurrent,
): readonly GraphValue[] {
  const { op, x, order, states } = parts;
  const [batch = 0, time = 0, features = 0] = x.type.shape;
  const units = Number(options['units']);
  const backwards = options['goBackwards'] === true;
  const timeMajor = transposed(context, context.full(x), [1, 0, 2], [time, batch, features]);
  const weights = [parts.kernel, parts.recurrentKernel].map((value) =>
    gateRows(context, transposed(context, context.full(value), [1, 0]), order),
  );
  const bias = parts.bias && biasOf(context, parts.bias, order, order.length * units);
  const initial = states.map((state) => context.reshaped(context.full(state), [1, batch, units]));
  const sequence = typed('float32', [time, 1, batch, units]);
  const last = typed('float32', [1, batch, units]);
  const names = context.writer.node(
    op,
    [timeMajor, ...weights, ...(bias ? [bias] : [{ name: '' }]), { name: '' }, ...initial].map(
      ({ name }) => name,
    ),
    [sequence, ...states.map(() => last)],
    {
      attributes: {
        hidden_size: { int: units },
        direction: { string: backwards ? 'reverse' : 'forward' },
        activations: {
          strings: parts.activations.map(
            (option) => ACTIVATIONS[String(options[option])] as string,
          ),
        },
        ...parts.attributes,
      },
    },
  );
  const [ys, ...finals] = names.map((name, i): GraphValue => {
    const type = i === 0 ? sequence : last;
    return { name, shape: type.shape, type };
  });
  const biases = (parts.bias ?? []).flatMap((row) => (row ? [row] : []));
  const nans = recurrentNans(context, {
    x: timeMajor,
    states,
    weights: [parts.kernel, parts.recurrentKernel, ...biases],
    backwards,
  });
  const withNans = (value: GraphValue, own: GraphValue): GraphValue =>
    elementwise(context, 'Add', [value, own], 'float32');
  const inTime = withNans(context.reshaped(ys as GraphValue, [time, batch, units]), nans.sequence);
  // The operator gives the steps in the order of time; the composite in that of their computation.
  const inOrder = backwards ? reversed(context, inTime, [0]) : inTime;
  return [
    transposed(context, inOrder, [1, 0, 2], [batch, time, units]),
    ...finals.map((state) => withNans(context.reshaped(state, [batch, units]), nans.last)),
  ];
}

function transposed(
  context: EmitContext,
  value: GraphValue,
  perm: readonly number[],
  shape: Shape = perm.map((axis) => value.type.shape[axis] ?? 0),
): GraphValue {
  return context.op('Transpose', [value], typed('float32', shape), {
    attributes: { perm: { ints: perm } },
  });
}

/** `[gates * units, n]` with the gates in the operator's order, as `[1, gates * units, n]`. */
function gateRows(context: EmitContext, value: GraphValue, order: readonly number[]): GraphValue {
  return context.reshaped(reordered(context, value, order), [1, ...value.type.shape]);
}

function reordered(context: EmitContext, value: GraphValue, order: readonly number[]): GraphValue {
  if (order.every((source, target) => source === target)) return value;
  const [rows = 0] = value.type.shape;
  const blocks = splitAlong(
    context,
    value,
    0,
    order.map(() => rows / order.length),
  );
  const inOrder = order.map((source) => blocks[source] as GraphValue);
  return concatenate(context, inOrder, 0, value.type.shape);
}

/** Bias of the input, then of the state: `[1, 2 * size]`. */
function biasOf(
  context: EmitContext,
  rows: readonly (GraphValue | undefined)[],
  order: readonly number[],
  size: number,
): GraphValue {
  const type = typed('float32', [size]);
  const both = rows.map((row) =>
    row ? reordered(context, context.full(row), order) : context.full(context.splat(type, 0)),
  );
  return context.reshaped(concatenate(context, both, 0, [2 * size]), [1, 2 * size]);
}
