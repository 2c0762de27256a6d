/** Which composites have an operation of their own in TensorFlow, and how those are written. */
import type { DecideComposite } from '@chronograd/backend';
import type { CompositeGradientNode, CompositeNode, CompositeOptions } from '@chronograd/graph';
import type { EmitComposite, EmitContext, GraphValue } from './context.ts';
import { convObstacle, emitConv, emitConvGradient } from './conv.ts';
import { emitLstm, emitLstmGradient } from './lstm.ts';
import { emitSoftmax, emitSoftmaxGradient } from './softmax.ts';

/** Where a graph is to run: the choice between ways that compute the same depends on it. */
export type DeviceKind = 'cpu' | 'cuda';

/**
 * BlockLSTMV2 multiplies its matrices in another way than MatMul, which is slower for large ones:
 * measured in docs/decisions/tensorflow-graphs.md.
 */
const LARGEST_NATIVE_LSTM = 64;

/** An operation for a composite, forward and backward. */
interface Native {
  readonly operation: string;
  /** Why the operation does not compute a composite with these options, or is slower, if so. */
  readonly obstacle: (options: CompositeOptions, device: DeviceKind) => string | undefined;
  readonly forward: (
    context: EmitContext,
    node: CompositeNode,
    inputs: readonly GraphValue[],
  ) => readonly GraphValue[];
  readonly backward: (
    context: EmitContext,
    node: CompositeGradientNode,
    inputs: readonly GraphValue[],
  ) => readonly GraphValue[];
}

const natives: Readonly<Record<string, Native>> = {
  lstm: {
    operation: 'BlockLSTMV2',
    obstacle: lstmObstacle,
    forward: emitLstm,
    backward: emitLstmGradient,
  },
  conv1d: {
    operation: 'Conv2D',
    obstacle: convObstacle,
    forward: emitConv,
    backward: emitConvGradient,
  },
  softmax: {
    operation: 'Softmax',
    obstacle: () => undefined,
    forward: emitSoftmax('Softmax'),
    backward: emitSoftmaxGradient('Softmax'),
  },
  logSoftmax: {
    operation: 'LogSoftmax',
    obstacle: () => undefined,
    forward: emitSoftmax('LogSoftmax'),
    backward: emitSoftmaxGradient('LogSoftmax'),
  },
};

/** Names of the composites that have an operation. */
export const nativeComposites: readonly string[] = Object.keys(natives);

/** Whether composites, and their gradients, run by an operation that computes the same. */
export function decideComposites(device: DeviceKind): DecideComposite {
  return ({ name, options }) => {
    const native = natives[name];
    if (!native) return { native: false, reason: 'there is no operation for it' };
    const obstacle = native.obstacle(options, device);
    return obstacle === undefined
      ? { native: true, reason: `${native.operation} and its gradient compute the same` }
      : { native: false, reason: obstacle };
  };
}

/** Writes a composite that {@link decideComposites} gives an operation, or the gradient of one. */
export const emitComposite: EmitComposite = (context, node, inputs) => {
  const { name } = node.attributes;
  const native = natives[name];
  if (!native) throw new TypeError(`tensorflow: composite ${name} has no operation`);
  return node.op === 'composite'
    ? native.forward(context, node, inputs)
    : native.backward(context, node, inputs);
};

function lstmObstacle(options: CompositeOptions, device: DeviceKind): string | undefined {
  const { activation, recurrentActivation, recurrentMask, timeMask, units } = options;
  if (recurrentMask === true) return 'BlockLSTMV2 has no mask on h';
  if (timeMask === true) return 'BlockLSTMV2 has no mask of time';
  if (activation !== 'tanh') return `BlockLSTMV2 has tanh, not ${String(activation)}`;
  if (recurrentActivation !== 'sigmoid')
    return `BlockLSTMV2 has sigmoid at the gates, not ${String(recurrentActivation)}`;
  if (device === 'cpu' && Number(units) > LARGEST_NATIVE_LSTM)
    return `on CPU BlockLSTMV2 is slower for more than ${LARGEST_NATIVE_LSTM} units`;
  return undefined;
}
