/**
 * LSTM by BlockLSTMV2 and BlockLSTMGradV2, which run a whole sequence in one operation. Their gates
 * are in our order (i, f, candidate, o); their kernel is ours and the recurrent kernel under it;
 * `b` is the bias, and they add nothing to the forget gate. They work on time-major data.
 */
import type {
  CompositeGradientNode,
  CompositeNode,
  CompositeOptions,
  TensorType,
} from '@chronograd/graph';
import type { TfAttributes } from '../tensorflow/model.ts';
import { typed, type EmitContext, type GraphValue } from './context.ts';
import { arithmetic } from './elementwise.ts';
import { concatenate, reversed, splitAlong, transposed } from './shape.ts';

/** The operands of the composite as the operation takes them. */
interface Operands {
  /** `[time, batch, features]` in the order of computation. */
  readonly x: GraphValue;
  /** `[features + units, 4 * units]` */
  readonly kernel: GraphValue;
  readonly bias: GraphValue;
  readonly h: GraphValue;
  readonly c: GraphValue;
}

/** Sizes of an LSTM, and what stands at which place of its inputs. */
interface Layout {
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly units: number;
  readonly backwards: boolean;
  readonly biasAt: number | undefined;
  readonly hAt: number;
  readonly inputMaskAt: number | undefined;
}

/** Inputs and outputs of the composite: see graph's recurrent-cells.ts. */
const X = 0;
const KERNEL = 1;
const RECURRENT_KERNEL = 2;
const OUTPUTS = 3;

/** Places of what BlockLSTMV2 returns: i, cs, f, o, ci, co, h, `[time, batch, units]` each. */
const CS = 1;
const H = 6;
const INNER = 7;

/** Writes the forward pass, and keeps what the gradient needs of it. */
export function emitLstm(
  context: EmitContext,
  { attributes: { options } }: CompositeNode,
  inputs: readonly GraphValue[],
): readonly GraphValue[] {
  const layout = layoutOf(options, inputs);
  const inner = runBlock(context, layout, prepare(context, layout, inputs));
  const [h, cs] = [inner[H] as GraphValue, inner[CS] as GraphValue];
  const sequence = transposed(context, h, [1, 0, 2]);
  context.keepInner(sequence, inner);
  return [sequence, lastStep(context, layout, h), lastStep(context, layout, cs)];
}

/** Writes the gradients that are wanted, of what the forward pass kept or else computed anew. */
export function emitLstmGradient(
  context: EmitContext,
  { attributes }: CompositeGradientNode,
  all: readonly GraphValue[],
): readonly GraphValue[] {
  const { options, cotangents, wrt } = attributes;
  const count = attributes.decomposition.inputs.length;
  const inputs = all.slice(0, count);
  const layout = layoutOf(options, inputs);
  const operands = prepare(context, layout, inputs);
  const sequence = all[count] as GraphValue;
  const inner = context.innerOf(sequence) ?? runBlock(context, layout, operands);
  const [ofSequence, ofH, ofC] = [0, 1, 2].map((output) => {
    const at = cotangents.indexOf(output);
    return at < 0 ? undefined : all[count + OUTPUTS + at];
  });
  const steps = ofSequence && transposed(context, context.full(ofSequence), [1, 0, 2]);
  const last = ofH && atLastStep(context, layout, ofH);
  const zero = context.splat(stepsType(layout), 0);
  const hGradient =
    steps && last ? arithmetic(context, 'AddV2', [steps, last]) : (steps ?? last ?? zero);
  const cGradient = ofC ? atLastStep(context, layout, ofC) : zero;
  const gradients = runBlockGradient(context, layout, operands, inner, [cGradient, hGradient]);
  return wrt.map((input) => gradients(input, inputs));
}

function layoutOf(options: CompositeOptions, inputs: readonly GraphValue[]): Layout {
  const [batch = 0, time = 0, features = 0] = inputs[X]?.type.shape ?? [];
  const biased = options['useBias'] === true;
  const hAt = biased ? 4 : 3;
  return {
    batch,
    time,
    features,
    units: Number(options['units']),
    backwards: options['goBackwards'] === true,
    biasAt: biased ? 3 : undefined,
    hAt,
    inputMaskAt: options['inputMask'] === true ? hAt + 2 : undefined,
  };
}

function prepare(context: EmitContext, layout: Layout, inputs: readonly GraphValue[]): Operands {
  const { biasAt, hAt, inputMaskAt, units } = layout;
  const at = (place: number): GraphValue => inputs[place] as GraphValue;
  const x = inputMaskAt === undefined ? at(X) : masked(context, layout, at(X), at(inputMaskAt));
  const timeMajor = transposed(context, context.full(x), [1, 0, 2]);
  return {
    x: layout.backwards ? reversed(context, timeMajor, [0]) : timeMajor,
    kernel: concatenate(context, [at(KERNEL), at(RECURRENT_KERNEL)], 0),
    bias: context.full(
      biasAt === undefined ? context.splat(typed('float32', [4 * units]), 0) : at(biasAt),
    ),
    h: context.full(at(hAt)),
    c: context.full(at(hAt + 1)),
  };
}

