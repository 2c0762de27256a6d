import type * as t from 'io-ts';
import { array, orShort, union } from '../codec/compounds.ts';
import { boolean, number, positiveNumber } from '../codec/leaves.ts';
import { defaulted, required, tagged } from '../codec/record.ts';
import { ascending } from './schedules.ts';

const fromLogits = defaulted(
  boolean,
  true,
  'Whether the prediction holds logits, or else probabilities.',
);

const quantileLoss = tagged(
  'quantile',
  'Pinball loss (Koenker and Bassett 1978). Targets are [..., features], predictions [..., features · quantiles] with the quantiles of one feature beside each other.',
  {
    quantiles: required(
      array('ascending quantiles', number('a number between 0 and 1', { above: 0, below: 1 }), {
        min: 1,
      }),
      'The quantiles, each between 0 and 1, ascending.',
    ),
  },
  { check: ({ quantiles }) => ascending(quantiles, 'quantiles') },
);

const losses = union('a loss', 'loss', [
  tagged('mse', 'Mean of the squared differences.', {}),
  tagged('mae', 'Mean of the absolute differences.', {}),
  tagged('huber', 'Squared near 0, absolute beyond delta (Huber 1964).', {
    delta: defaulted(positiveNumber, 1, 'Where the square ends.'),
  }),
  tagged('binaryCrossentropy', 'Cross-entropy of independent yes-or-no targets.', { fromLogits }),
  tagged('categoricalCrossentropy', 'Cross-entropy of classes, targets one-hot.', { fromLogits }),
  tagged('sparseCategoricalCrossentropy', 'Cross-entropy of classes, targets their indices.', {
    fromLogits,
  }),
  quantileLoss,
  tagged(
    'gaussian',
    'Negative log-likelihood of normal distributions. Predictions are [..., 2 · features]: mean and logarithm of the standard deviation of a feature beside each other.',
    {},
  ),
  tagged(
    'studentT',
    "Negative log-likelihood of Student's t distributions, with heavier tails. Predictions as for gaussian: location and logarithm of the scale.",
    { degrees: defaulted(positiveNumber, 5, 'Degrees of freedom: the fewer, the heavier.') },
  ),
  tagged(
    'logistics',
    'Negative log-likelihood of a mixture of logistic distributions (Salimans et al. 2017). Targets are [..., 1], predictions [..., 3 · mixtures]: logits of weights, means, logarithms of scales.',
    {},
  ),
]);

/** Codec of losses: an object, or its type alone as in `'mse'`. */
export const loss = orShort(losses);

/** A loss with defaults filled. */
export type LossSpec = t.TypeOf<typeof loss>;

/** A loss as a document may have it: `'mse'` or `{ type: 'huber', delta: 2 }`. */
export type LossDocument = t.OutputOf<typeof loss>;
