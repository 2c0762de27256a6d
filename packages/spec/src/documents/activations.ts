import type * as t from 'io-ts';
import { literals } from '../codec/leaves.ts';

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

/** The name of an activation function, with Keras 3's formula. */
export type Activation = t.TypeOf<typeof activationName>;
