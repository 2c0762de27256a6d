/**
 * Convolution over time by Conv2D and its gradients, with an axis of height 1. They take zeros before
 * and after as numbers of steps, and kernels as ours are, `[width, channels, filters]`.
 */
import type { CompositeGradientNode, CompositeNode, CompositeOptions } from '@chronograd/graph';
import type { TfAttributes } from '../tensorflow/model.ts';
import { typed, type EmitContext, type GraphValue } from './context.ts';

/** Why Conv2D and its gradients do not compute a convolution with these options, if so. */
export function convObstacle({ dilation, groups }: CompositeOptions): string | undefined {
  if (groups !== 1) return `Conv2D has no gradient for groups on CPU, found ${Number(groups)}`;
  if (dilation !== 1) return `Conv2D has no gradient for dilation ${Number(dilation)} on CPU`;
  return undefined;
}

/** Writes the forward pass. */
export function emitConv(
  context: EmitContext,
  { attributes: { options } }: CompositeNode,
  [x, kernel, bias]: readonly GraphValue[],
): readonly GraphValue[] {
  if (!x || !kernel) return [];
  const operands = [asImage(context, x), asFilter(context, kernel)];
  const shape = imageShape(outputShape(options, x, kernel));
  const product = context.op('Conv2D', operands, typed('float32', shape), attributesOf(options));
  const sum = bias
    ? context.op('BiasAdd', [product, context.full(bias)], product.type, BIAS)
    : product;
  return [context.reshaped(sum, outputShape(options, x, kernel))];
}

/** Writes the gradients that are wanted. */
export function emitConvGradient(
  context: EmitContext,
  { attributes: { options, wrt, decomposition } }: CompositeGradientNode,
  all: readonly GraphValue[],
): readonly GraphValue[] {
  const [x, kernel] = all;
  // The result stands between the inputs and its cotangent.
  const cotangent = all[decomposition.inputs.length + 1];
  if (!x || !kernel || !cotangent) return [];
  const of = asImage(context, cotangent);
  const attributes = attributesOf(options);
  const sizes = (shape: readonly number[]): string => context.writer.int32(shape);
  return wrt.map((input) => {
    if (input === 0) {
      const shape = imageShape(x.type.shape);
      const operands = [sizes(shape), asFilter(context, kernel), of];
      const type = typed('float32', shape);
      const result = context.op('Conv2DBackpropInput', operands, type, attributes);
      return context.reshaped(result, x.type.shape);
    }
    if (input === 1) {
      const shape = [1, ...kernel.type.shape];
      const operands = [asImage(context, x), sizes(shape), of];
      const type = typed('float32', shape);
      const result = context.op('Conv2DBackpropFilter', operands, type, attributes);
      return context.reshaped(result, kernel.type.shape);
    }
    const filters = kernel.type.shape[2] ?? 0;
    return context.op('BiasAddGrad', [of], typed('float32', [filters]), BIAS);
  });
}

const BIAS: TfAttributes = { T: { type: 'float32' }, data_format: { string: 'NHWC' } };

function attributesOf({ low, high, strides }: CompositeOptions): TfAttributes {
  return {
    T: { type: 'float32' },
    strides: { ints: [1, 1, Number(strides), 1] },
    dilations: { ints: [1, 1, 1, 1] },
    padding: { string: 'EXPLICIT' },
    explicit_paddings: { ints: [0, 0, 0, 0, Number(low), Number(high), 0, 0] },
    data_format: { string: 'NHWC' },
    use_cudnn_on_gpu: { bool: true },
  };
}

/** `[batch, places, filters]` */
function outputShape(
  { low, high, strides }: CompositeOptions,
  { type: { shape } }: GraphValue,
  kernel: GraphValue,
): readonly number[] {
  const [batch = 0, time = 0] = shape;
  const [width = 0, , filters = 0] = kernel.type.shape;
  const padded = time + Number(low) + Number(high);
  return [batch, Math.floor((padded - width) / Number(strides)) + 1, filters];
}

/** `[batch, 1, time, channels]` */
function imageShape([batch = 0, time = 0, channels = 0]: readonly number[]): readonly number[] {
  return [batch, 1, time, channels];
}

function asImage(context: EmitContext, value: GraphValue): GraphValue {
  return context.reshaped(context.full(value), imageShape(value.type.shape));
}

/** `[1, width, channels, filters]` */
function asFilter(context: EmitContext, kernel: GraphValue): GraphValue {
  return context.reshaped(context.full(kernel), [1, ...kernel.type.shape]);
}
