/** Codec of `timeDistributed`, with the layers that it may hold. */
import type * as t from 'io-ts';
import { union } from '../codec/compounds.ts';
import type { Described } from '../codec/described.ts';
import { required, tagged, without } from '../codec/record.ts';
import { conv1dLayer, conv1dTransposeLayer, separableConv1dLayer } from './convolution.ts';
import { base, sharingFields } from './layer-fields.ts';
import { gaussianNoiseLayer, layerNormalizationLayer } from './normalization.ts';
import { activationLayer, denseLayer, dropoutLayer, flattenLayer } from './pointwise.ts';
import {
  averagePooling1dLayer,
  globalAveragePooling1dLayer,
  globalMaxPooling1dLayer,
  maxPooling1dLayer,
  upSampling1dLayer,
} from './pooling.ts';
import { bidirectionalLayer, gruLayer, lstmLayer, rnnLayer, simpleRnnLayer } from './recurrent.ts';
import {
  cropping1dLayer,
  permuteLayer,
  repeatVectorLayer,
  reshapeLayer,
  zeroPadding1dLayer,
} from './shaping.ts';

/** Keys that the layer outside has. */
const outside = ['name', 'inputs'] as const;
const shared = [...outside, 'sharedWith'] as const;

const pointwise = [
  without(denseLayer, shared),
  without(activationLayer, outside),
  without(dropoutLayer, outside),
  without(flattenLayer, outside),
  without(layerNormalizationLayer, shared),
  without(gaussianNoiseLayer, outside),
  without(reshapeLayer, outside),
  without(permuteLayer, outside),
  without(repeatVectorLayer, outside),
] as const;

const overTime = [
  without(conv1dLayer, shared),
  without(separableConv1dLayer, shared),
  without(conv1dTransposeLayer, shared),
  without(maxPooling1dLayer, outside),
  without(averagePooling1dLayer, outside),
  without(globalMaxPooling1dLayer, outside),
  without(globalAveragePooling1dLayer, outside),
  without(upSampling1dLayer, outside),
  without(cropping1dLayer, outside),
  without(zeroPadding1dLayer, outside),
] as const;

const recurrent = [
  without(simpleRnnLayer, shared),
  without(lstmLayer, shared),
  without(gruLayer, shared),
  without(rnnLayer, shared),
  without(bidirectionalLayer, shared),
] as const;

/** What a `timeDistributed` layer holds, with defaults filled. */
export type StepLayer =
  | t.TypeOf<(typeof pointwise)[number]>
  | t.TypeOf<(typeof overTime)[number]>
  | t.TypeOf<(typeof recurrent)[number]>;

/** What a document may hold there. */
export type StepLayerDocument =
  | t.OutputOf<(typeof pointwise)[number]>
  | t.OutputOf<(typeof overTime)[number]>
  | t.OutputOf<(typeof recurrent)[number]>;

// Named, because declarations would else spell out every layer once more, which is too long.
const stepLayer: Described<StepLayer, StepLayerDocument> = union(
  'a layer of one input',
  'stepLayer',
  [...pointwise, ...overTime, ...recurrent],
);

/** Codec of `timeDistributed`. */
export const timeDistributedLayer = tagged(
  'timeDistributed',
  'A layer on every step by itself, [time, …] to [time, …], with the same weights at each.',
  {
    ...base,
    ...sharingFields,
    layer: required(stepLayer, 'The layer, without name and inputs.'),
  },
);
