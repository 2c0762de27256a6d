/**
 * NaN for onnxruntime's LSTM and GRU, which drop it: their gates are clamped on the way, and a NaN
 * comes out as a number (1.30: sigmoid(NaN) is 0 or 1). A missing value, or a model whose training
 * diverged, would so give forecasts that look sound.
 */
import { typed, type EmitContext, type GraphValue } from './context.ts';
import { elementwise } from './elementwise.ts';

/** What a recurrent operator computes from. */
export interface RecurrentOperands {
  /** `[time, batch, features]` */
  readonly x: GraphValue;
  /** Initial states `[batch, units]`. */
  readonly states: readonly GraphValue[];
  readonly weights: readonly GraphValue[];
  readonly backwards: boolean;
}

/** Zeros, and NaN where there must be NaN: to be added to what the operator gives. */
export interface RecurrentNans {
  /** `[time, batch, 1]`, in the order of time. */
  readonly sequence: GraphValue;
  /** Of the last states: `[batch, 1]` */
  readonly last: GraphValue;
}

/**
 * Finds where the results of a recurrent operator are NaN: in a row from the step at which its input
 * has one, and everywhere where a weight has one; infinite inputs are no NaN, for gates saturate.
 */
export function recurrentNans(context: EmitContext, operands: RecurrentOperands): RecurrentNans {
  const { x, backwards } = operands;
  const [time = 0, batch = 0] = x.type.shape;
  const isNaN = elementwise(context, 'IsNaN', [x], 'bool');
  const only = elementwise(context, 'Where', [isNaN, x, context.splat(x.type, 0)], 'float32');
  const ofSteps = sum(context, only, [2], [time, batch, 1], true);
  const everywhere = nansOfWeights(context, operands, batch);
  const added = (value: GraphValue) => elementwise(context, 'Add', [value, everywhere], 'float32');
  const soFar = context.op('CumSum', [ofSteps, context.writer.int64([0])], ofSteps.type, {
    attributes: { reverse: { int: Number(backwards) } },
  });
  return {
    sequence: added(soFar),
    last: added(sum(context, ofSteps, [0], [batch, 1], false)),
  };
}

/** `[batch, 1]`: zeros, or NaN where a weight or an initial state is not finite. */
function nansOfWeights(
  context: EmitContext,
  { states, weights }: RecurrentOperands,
  batch: number,
): GraphValue {
  // A constant is what the program was written with: zeros, for a layer without initial states.
  const isFed = (value: GraphValue): boolean => context.constantOf(value) === undefined;
  const sums = [
    ...weights.filter(isFed).map((weight) => {
      const axes = weight.type.shape.map((_, axis) => axis);
      return sum(context, weight, axes, [], false);
    }),
    ...states.filter(isFed).map((state) => sum(context, state, [1], [batch, 1], true)),
  ];
  const zero = context.splat(typed('float32', [batch, 1]), 0);
  const total = context.op('Sum', [context.full(zero), ...sums], typed('float32', [batch, 1]));
  return elementwise(context, 'Sub', [total, total], 'float32');
}

function sum(
  context: EmitContext,
  value: GraphValue,
  axes: readonly number[],
  shape: readonly number[],
  keepDims: boolean,
): GraphValue {
  return context.op(
    'ReduceSum',
    [context.full(value), context.writer.int64(axes)],
    typed('float32', shape),
    { attributes: { keepdims: { int: Number(keepDims) } } },
  );
}
