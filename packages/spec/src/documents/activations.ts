import type * as t from 'io-ts';
import { nameOr, union } from '../codec/compounds.ts';
import { boolean, literals, nonNegativeNumber, number, positiveNumber } from '../codec/leaves.ts';
import { defaulted, optional, tagged } from '../codec/record.ts';

/**
 * The names of activations. The formulas are those of Keras 3 (`keras.activations`):
 * `leakyRelu` has the slope 0.2, `elu` alpha 1, `gelu` is the exact one, `hardSigmoid` is
 * `relu6(x + 3) / 6`, `softmax` and `logSoftmax` go over the last axis.
 */
export const activationNames = [
  'linear',
  'tanh',
  'sigmoid',
  'relu',
  'leakyRelu',
  'elu',
  'selu',
  'gelu',
  'silu',
  'softplus',
  'softsign',
  'exponential',
  'hardSigmoid',
  'softmax',
  'logSoftmax',
] as const;

/** Codec of activation names. */
export const activationName = literals(activationNames);

/** The name of an activation function, with Keras 3's formula and defaults. */
export type ActivationName = t.TypeOf<typeof activationName>;

const withParameters = union('an activation', 'activation', [
  tagged('relu', 'x from the threshold to maxValue, then maxValue; below, the line of a slope.', {
    negativeSlope: defaulted(
      nonNegativeNumber,
      0,
      'Slope below the threshold, of negativeSlope · (x - threshold).',
    ),
    maxValue: optional(positiveNumber, 'The greatest value. Without it there is none.'),
    threshold: defaulted(nonNegativeNumber, 0, 'Where x itself begins.'),
  }),
  tagged('leakyRelu', 'x above 0, negativeSlope · x below.', {
    negativeSlope: defaulted(number(), 0.2, 'Slope below 0.'),
  }),
  tagged('elu', 'x above 0, alpha · (exp(x) - 1) below (Clevert et al. 2015).', {
    alpha: defaulted(number(), 1, 'Minus the least value.'),
  }),
  tagged('gelu', 'x times the normal distribution function (Hendrycks and Gimpel 2016).', {
    approximate: defaulted(boolean, false, 'Whether by the formula with tanh.'),
  }),
]);

/** Codec of activations: a name, or an object where the function has parameters. */
export const activationFunction = nameOr(activationName, withParameters);

/** An activation function: a name, or a function with parameters, which are all there. */
export type Activation = t.TypeOf<typeof activationFunction>;

/** The name of an activation function, whatever its parameters. */
export function nameOfActivation(activation: Activation): ActivationName {
  return typeof activation === 'string' ? activation : activation.type;
}
