/** The lowering of convolutions. */
import { placesOf, reachOf, transposedPlaces, type LayerSpec } from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';
import { activationLayer } from './activations.ts';
import { conv1d } from './conv1d.ts';
import type { LayerContext } from './layers.ts';

type Of<T extends LayerSpec['type']> = Extract<LayerSpec, { type: T }>;

/** A convolution, `[batch, places, filters]`. */
export function lowerConv1d(context: LayerContext<Of<'conv1d'>>): readonly Value[] {
  const { b, spec, inputs, parameter } = context;
  const [x] = inputs as [Value];
  const { strides, padding, dilationRate: dilation, groups } = spec;
  if (context.streaming) return streamConv1d(context, x);
  const { low, high } = placesOf(x.type.shape[1] ?? 0, reachOf(spec), strides, padding);
  const bias = spec.useBias ? { bias: parameter('bias') } : {};
  const operands = { x, kernel: parameter('kernel'), ...bias };
  const y = conv1d(b, operands, { low, high, strides, dilation, groups });
  return [activationLayer(b, y, spec.activation)];
}

/** Lags of the taps of a causal convolution before the last, the farthest first. */
export function lagsOf({ kernelSize, dilationRate }: Of<'conv1d'>): number[] {
  return Array.from({ length: kernelSize - 1 }, (_, tap) => (kernelSize - 1 - tap) * dilationRate);
}

/** One step of a causal convolution, `[batch, filters]`, of the steps that its taps meet. */
function streamConv1d(context: LayerContext<Of<'conv1d'>>, x: Value): readonly Value[] {
  const { b, spec, parameter, delayed } = context;
  const [batch, channels] = x.type.shape as [number, number];
  const lags = lagsOf(spec);
  const past = lags.length > 0 ? (delayed?.(x, lags) ?? []) : [];
  const taps = [...past, x].map((tap) => b.reshape(tap, [batch, 1, channels]));
  const bias = spec.useBias ? { bias: parameter('bias') } : {};
  const operands = { x: b.concat(taps, 1), kernel: parameter('kernel'), ...bias };
  const y = conv1d(b, operands, { groups: spec.groups });
  return [activationLayer(b, b.reshape(y, [batch, spec.filters]), spec.activation)];
}

/** Each channel by itself, then all channels of a step, `[batch, places, filters]`. */
export function lowerSeparableConv1d(
  context: LayerContext<Of<'separableConv1d'>>,
): readonly Value[] {
  const { b, spec, inputs, parameter } = context;
  const [x] = inputs as [Value];
  const { strides, padding, dilationRate: dilation } = spec;
  const channels = x.type.shape[2] ?? 0;
  const { low, high } = placesOf(x.type.shape[1] ?? 0, reachOf(spec), strides, padding);
  // [taps, channels, multiplier] as the kernel of a convolution in as many groups as channels.
  const depthwise = parameter('depthwiseKernel');
  const kernel = b.reshape(depthwise, [spec.kernelSize, 1, channels * spec.depthMultiplier]);
  const deep = conv1d(b, { x, kernel }, { low, high, strides, dilation, groups: channels });
  const bias = spec.useBias ? { bias: parameter('bias') } : {};
  const y = conv1d(b, { x: deep, kernel: parameter('pointwiseKernel'), ...bias });
  return [activationLayer(b, y, spec.activation)];
}

/**
 * A transposed convolution, `[batch, steps, filters]`: a convolution by the reversed kernel of a
 * sequence with `strides - 1` zeros between its steps.
 */
export function lowerConv1dTranspose(
  context: LayerContext<Of<'conv1dTranspose'>>,
): readonly Value[] {
  const { b, spec, inputs, parameter } = context;
  const [x] = inputs as [Value];
  const [, time = 0] = x.type.shape;
  const { strides, dilationRate: dilation } = spec;
  const reach = reachOf(spec);
  const { crop, count } = transposedPlaces(time, spec);
  const kernel = b.reverse(b.transpose(parameter('kernel'), [0, 2, 1]), [0]);
  const wide = { low: reach - 1, high: reach - 1, dilation };
  const whole = conv1d(b, { x: spread(b, x, strides), kernel }, wide);
  const y = cut(b, whole, crop, count);
  const sum = spec.useBias ? b.add(y, parameter('bias')) : y;
  return [activationLayer(b, sum, spec.activation)];
}

/** Zeros between the steps: `[batch, (time - 1) n + 1, channels]`. */
function spread(b: Builder, x: Value, n: number): Value {
  if (n === 1) return x;
  const [batch, time, channels] = x.type.shape as [number, number, number];
  const apart = b.pad(b.reshape(x, [batch, time, 1, channels]), [0, 0, 0, 0], [0, 0, n - 1, 0]);
  return b.sliceAxis(b.reshape(apart, [batch, time * n, channels]), 1, 0, (time - 1) * n + 1);
}

/** `count` steps from step `from`; zeros where there are no more. */
function cut(b: Builder, x: Value, from: number, count: number): Value {
  const time = x.type.shape[1] ?? 0;
  const to = Math.min(time, from + count);
  const missing = from + count - to;
  const inside = b.sliceAxis(x, 1, from, to);
  return missing === 0 ? inside : b.pad(inside, [0, 0, 0], [0, missing, 0]);
}
