/** Rows of chapter 15 of the third edition, on the validation part. */
import {
  forecastErrors,
  baselines,
  parseExperiment,
  partWindows,
  prepare,
  type Evaluation,
} from '@chronograd/forecast';
import type { Row } from '../reproduction.ts';
import { documentOf, example, examples, judge, maeOf } from './experiments.ts';

/** Error of the values one week before, of every day of March to May 2019. */
function lastWeek(target: 'rail' | 'bus', published: number): Row {
  return {
    name: `naive, seven days before, March to May: ${target}`,
    published,
    rule: 'exact',
    measure: async () => {
      const { data, task, ...rest } = parseExperiment(documentOf('linear'));
      const validation = { from: '2019-03-01', to: '2019-05-31' };
      const document = {
        ...rest,
        data: { ...data, split: { ...data.split, validation } },
        // A window of a week that may begin before its part: a forecast of each of its days.
        task: { ...task, targets: [target], window: 7, within: false },
      };
      const prepared = await prepare(document, examples);
      const judged = partWindows(prepared, { part: 'validation', view: 'judged' });
      const raw = partWindows(prepared, { part: 'validation', view: 'raw' });
      const { seasonalNaive } = baselines(prepared)({ judged, raw });
      if (seasonalNaive === undefined) throw new Error('The task has a season');
      const truth = raw.batch(Array.from({ length: raw.count }, (_, i) => i)).targets.data;
      return forecastErrors(seasonalNaive, truth)[target]?.mae ?? NaN;
    },
  };
}

/** An experiment of examples/ridership, and which of its errors is published. */
function published(
  name: string,
  experiment: string,
  number: number,
  error: (judged: Evaluation) => number = (judged) => maeOf(judged, 'model', 'rail'),
): Row {
  return {
    name,
    published: number,
    rule: 'atMost',
    measure: async (measuring) => error(await judge(example(experiment), 'validation', measuring)),
  };
}

/** What the book gives. */
export const bookRows: readonly Row[] = [
  lastWeek('rail', 42143.27),
  lastWeek('bus', 43915.61),
  published('linear', 'linear', 37_900),
  published('SimpleRNN 32', 'rnn', 29_000),
  published('SimpleRNN 32, norm of gradients clipped at 1', 'rnn-clipped', 29_000),
  published('SimpleRNN 32, multivariate', 'multivariate', 22_100),
  published('SimpleRNN 32, two targets: mean of both', 'two-targets', 25_900, (judged) =>
    maeOf(judged),
  ),
  published('SimpleRNN 32, 14 days at once: mean of all', 'fortnight', 35_000),
  published(
    'SimpleRNN 32, sequence to sequence: next day',
    'sequence-to-sequence',
    25_500,
    ({ errors }) => errors['model']?.['rail']?.maeByStep[0] ?? NaN,
  ),
];
