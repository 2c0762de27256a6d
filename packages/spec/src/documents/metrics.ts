import type * as t from 'io-ts';
import { orShort, union } from '../codec/compounds.ts';
import { number } from '../codec/leaves.ts';
import { defaulted, tagged } from '../codec/record.ts';

const metrics = union('a metric', 'metric', [
  tagged('mae', 'Mean of the absolute differences.', {}),
  tagged('mse', 'Mean of the squared differences.', {}),
  tagged('rmse', 'Square root of the mean of the squared differences.', {}),
  tagged(
    'accuracy',
    'Share of right answers: binary, sparse categorical or categorical as the loss of the output is, as Keras chooses.',
    {},
  ),
  tagged('binaryAccuracy', 'Share of entries on the right side of the threshold.', {
    threshold: defaulted(number(), 0.5, 'Predictions above it say yes.'),
  }),
  tagged('categoricalAccuracy', 'Share of rows whose largest entry is that of the target.', {}),
  tagged(
    'sparseCategoricalAccuracy',
    'Share of rows whose largest entry stands at the index that is the target.',
    {},
  ),
]);

/** Codec of metrics: an object, or its type alone as in `'mae'`. */
export const metric = orShort(metrics);

/** A metric with defaults filled. */
export type MetricSpec = t.TypeOf<typeof metric>;

/** A metric as a document may have it. */
export type MetricDocument = t.OutputOf<typeof metric>;
