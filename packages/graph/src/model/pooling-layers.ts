/** The lowering of pooling. */
import { placesOf, type LayerSpec } from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';
import { everyNth } from './conv1d.ts';
import type { LayerContext } from './layers.ts';

type Of<T extends LayerSpec['type']> = Extract<LayerSpec, { type: T }>;

/** The least float32: what padding is for a maximum. */
const LEAST = -3.4028234663852886e38;

/**
 * The greatest or the mean of `poolSize` steps, `[batch, places, features]`. Padding counts for
 * neither, as in Keras. Where several are the greatest, each has an equal share of the gradient.
 */
export function lowerPooling(
  context: LayerContext<Of<'maxPooling1d' | 'averagePooling1d'>>,
): readonly Value[] {
  const { b, spec, inputs } = context;
  const [x] = inputs as [Value];
  const [, time = 0] = x.type.shape;
  const { poolSize, strides = poolSize, padding } = spec;
  const places = placesOf(time, poolSize, strides, padding);
  const isMax = spec.type === 'maxPooling1d';
  const padded = padTime(b, x, places.low, places.high, isMax ? LEAST : 0);
  const span = (places.count - 1) * strides + 1;
  const taps = Array.from({ length: poolSize }, (_, tap) =>
    everyNth(b, b.sliceAxis(padded, 1, tap, tap + span), strides, places.count),
  );
  if (isMax) return [taps.reduce((greatest, tap) => b.max(greatest, tap))];
  const sum = taps.reduce((total, tap) => b.add(total, tap));
  return [b.mul(sum, shares(b, time, poolSize, strides, places))];
}

/** One over the number of steps of each place that are in the sequence, `[1, places, 1]`. */
function shares(
  b: Builder,
  time: number,
  poolSize: number,
  strides: number,
  { low, count }: { readonly low: number; readonly count: number },
): Value {
  const values = Array.from({ length: count }, (_, place) => {
    const start = place * strides - low;
    return 1 / (Math.min(time, start + poolSize) - Math.max(0, start));
  });
  return b.constant(values, [1, count, 1]);
}

/** The greatest or the mean of all steps, `[batch, features]` or `[batch, 1, features]`. */
export function lowerGlobalPooling(
  context: LayerContext<Of<'globalMaxPooling1d' | 'globalAveragePooling1d'>>,
): readonly Value[] {
  const { b, spec, inputs, masks } = context;
  const [x] = inputs as [Value];
  const [mask] = masks;
  if (mask && spec.type === 'globalAveragePooling1d')
    return [meanOfSteps(b, x, mask, spec.keepDims)];
  return [
    spec.type === 'globalMaxPooling1d'
      ? b.reduceMax(x, [1], spec.keepDims)
      : b.reduceMean(x, [1], spec.keepDims),
  ];
}

/** The mean of the steps that are there, as Keras has it; 0 where there is none. */
function meanOfSteps(b: Builder, x: Value, mask: Value, keepDims: boolean): Value {
  const isThere = b.reshape(mask, [...mask.type.shape, 1]);
  const count = b.reduceSum(b.cast(isThere, 'float32'), [1], keepDims);
  return b.div(b.reduceSum(b.select(isThere, x, 0), [1], keepDims), b.max(count, 1));
}

/** Steps of a value before and after, `[batch, low + time + high, features]`. */
export function padTime(b: Builder, x: Value, low: number, high: number, value = 0): Value {
  return low === 0 && high === 0 ? x : b.pad(x, [0, low, 0], [0, high, 0], value);
}
