import type * as t from 'io-ts';
import { nameOr, orShort, union } from '../codec/compounds.ts';
import {
  boolean,
  literals,
  nonNegativeInteger,
  number,
  positiveInteger,
  text,
} from '../codec/leaves.ts';
import { defaulted, optional, record, tagged } from '../codec/record.ts';

/** Steps from one to another. */
const steps = record(
  'steps of time',
  'A part of the time axis.',
  {
    from: defaulted(nonNegativeInteger, 0, 'The first step, from 0.'),
    to: optional(positiveInteger, 'The step before which it ends. Without it, the end.'),
  },
  {
    check: ({ from, to }) =>
      to === undefined || from < to
        ? []
        : [{ at: ['to'], expected: `a step after from, which is ${from}` }],
  },
);

/** A part of the time axis: its last step, or steps. */
const time = nameOr(literals(['last']), steps);

const common = {
  name: optional(
    text("a name of letters, digits, '_', '-' and '.'", /^[A-Za-z0-9_.-]+$/),
    'What it is called in results. Without it the type, followed by the part of time.',
  ),
  time: optional(
    time,
    "Only these steps of outputs [time, …]: 'last', of a masked sequence the last that is there, or { from, to }.",
  ),
  weighted: optional(
    boolean,
    "Whether sample weights count, as in Keras's weighted_metrics. Without it they do not.",
  ),
};

const k = defaulted(positiveInteger, 5, 'How many of the largest entries count.');

const metrics = union('a metric', 'metric', [
  tagged('mae', 'Mean of the absolute differences.', common),
  tagged('mse', 'Mean of the squared differences.', common),
  tagged('rmse', 'Square root of the mean of the squared differences.', common),
  tagged(
    'mape',
    'Mean of the absolute differences in percent of the target, which counts as at least 1e-7.',
    common,
  ),
  tagged(
    'smape',
    'Mean of 200 |prediction - target| / (|prediction| + |target|), 0 where both are 0 (Makridakis 1993).',
    common,
  ),
  tagged(
    'accuracy',
    'Share of right answers: binary, sparse categorical or categorical as the loss of the output is, as Keras chooses.',
    common,
  ),
  tagged('binaryAccuracy', 'Share of entries on the right side of the threshold.', {
    threshold: defaulted(number(), 0.5, 'Predictions above it say yes.'),
    ...common,
  }),
  tagged('categoricalAccuracy', 'Share of rows whose largest entry is that of the target.', common),
  tagged(
    'sparseCategoricalAccuracy',
    'Share of rows whose largest entry stands at the index that is the target.',
    common,
  ),
  tagged(
    'topKCategoricalAccuracy',
    'Share of rows of which the k largest entries include that of the one-hot target.',
    { k, ...common },
  ),
  tagged(
    'sparseTopKCategoricalAccuracy',
    'Share of rows of which the k largest entries include that at the index that is the target.',
    { k, ...common },
  ),
]);

/** Codec of metrics: an object, or its type alone as in `'mae'`. */
export const metric = orShort(metrics);

/** A metric with defaults filled. */
export type MetricSpec = t.TypeOf<typeof metric>;

/** A metric as a document may have it. */
export type MetricDocument = t.OutputOf<typeof metric>;

/**
 * What a metric is called in results: its name, else its type, of the last step `mseLast`, of other
 * parts of time `mseFrom3`, `mseTo9`, `mseFrom3To9`.
 */
export function metricName({ type, name, time }: MetricSpec): string {
  if (name !== undefined) return name;
  if (time === undefined) return type;
  if (time === 'last') return `${type}Last`;
  const from = time.from > 0 ? `From${time.from}` : '';
  return `${type}${from}${time.to === undefined ? '' : `To${time.to}`}`;
}
