/**
 * Masks of time: which steps of a sequence are there. They start at `masking`, at an embedding with
 * `maskZero` and at a ragged input, and go on through layers as in Keras: what works step by step
 * passes its mask on, a recurrent layer passes over the steps that are not there and passes the mask
 * on with the sequence, and what mixes steps (convolutions, pooling, flatten, reshape, …) drops it.
 */
import { axisOf, recurrentOptions, type LayerSpec } from '@chronograd/spec';
import type { Value } from '../ir/builder.ts';
import type { LayerContext } from './layers.ts';

/**
 * bool `[batch, time]`, while streaming `[batch, 1]`: false where a step is passed over; undefined
 * where all are there.
 */
export type TimeMask = Value | undefined;

type Rule<L extends LayerSpec> = (context: LayerContext<L>) => TimeMask;

const same: Rule<LayerSpec> = ({ masks }) => masks[0];
const dropped: Rule<LayerSpec> = () => undefined;

/** A step of a sum is there where it is there in any, as long as all have a mask. */
const merged: Rule<LayerSpec> = ({ b, masks }) => {
  const known = masks.filter((mask) => mask !== undefined);
  if (known.length < masks.length) return undefined;
  return known.reduce((any, mask) => b.not(b.and(b.not(any), b.not(mask))));
};

/**
 * The mask of the sequence that a recurrent layer returns, in the order of that sequence. (Keras
 * leaves it in the order of time although the sequence of a layer with `goBackwards` is not.)
 */
const recurrentRule: Rule<Extract<LayerSpec, { type: 'lstm' | 'gru' | 'simpleRnn' | 'rnn' }>> = ({
  b,
  spec,
  masks: [mask],
}) => {
  if (!mask || !spec.returnSequences) return undefined;
  return spec.goBackwards ? b.reverse(mask, [1]) : mask;
};

const rules: { readonly [T in LayerSpec['type']]: Rule<Extract<LayerSpec, { type: T }>> } = {
  input: same,
  dense: same,
  activation: same,
  gatedActivation: same,
  dropout: same,
  layerNormalization: same,
  batchNormalization: same,
  gaussianNoise: same,
  timeDistributed: same,
  masking: ({ b, spec, inputs: [x] }) => stepsThatAre(b, x as Value, spec.maskValue),
  embedding: ({ b, spec, layer, inputs: [x], masks, batch, streaming }) => {
    // Numbers that stand beside each other in a step do not say which steps there are.
    if (!spec.maskZero || layer.inputs[0]?.shape.length !== 1) return masks[0];
    const found = b.not(b.equal(x as Value, 0));
    const isThere = streaming ? b.reshape(found, [batch, 1]) : found;
    return masks[0] ? b.and(isThere, masks[0]) : isThere;
  },
  simpleRnn: recurrentRule,
  lstm: recurrentRule,
  gru: recurrentRule,
  rnn: recurrentRule,
  bidirectional: ({ spec, masks: [mask] }) =>
    recurrentOptions(spec).returnSequences ? mask : undefined,
  add: merged,
  subtract: merged,
  multiply: merged,
  average: merged,
  maximum: merged,
  minimum: merged,
  concatenate: (context) => {
    const { b, spec, layer, inputs, masks } = context;
    const rank = layer.inputs[0]?.shape.length ?? 0;
    if (axisOf(spec, rank) !== 0) return merged(context);
    if (masks.every((mask) => mask === undefined)) return undefined;
    const all = inputs.map(
      ({ type }, i) => masks[i] ?? b.not(b.constant(0, type.shape.slice(0, 2), 'bool')),
    );
    return b.concat(all, 1);
  },
  conv1d: dropped,
  separableConv1d: dropped,
  conv1dTranspose: dropped,
  maxPooling1d: dropped,
  averagePooling1d: dropped,
  globalMaxPooling1d: dropped,
  globalAveragePooling1d: dropped,
  upSampling1d: dropped,
  repeatVector: dropped,
  flatten: dropped,
  reshape: dropped,
  permute: dropped,
  cropping1d: dropped,
  zeroPadding1d: dropped,
};

/** The mask of a layer's output (of returned states there is none). */
export function maskOf(context: LayerContext): TimeMask {
  // The table's entry for a type takes the context of that type; the compiler cannot see it.
  const rule = rules[context.spec.type] as Rule<LayerSpec>;
  return rule(context);
}

/**
 * bool `[batch, time]`: where any feature of `[batch, time, features]` is not the value; of one step
 * `[batch, features]` bool `[batch, 1]`.
 */
export function stepsThatAre(b: LayerContext['b'], x: Value, value: number): Value {
  const differs = b.select(b.equal(x, value), 0, b.constant(1, x.type.shape));
  const last = x.type.shape.length - 1;
  return b.less(0, b.reduceMax(differs, [last], last === 1));
}

/** bool `[batch, time]`: the first steps of each row, so many as its length says, int32 `[batch]`. */
export function stepsWithin(b: LayerContext['b'], lengths: Value, time: number): Value {
  const [batch = 0] = lengths.type.shape;
  const step = b.iota('int32', [batch, time], 1);
  return b.less(step, b.reshape(lengths, [batch, 1]));
}
