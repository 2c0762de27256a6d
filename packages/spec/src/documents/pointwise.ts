/** Codecs of layers that work on each step or sample by itself, with the options of Keras 3. */
import { rate } from '../codec/leaves.ts';
import { defaulted, required, tagged } from '../codec/record.ts';
import { activationFunction } from './activations.ts';
import { activityFields, base, kernelFields, sharingFields } from './layer-fields.ts';

/** Codec of `dense`. */
export const denseLayer = tagged(
  'dense',
  'activation(x · kernel + bias), over the last axis of an input of any rank.',
  {
    ...base,
    ...kernelFields,
    ...activityFields,
    ...sharingFields,
    activation: defaulted(activationFunction, 'linear', 'Activation of the output.'),
  },
);

/** Codec of `activation`. */
export const activationLayer = tagged('activation', 'An activation function by itself.', {
  ...base,
  activation: required(activationFunction, 'The function.'),
});

/** Codec of `gatedActivation`. */
export const gatedActivationLayer = tagged(
  'gatedActivation',
  'tanh(a) · sigmoid(b) of the two halves a and b of the last axis (van den Oord et al. 2016).',
  { ...base },
);

/** Codec of `dropout`. */
export const dropoutLayer = tagged(
  'dropout',
  'In training, sets entries to 0 and divides the others by 1 - rate; else does nothing.',
  { ...base, rate: required(rate, 'Share of the entries set to 0.') },
);

/** Codec of `flatten`. */
export const flattenLayer = tagged('flatten', 'All axes but the batch become one.', { ...base });
