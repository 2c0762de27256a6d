/** Codecs of normalisation, noise and embedding, with the options of Keras 3. */
import {
  boolean,
  nonNegativeNumber,
  number,
  positiveInteger,
  positiveNumber,
} from '../codec/leaves.ts';
import { defaulted, required, tagged } from '../codec/record.ts';
import { initializer } from './initializers.ts';
import { activityFields, base, sharingFields } from './layer-fields.ts';
import { constraintOf, regularizerOf } from './regularizers.ts';

const affine = {
  epsilon: defaulted(positiveNumber, 0.001, 'Added to the variance.'),
  center: defaulted(boolean, true, 'Whether beta is added.'),
  scale: defaulted(boolean, true, 'Whether it is multiplied by gamma.'),
  betaInitializer: defaulted(initializer, 'zeros', 'First values of beta.'),
  gammaInitializer: defaulted(initializer, 'ones', 'First values of gamma.'),
  betaRegularizer: regularizerOf('beta'),
  gammaRegularizer: regularizerOf('gamma'),
  betaConstraint: constraintOf('beta'),
  gammaConstraint: constraintOf('gamma'),
};

/** Codec of `layerNormalization`. */
export const layerNormalizationLayer = tagged(
  'layerNormalization',
  'Each step and sample by itself: mean 0 and variance 1 over the last axis (Ba et al. 2016).',
  { ...base, ...affine, ...sharingFields },
);

/** Codec of `batchNormalization`. */
export const batchNormalizationLayer = tagged(
  'batchNormalization',
  'Mean 0 and variance 1 of each feature: over the batch in training, by moving averages else (Ioffe and Szegedy 2015).',
  {
    ...base,
    momentum: defaulted(
      number('a number from 0 to 1', { min: 0, max: 1 }),
      0.99,
      'Share of the moving averages that stays at each step.',
    ),
    ...affine,
    movingMeanInitializer: defaulted(initializer, 'zeros', 'First values of the moving mean.'),
    movingVarianceInitializer: defaulted(
      initializer,
      'ones',
      'First values of the moving variance.',
    ),
    ...sharingFields,
  },
);

/** Codec of `gaussianNoise`. */
export const gaussianNoiseLayer = tagged(
  'gaussianNoise',
  'In training, adds normally distributed noise; else does nothing.',
  { ...base, stddev: required(nonNegativeNumber, 'Standard deviation of the noise.') },
);

/** Codec of `embedding`. */
export const embeddingLayer = tagged(
  'embedding',
  'A vector for each whole number from 0 to inputDim - 1.',
  {
    ...base,
    inputDim: required(positiveInteger, 'How many numbers there are.'),
    outputDim: required(positiveInteger, 'Size of the vectors.'),
    maskZero: defaulted(
      boolean,
      false,
      'Whether 0 marks a step that is none: layers, losses and metrics pass over it.',
    ),
    embeddingsInitializer: defaulted(initializer, 'uniform', 'First values of the vectors.'),
    embeddingsRegularizer: regularizerOf('all vectors together'),
    embeddingsConstraint: constraintOf('all vectors together'),
    ...activityFields,
    ...sharingFields,
  },
);
