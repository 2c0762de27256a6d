/** The lowering of layers that arrange or merge what they read. */
import { axisOf, sidesOf, type LayerSpec } from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';
import type { LayerContext } from './layers.ts';
import { padTime } from './pooling-layers.ts';

type Of<T extends LayerSpec['type']> = Extract<LayerSpec, { type: T }>;

/** The same numbers in another shape. */
export function lowerReshape(context: LayerContext<Of<'reshape'>>): readonly Value[] {
  const { b, inputs, layer, batch } = context;
  const shape = (layer.outputs[0]?.shape ?? []).map((size) => size ?? 0);
  return [b.reshape(inputs[0] as Value, [batch, ...shape])];
}

/** The axes in another order; that of the batch stays. */
export function lowerPermute(context: LayerContext<Of<'permute'>>): readonly Value[] {
  const { b, inputs, spec } = context;
  return [b.transpose(inputs[0] as Value, [0, ...spec.dims])];
}

/** A vector as every step, `[batch, n, features]`. */
export function lowerRepeatVector(context: LayerContext<Of<'repeatVector'>>): readonly Value[] {
  const { b, inputs, spec, batch } = context;
  const [x] = inputs as [Value];
  const features = x.type.shape[1] ?? 0;
  return [b.broadcastTo(b.reshape(x, [batch, 1, features]), [batch, spec.n, features])];
}

/** Every step several times, `[batch, time · size, features]`. */
export function lowerUpSampling(context: LayerContext<Of<'upSampling1d'>>): readonly Value[] {
  const { b, inputs, spec } = context;
  const [x] = inputs as [Value];
  const [batch, time, features] = x.type.shape as [number, number, number];
  const apart = b.reshape(x, [batch, time, 1, features]);
  const repeated = b.broadcastTo(apart, [batch, time, spec.size, features]);
  return [b.reshape(repeated, [batch, time * spec.size, features])];
}

/** Without some steps at both ends. */
export function lowerCropping(context: LayerContext<Of<'cropping1d'>>): readonly Value[] {
  const { b, inputs, spec } = context;
  const [x] = inputs as [Value];
  const [before, after] = sidesOf(spec.cropping);
  return [b.sliceAxis(x, 1, before, (x.type.shape[1] ?? 0) - after)];
}

/** With steps of zeros at both ends. */
export function lowerZeroPadding(context: LayerContext<Of<'zeroPadding1d'>>): readonly Value[] {
  const { b, inputs, spec } = context;
  const [before, after] = sidesOf(spec.padding);
  return [padTime(b, inputs[0] as Value, before, after)];
}

type Merging = Of<'add' | 'subtract' | 'multiply' | 'average' | 'maximum' | 'minimum'>;

const mergers: {
  readonly [T in Merging['type']]: (b: Builder, x: Value, y: Value) => Value;
} = {
  add: (b, x, y) => b.add(x, y),
  subtract: (b, x, y) => b.sub(x, y),
  multiply: (b, x, y) => b.mul(x, y),
  average: (b, x, y) => b.add(x, y),
  maximum: (b, x, y) => b.max(x, y),
  minimum: (b, x, y) => b.min(x, y),
};

/** Element by element; a size of 1 is repeated, and a vector beside sequences for every step. */
export function lowerMerging(context: LayerContext<Merging>): readonly Value[] {
  const { b, spec, layer } = context;
  const merge = mergers[spec.type];
  const rank = Math.max(...layer.inputs.map(({ shape }) => shape.length));
  // A vector beside sequences; while streaming, neither has an axis of time.
  const inputs = context.inputs.map((value, i) => {
    const isVector = layer.inputs[i]?.shape.length === 1 && rank === 2;
    const [batch = 0, size = 0] = value.type.shape;
    return isVector && !context.streaming ? b.reshape(value, [batch, 1, size]) : value;
  });
  const merged = inputs.reduce((sofar, next) => merge(b, sofar, next));
  return [spec.type === 'average' ? b.mul(merged, 1 / inputs.length) : merged];
}

/** Side by side along an axis. */
export function lowerConcatenate(context: LayerContext<Of<'concatenate'>>): readonly Value[] {
  const { b, inputs, spec, layer } = context;
  const rank = layer.inputs[0]?.shape.length ?? 1;
  // From the end: while streaming, values have no axis of time.
  const fromEnd = rank - (axisOf(spec, rank) ?? 0);
  return [b.concat(inputs, (inputs[0] as Value).type.shape.length - fromEnd)];
}
