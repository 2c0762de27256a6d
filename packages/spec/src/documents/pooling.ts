/** Codecs of layers that make a sequence shorter or longer, with the options of Keras 3. */
import { boolean, literals, positiveInteger } from '../codec/leaves.ts';
import { defaulted, optional, tagged } from '../codec/record.ts';
import { base } from './layer-fields.ts';

const pool = {
  ...base,
  poolSize: defaulted(positiveInteger, 2, 'Steps that are taken together.'),
  strides: optional(
    positiveInteger,
    'Steps from one group to the next. Without it, the size of the pool.',
  ),
  padding: defaulted(
    literals(['valid', 'same']),
    'valid',
    'valid: whole groups only. same: groups at the ends may be smaller.',
  ),
};

const globalPool = {
  ...base,
  keepDims: defaulted(boolean, false, 'Whether time stays, with one step.'),
};

/** Codec of `maxPooling1d`. */
export const maxPooling1dLayer = tagged(
  'maxPooling1d',
  'The greatest of some steps in a row, for each feature.',
  pool,
);

/** Codec of `averagePooling1d`. */
export const averagePooling1dLayer = tagged(
  'averagePooling1d',
  'The mean of some steps in a row, for each feature; of those that are there.',
  pool,
);

/** Codec of `globalMaxPooling1d`. */
export const globalMaxPooling1dLayer = tagged(
  'globalMaxPooling1d',
  'The greatest of all steps, for each feature.',
  globalPool,
);

/** Codec of `globalAveragePooling1d`. */
export const globalAveragePooling1dLayer = tagged(
  'globalAveragePooling1d',
  'The mean of all steps, for each feature.',
  globalPool,
);

/** Codec of `upSampling1d`. */
export const upSampling1dLayer = tagged('upSampling1d', 'Repeats every step.', {
  ...base,
  size: defaulted(positiveInteger, 2, 'How often.'),
});