/** A value `[batch, time, features]` times the mask `[batch, features]`. */
function masked(
  context: EmitContext,
  { batch, features }: Layout,
  value: GraphValue,
  mask: GraphValue,
): GraphValue {
  const column = context.reshaped(context.full(mask), [batch, 1, features]);
  return arithmetic(context, 'Mul', [value, { ...column, type: value.type }]);
}

function runBlock(context: EmitContext, layout: Layout, operands: Operands): GraphValue[] {
  const types = Array.from({ length: INNER }, () => stepsType(layout));
  const attributes: TfAttributes = {
    T: { type: 'float32' },
    cell_clip: { float: 0 },
    use_peephole: { bool: false },
  };
  return context.ops('BlockLSTMV2', blockInputs(context, layout, operands), types, attributes);
}

/** seq_len_max, x, cs_prev, h_prev, w, wci, wcf, wco, b */
function blockInputs(
  context: EmitContext,
  { time, units }: Layout,
  { x, kernel, bias, h, c }: Operands,
): (GraphValue | string)[] {
  const length = context.writer.constant('int64', [], BigInt64Array.of(BigInt(time)));
  const noPeephole = context.full(context.splat(typed('float32', [units]), 0));
  return [length, x, c, h, kernel, noPeephole, noPeephole, noPeephole, bias];
}

/** The gradient of the composite's input at a place. */
type GradientOf = (input: number, inputs: readonly GraphValue[]) => GraphValue;

function runBlockGradient(
  context: EmitContext,
  layout: Layout,
  operands: Operands,
  inner: readonly GraphValue[],
  cotangents: readonly GraphValue[],
): GradientOf {
  const { batch, units, features, biasAt, hAt, inputMaskAt } = layout;
  const peephole = typed('float32', [units]);
  const state = typed('float32', [batch, units]);
  const results = context.ops(
    'BlockLSTMGradV2',
    [
      ...blockInputs(context, layout, operands),
      ...inner,
      ...cotangents.map((value) => context.full(value)),
    ],
    [
      operands.x.type,
      state,
      state,
      operands.kernel.type,
      peephole,
      peephole,
      peephole,
      operands.bias.type,
    ],
    { T: { type: 'float32' }, use_peephole: { bool: false } },
  );
  const [x, c, h, kernel, , , , bias] = results as [
    GraphValue,
    GraphValue,
    GraphValue,
    GraphValue,
    GraphValue,
    GraphValue,
    GraphValue,
    GraphValue,
  ];
  const inTime = layout.backwards ? reversed(context, x, [0]) : x;
  const ofMaskedX = transposed(context, inTime, [1, 0, 2]);
  const [ofKernel, ofRecurrentKernel] = splitAlong(context, kernel, 0, [features, units]);
  return (input, inputs) => {
    if (input === X)
      return inputMaskAt === undefined
        ? ofMaskedX
        : masked(context, layout, ofMaskedX, inputs[inputMaskAt] as GraphValue);
    if (input === KERNEL) return ofKernel as GraphValue;
    if (input === RECURRENT_KERNEL) return ofRecurrentKernel as GraphValue;
    if (input === biasAt) return bias;
    if (input === hAt) return h;
    if (input === hAt + 1) return c;
    return sumOverTime(context, arithmetic(context, 'Mul', [ofMaskedX, inputs[X] as GraphValue]));
  };
}

function sumOverTime(context: EmitContext, value: GraphValue): GraphValue {
  const [batch = 0, , features = 0] = value.type.shape;
  const operands = [context.full(value), context.writer.int32([1])];
  return context.op('Sum', operands, typed('float32', [batch, features]), {
    T: { type: 'float32' },
    Tidx: { type: 'int32' },
    keep_dims: { bool: false },
  });
}

function stepsType({ time, batch, units }: Layout): TensorType {
  return typed('float32', [time, batch, units]);
}

function lastStep(
  context: EmitContext,
  { time, batch, units }: Layout,
  steps: GraphValue,
): GraphValue {
  if (time === 1) return context.reshaped(steps, [batch, units]);
  const begin = context.writer.int32([time - 1, 0, 0]);
  const size = context.writer.int32([1, batch, units]);
  const slice = context.op('Slice', [steps, begin, size], typed('float32', [1, batch, units]), {
    T: { type: 'float32' },
    Index: { type: 'int32' },
  });
  return context.reshaped(slice, [batch, units]);
}

/** `[batch, units]` as the last of steps that are zero else. */
function atLastStep(context: EmitContext, layout: Layout, value: GraphValue): GraphValue {
  const { time, batch, units } = layout;
  const step = context.reshaped(context.full(value), [1, batch, units]);
  if (time === 1) return step;
  const paddings = context.writer.constant('int32', [3, 2], Int32Array.of(time - 1, 0, 0, 0, 0, 0));
  return context.op('Pad', [step, paddings], stepsType(layout), {
    T: { type: 'float32' },
    Tpaddings: { type: 'int32' },
  });
}
