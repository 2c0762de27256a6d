import type * as t from 'io-ts';
import { orShort, union } from '../codec/compounds.ts';
import { nonNegativeNumber, number } from '../codec/leaves.ts';
import { defaulted, tagged } from '../codec/record.ts';

const uniform = tagged(
  'uniform',
  'Evenly distributed numbers from min to max.',
  {
    min: defaulted(number(), -0.05, 'The smallest number.'),
    max: defaulted(number(), 0.05, 'The largest number.'),
  },
  {
    check: ({ min, max }) =>
      min <= max ? [] : [{ at: ['max'], expected: `a number of at least min, which is ${min}` }],
  },
);

const initializers = union('an initializer', 'initializer', [
  tagged('zeros', 'All zeros.', {}),
  tagged('ones', 'All ones.', {}),
  tagged('constant', 'One number everywhere.', {
    value: defaulted(number(), 0, 'The number.'),
  }),
  uniform,
  tagged('normal', 'Normally distributed numbers.', {
    mean: defaulted(number(), 0, 'The mean.'),
    stddev: defaulted(nonNegativeNumber, 0.05, 'The standard deviation.'),
  }),
  tagged(
    'glorotUniform',
    'Uniform within ±sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010).',
    {},
  ),
  tagged(
    'glorotNormal',
    'Truncated normal, stddev sqrt(2 / (fanIn + fanOut)) (Glorot and Bengio 2010).',
    {},
  ),
  tagged('heUniform', 'Uniform within ±sqrt(6 / fanIn) (He et al. 2015).', {}),
  tagged('heNormal', 'Truncated normal, stddev sqrt(2 / fanIn) (He et al. 2015).', {}),
  tagged('lecunUniform', 'Uniform within ±sqrt(3 / fanIn) (LeCun et al. 1998).', {}),
  tagged('lecunNormal', 'Truncated normal, stddev sqrt(1 / fanIn) (LeCun et al. 1998).', {}),
  tagged('orthogonal', 'A random orthogonal matrix, times gain (Saxe et al. 2014).', {
    gain: defaulted(number(), 1, 'The factor.'),
  }),
]);

/** Codec of initializers: an object, or its type alone as in `'zeros'`. */
export const initializer = orShort(initializers);

/** How a parameter gets its first values, with defaults filled. */
export type InitializerSpec = t.TypeOf<typeof initializer>;

/** An initializer as a document may have it: `'zeros'` or `{ type: 'uniform', max: 0.1 }`. */
export type InitializerDocument = t.OutputOf<typeof initializer>;
