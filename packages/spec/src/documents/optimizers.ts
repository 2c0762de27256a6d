import type * as t from 'io-ts';
import { numberOr, orShort, union } from '../codec/compounds.ts';
import { boolean, nonNegativeNumber, number, positiveNumber, rate } from '../codec/leaves.ts';
import { defaulted, optional, tagged } from '../codec/record.ts';
import { schedule } from './schedules.ts';

const learningRate = (standard: number) =>
  defaulted(numberOr(nonNegativeNumber, schedule), standard, 'Learning rate, or a schedule.');

const clipping = {
  clipValue: optional(positiveNumber, 'Gradients are cut to [-clipValue, clipValue].'),
  clipNorm: optional(
    positiveNumber,
    'Gradients are scaled to this norm, each parameter by itself.',
  ),
  globalClipNorm: optional(positiveNumber, 'Gradients are scaled to this norm, all together.'),
};

/** As in Keras, gradients are clipped in one way only. */
const oneClip = { atMostOne: ['clipValue', 'clipNorm', 'globalClipNorm'] } as const;

const epsilon = defaulted(positiveNumber, 1e-7, 'Added to denominators.');

const moments = {
  beta1: defaulted(rate, 0.9, 'Decay of the mean of the gradients.'),
  beta2: defaulted(rate, 0.999, 'Decay of the mean of their squares.'),
  epsilon,
};

const momentum = defaulted(
  number('a number from 0 to 1', { min: 0, max: 1 }),
  0,
  'Share of the last update that is made again.',
);

const optimizers = union('an optimizer', 'optimizer', [
  tagged(
    'sgd',
    'Gradient descent, with momentum where asked for.',
    {
      learningRate: learningRate(0.01),
      momentum,
      nesterov: defaulted(boolean, false, 'Whether momentum looks ahead (Nesterov 1983).'),
      ...clipping,
    },
    oneClip,
  ),
  tagged(
    'adam',
    'Adam (Kingma and Ba 2014).',
    { learningRate: learningRate(0.001), ...moments, ...clipping },
    oneClip,
  ),
  tagged(
    'adamW',
    'Adam with decoupled weight decay (Loshchilov and Hutter 2017).',
    {
      learningRate: learningRate(0.001),
      ...moments,
      weightDecay: defaulted(
        nonNegativeNumber,
        0.004,
        'Share of every parameter that is taken away at each step, times the learning rate.',
      ),
      ...clipping,
    },
    oneClip,
  ),
  tagged(
    'rmsprop',
    'RMSprop (Hinton 2012).',
    {
      learningRate: learningRate(0.001),
      rho: defaulted(rate, 0.9, 'Decay of the mean of the squared gradients.'),
      momentum,
      epsilon,
      centered: defaulted(boolean, false, 'Whether the squared mean gradient is taken off.'),
      ...clipping,
    },
    oneClip,
  ),
  tagged(
    'nadam',
    'Adam with Nesterov momentum (Dozat 2016).',
    { learningRate: learningRate(0.001), ...moments, ...clipping },
    oneClip,
  ),
]);

/** Codec of optimizers: an object, or its type alone as in `'adam'`. */
export const optimizer = orShort(optimizers);

/** An optimizer with defaults filled. */
export type OptimizerSpec = t.TypeOf<typeof optimizer>;

/** An optimizer as a document may have it: `'adam'` or `{ type: 'sgd', momentum: 0.9 }`. */
export type OptimizerDocument = t.OutputOf<typeof optimizer>;
