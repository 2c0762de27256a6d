/** How number columns are scaled. */
import { orShort, positiveNumber, required, tagged, union } from '@chronograd/spec/codec';
import type { TypeOf } from 'io-ts';

/** Codec of how number columns are scaled. */
export const scaling = orShort(
  union('a scaling', 'scaling', [
    tagged('none', 'Values go to the model as they are.', {}),
    tagged(
      'standard',
      'Minus the mean, divided by the standard deviation, of the training rows.',
      {},
    ),
    tagged('minMax', 'The training rows lie in 0 to 1.', {}),
    tagged('divide', 'All number columns are divided by one number.', {
      by: required(positiveNumber, 'The number.'),
    }),
  ]),
);

/** How number columns are scaled. */
export type ScalingSpec = TypeOf<typeof scaling>;
