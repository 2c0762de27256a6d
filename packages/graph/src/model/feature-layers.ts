/** The lowering of normalisation, noise and embedding. */
import { ownerOf, type LayerSpec } from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';
import { layerNorm } from './layer-norm.ts';
import type { LayerContext } from './layers.ts';
import type { TimeMask } from './masks.ts';

type Of<T extends LayerSpec['type']> = Extract<LayerSpec, { type: T }>;

/** Mean 0 and variance 1 over the last axis. */
export function lowerLayerNormalization(
  context: LayerContext<Of<'layerNormalization'>>,
): readonly Value[] {
  const { b, spec, inputs, parameter } = context;
  const operands = {
    x: inputs[0] as Value,
    ...(spec.scale && { gamma: parameter('gamma') }),
    ...(spec.center && { beta: parameter('beta') }),
  };
  return [layerNorm(b, operands, { epsilon: spec.epsilon })];
}

/**
 * Mean 0 and variance 1 of each feature, over all other axes in training, which moves the averages
 * that are used else: `moving momentum + batch (1 - momentum)`, of the variance divided by n, as in
 * Keras. Layers that share their averages move them one after the other, as a layer of Keras does
 * that is called more than once.
 */
export function lowerBatchNormalization(
  context: LayerContext<Of<'batchNormalization'>>,
): readonly Value[] {
  const { b, spec, inputs, masks, parameter, training } = context;
  const [x] = inputs as [Value];
  const axes = x.type.shape.slice(0, -1).map((_, axis) => axis);
  const moving = { mean: parameter('movingMean'), variance: parameter('movingVariance') };
  let { mean, variance } = moving;
  if (training) {
    const meanOf = meanOver(b, x, axes, masks[0]);
    mean = meanOf(x);
    const centred = b.sub(x, mean);
    variance = meanOf(b.mul(centred, centred));
    const move = (name: string, seen: Value): void => {
      // Of layers that share averages each moves them further, in the order of the layers.
      const own = `${ownerOf(spec)}/${name}`;
      const kept = b.mul(context.latestState(own), spec.momentum);
      context.writeState(own, b.add(kept, b.mul(seen, 1 - spec.momentum)));
    };
    move('movingMean', mean);
    move('movingVariance', variance);
  }
  const deviation = b.sqrt(b.add(variance, spec.epsilon));
  const factor = spec.scale ? b.div(parameter('gamma'), deviation) : b.div(1, deviation);
  const y = b.mul(b.sub(x, mean), factor);
  return [spec.center ? b.add(y, parameter('beta')) : y];
}

/**
 * The mean over axes, of the steps alone that a mask `[batch, time]` leaves. As in Keras, the number
 * of these is counted 1e-7 too high, so that none gives zero.
 */
function meanOver(
  b: Builder,
  x: Value,
  axes: readonly number[],
  mask: TimeMask,
): (value: Value) => Value {
  if (!mask) return (value) => b.reduceMean(value, axes);
  const missing = x.type.shape.slice(2).map(() => 1);
  const isThere = b.reshape(mask, [...mask.type.shape, ...missing]);
  const alike = b.broadcastTo(b.cast(isThere, 'float32'), x.type.shape);
  const count = b.add(b.reduceSum(alike, axes), 1e-7);
  return (value) => b.div(b.reduceSum(b.select(isThere, value, 0), axes), count);
}

/** x and, in training, noise of a standard deviation. */
export function lowerGaussianNoise(context: LayerContext<Of<'gaussianNoise'>>): readonly Value[] {
  const { b, spec, inputs, seed, place } = context;
  const [x] = inputs as [Value];
  if (!seed || spec.stddev === 0) return [x];
  const noise = standardNormal(b, seed, x.type.shape, 2 * place);
  return [b.add(x, b.mul(noise, spec.stddev))];
}

/**
 * Normally distributed numbers by the transform of Box and Muller (1958), from words of two
 * streams, `stream` and the next.
 */
export function standardNormal(
  b: Builder,
  seed: Value,
  shape: readonly number[],
  stream: number,
): Value {
  // Words to (0, 1]: half a step above zero, so that there is a logarithm.
  const uniform = (own: number): Value =>
    b.add(b.mul(b.cast(b.randomBits(seed, shape, own), 'float32'), 2 ** -32), 2 ** -33);
  const radius = b.sqrt(b.max(b.mul(b.log(uniform(stream)), -2), 0));
  return b.mul(radius, b.cos(b.mul(uniform(stream + 1), 2 * Math.PI)));
}

/** A row of the table for each number, `[batch, …, outputDim]`. */
export function lowerEmbedding(context: LayerContext<Of<'embedding'>>): readonly Value[] {
  const { b, inputs, parameter } = context;
  return [b.gather(parameter('embeddings'), inputs[0] as Value)];
}
