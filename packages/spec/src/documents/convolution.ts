/** Codecs of convolutions over time, with the options of Keras 3. */
import { integer, literals, positiveInteger } from '../codec/leaves.ts';
import { defaulted, optional, required, tagged, type PlacedFault } from '../codec/record.ts';
import { initializer } from './initializers.ts';
import {
  activityFields,
  base,
  biasRules,
  outputActivation,
  sharingFields,
  weightFields,
} from './layer-fields.ts';
import { constraintOf, regularizerOf } from './regularizers.ts';

const kernelSize = required(positiveInteger, 'Taps of the kernel: steps that it sees.');
const filters = required(positiveInteger, 'Number of filters: the last dimension of the output.');
const strides = defaulted(positiveInteger, 1, 'Steps from one place of the kernel to the next.');
const dilationRate = defaulted(positiveInteger, 1, 'Steps from one tap to the next.');

const padding = defaulted(
  literals(['valid', 'same', 'causal']),
  'valid',
  'valid: none. same: zeros on both sides, as many steps as before. causal: zeros before, so that no step sees a later one.',
);

/** As in Keras, a convolution has strides or a dilation, not both. */
function strideFaults(spec: { strides: number; dilationRate: number }): PlacedFault[] {
  if (spec.strides === 1 || spec.dilationRate === 1) return [];
  return [{ at: ['dilationRate'], expected: `1 beside strides of ${spec.strides}` }];
}

/** Codec of `conv1d`. */
export const conv1dLayer = tagged(
  'conv1d',
  'A convolution over time: activation(Σ over taps x · kernel + bias).',
  {
    ...base,
    filters,
    kernelSize,
    strides,
    padding,
    dilationRate,
    groups: defaulted(
      positiveInteger,
      1,
      'Channels and filters are split in so many groups, which do not see each other.',
    ),
    activation: outputActivation,
    ...weightFields,
    ...activityFields,
    ...sharingFields,
  },
  {
    check: (spec) => [
      ...strideFaults(spec),
      ...(spec.filters % spec.groups === 0
        ? []
        : [{ at: ['groups'], expected: `a divisor of the filters, ${spec.filters}` }]),
    ],
  },
);

/** Codec of `separableConv1d`. */
export const separableConv1dLayer = tagged(
  'separableConv1d',
  'A convolution of each channel by itself, then one over channels (Chollet 2017).',
  {
    ...base,
    filters,
    kernelSize,
    strides,
    padding,
    dilationRate,
    depthMultiplier: defaulted(positiveInteger, 1, 'Results of each channel between the two.'),
    activation: outputActivation,
    useBias: weightFields.useBias,
    depthwiseInitializer: defaulted(initializer, 'glorotUniform', 'Of the depthwise kernel.'),
    pointwiseInitializer: defaulted(initializer, 'glorotUniform', 'Of the pointwise kernel.'),
    biasInitializer: weightFields.biasInitializer,
    depthwiseRegularizer: regularizerOf('the depthwise kernel'),
    depthwiseConstraint: constraintOf('the depthwise kernel'),
    pointwiseRegularizer: regularizerOf('the pointwise kernel'),
    pointwiseConstraint: constraintOf('the pointwise kernel'),
    ...biasRules,
    ...activityFields,
    ...sharingFields,
  },
  { check: strideFaults },
);

/** Codec of `conv1dTranspose`. */
export const conv1dTransposeLayer = tagged(
  'conv1dTranspose',
  'The transpose of a convolution: each step is spread over the taps. Strides make it longer.',
  {
    ...base,
    filters,
    kernelSize,
    strides,
    padding: defaulted(
      literals(['valid', 'same']),
      'valid',
      'valid: all that the kernel reaches. same: strides times as many steps as before.',
    ),
    outputPadding: optional(
      integer('a whole number from 0', { min: 0, max: 2 ** 31 - 1 }),
      'Further steps at the end; below strides.',
    ),
    dilationRate,
    activation: outputActivation,
    ...weightFields,
    ...activityFields,
    ...sharingFields,
  },
  {
    check: (spec) => {
      const { outputPadding = 0 } = spec;
      if (outputPadding > 0 && outputPadding >= spec.strides)
        return [{ at: ['outputPadding'], expected: `less than strides, ${spec.strides}` }];
      return strideFaults(spec);
    },
  },
);
