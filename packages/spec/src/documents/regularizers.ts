/** Codecs of regularisers and constraints, with the options and defaults of Keras 3. */
import type * as t from 'io-ts';
import { oneOrMore, orShort, union } from '../codec/compounds.ts';
import { integer, nonNegativeNumber, number } from '../codec/leaves.ts';
import { defaulted, optional, tagged } from '../codec/record.ts';

/** Codec of regularisers: an object, or its type alone as in `'l2'`. */
export const regularizer = orShort(
  union('a regularizer', 'regularizer', [
    tagged('l1', 'l1 · Σ |w|, added to the loss.', {
      l1: defaulted(nonNegativeNumber, 0.01, 'The factor.'),
    }),
    tagged('l2', 'l2 · Σ w², added to the loss.', {
      l2: defaulted(nonNegativeNumber, 0.01, 'The factor.'),
    }),
    tagged('l1l2', 'l1 · Σ |w| + l2 · Σ w², added to the loss; nothing without its factors.', {
      l1: defaulted(nonNegativeNumber, 0, 'The factor of the absolute values.'),
      l2: defaulted(nonNegativeNumber, 0, 'The factor of the squares.'),
    }),
  ]),
);

const axis = defaulted(
  oneOrMore('axes', integer('an axis', { min: -8, max: 7 })),
  0,
  'Along which axes a norm is taken: 0 for the units of a kernel [in, units], [0, 1] for the filters of a kernel [taps, in, filters].',
);

/** Codec of constraints: an object, or its type alone as in `'nonNeg'`. */
export const constraint = orShort(
  union('a constraint', 'constraint', [
    tagged('nonNeg', 'Numbers below 0 become 0.', {}),
    tagged('maxNorm', 'Norms are at most maxValue (Srivastava et al. 2014).', {
      maxValue: defaulted(nonNegativeNumber, 2, 'The greatest norm.'),
      axis,
    }),
    tagged('unitNorm', 'Norms are 1.', { axis }),
    tagged(
      'minMaxNorm',
      'Norms are from minValue to maxValue.',
      {
        minValue: defaulted(nonNegativeNumber, 0, 'The least norm.'),
        maxValue: defaulted(nonNegativeNumber, 1, 'The greatest norm.'),
        rate: defaulted(
          number('a number from 0 to 1', { min: 0, max: 1 }),
          1,
          'How far a norm moves to its bound at each step: 1 is all the way.',
        ),
        axis,
      },
      {
        check: ({ minValue, maxValue }) =>
          minValue <= maxValue
            ? []
            : [
                {
                  at: ['maxValue'],
                  expected: `a number of at least minValue, which is ${minValue}`,
                },
              ],
      },
    ),
  ]),
);

/** What a parameter adds to the loss, with defaults filled. */
export type RegularizerSpec = t.TypeOf<typeof regularizer>;
/** A regulariser as a document may have it: `'l2'` or `{ type: 'l2', l2: 0.001 }`. */
export type RegularizerDocument = t.OutputOf<typeof regularizer>;
/** What a parameter is held to after each step, with defaults filled. */
export type ConstraintSpec = t.TypeOf<typeof constraint>;
/** A constraint as a document may have it: `'nonNeg'` or `{ type: 'maxNorm', maxValue: 3 }`. */
export type ConstraintDocument = t.OutputOf<typeof constraint>;

/** A regulariser's key. */
export const regularizerOf = (what: string) =>
  optional(regularizer, `What ${what} adds to the loss. Without it, nothing.`);

/** A constraint's key. */
export const constraintOf = (what: string) =>
  optional(constraint, `What ${what} is held to after each step. Without it, nothing.`);
