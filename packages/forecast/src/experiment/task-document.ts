import {
  array,
  boolean,
  defaulted,
  literals,
  number,
  optional,
  orShort,
  positiveInteger,
  required,
  tagged,
  union,
  type PlacedFault,
} from '@chronograd/spec/codec';
import type { TypeOf } from 'io-ts';
import { columnName } from './data-document.ts';
import { scaling } from './scaling-document.ts';
import { classify, generate } from './sequence-tasks.ts';

const columns = (min: number) =>
  array('names of columns', columnName, { min, unique: (item) => item });

const probability = number('a number between 0 and 1', { above: 0, below: 1 });

/** Of the distributions that a likelihood gives; 90 and 50 percent lie between the outer and inner ones. */
const likelihoodLevels = defaulted(
  array('levels', probability, { min: 1 }),
  [0.05, 0.25, 0.5, 0.75, 0.95],
  'Levels of the quantiles that are given and judged, ascending.',
);

const output = orShort(
  union('an output', 'output', [
    tagged('point', 'One number for each target and step.', {}),
    tagged(
      'quantiles',
      'Quantiles of each target and step, by the pinball loss.',
      {
        levels: required(
          array('levels', probability, { min: 1 }),
          'Levels, ascending, as in [0.1, 0.5, 0.9]; 0.5 is the forecast that is judged.',
        ),
      },
      { check: ({ levels }) => [...orderFaults(levels), ...medianFaults(levels)] },
    ),
    tagged(
      'gaussian',
      'Mean and standard deviation of a normal distribution for each target and step, by its likelihood; the mean is the forecast that is judged.',
      { levels: likelihoodLevels },
      { check: ({ levels }) => orderFaults(levels) },
    ),
    tagged(
      'studentT',
      "Location and scale of Student's t distribution, whose tails are heavier, by its likelihood; the location is the forecast that is judged.",
      {
        degrees: defaulted(
          number('a number above 1', { above: 1 }),
          5,
          'Degrees of freedom: the fewer, the heavier the tails. With 1 or fewer there is no mean.',
        ),
        levels: likelihoodLevels,
      },
      { check: ({ levels }) => orderFaults(levels) },
    ),
  ]),
);

function orderFaults(levels: readonly number[]): PlacedFault[] {
  return levels.flatMap((level, i) => {
    const before = levels[i - 1] ?? 0;
    if (level > before) return [];
    return [{ at: ['levels', i], expected: `a level above the one before it, ${before}` }];
  });
}

function medianFaults(levels: readonly number[]): PlacedFault[] {
  if (levels.includes(0.5)) return [];
  return [
    { at: ['levels'], expected: 'the level 0.5 among the levels, the forecast that is judged' },
  ];
}

const forecast = tagged(
  'forecast',
  'Forecasts one or several columns.',
  {
    targets: required(columns(1), 'Columns to forecast.'),
    inputs: optional(
      columns(1),
      'Columns of which the model sees the past. Without it, the targets.',
    ),
    future: defaulted(
      columns(0),
      [],
      'Columns that are known ahead: at each step the model sees those of the steps to forecast.',
    ),
    futureSteps: optional(
      positiveInteger,
      'How many of the steps to forecast the columns under "future" are seen of. Without it, all.',
    ),
    static: defaulted(
      columns(0),
      [],
      'Columns that do not change within a series, such as its size or kind: the model sees them at every row. Numbers are scaled over all series.',
    ),
    window: required(positiveInteger, 'Rows that the model sees.'),
    horizon: defaulted(positiveInteger, 1, 'Rows to forecast.'),
    strategy: defaulted(
      literals(['direct', 'iterated', 'sequenceToSequence']),
      'direct',
      'direct: all steps at once. iterated: one step, which is fed back. sequenceToSequence: all steps at once, from every step of the window.',
    ),
    output: defaulted(output, 'point', 'What is forecast of a value.'),
    coverage: optional(
      probability,
      'Share of what comes that intervals are to hold, calibrated on the calibration part.',
    ),
    scaling: defaulted(scaling, 'standard', 'How number columns are scaled; it is undone after.'),
    within: defaulted(
      boolean,
      false,
      'Whether windows lie in their part as a whole. Else their inputs may reach back before it.',
    ),
    season: optional(positiveInteger, 'Rows of a season, for the seasonal baseline and MASE.'),
  },
  {
    check: (task) => {
      const { futureSteps = 1, horizon } = task;
      const tooFar: PlacedFault[] =
        futureSteps > horizon
          ? [{ at: ['futureSteps'], expected: `at most the horizon, ${horizon}` }]
          : [];
      return [...tooFar, ...iteratedFaults(task)];
    },
  },
);

/** An iterated forecast has no later values of inputs but its own, and these are points. */
function iteratedFaults(task: {
  readonly strategy: string;
  readonly output: { readonly type: string };
  readonly targets: readonly string[];
  readonly inputs?: readonly string[];
}): PlacedFault[] {
  const inputs = task.inputs ?? task.targets;
  if (task.strategy !== 'iterated') return [];
  const faults = inputs
    .filter((name) => !task.targets.includes(name))
    .map((name) => ({
      at: ['inputs', inputs.indexOf(name)],
      expected: 'targets alone, since an iterated forecast feeds back what it forecasts',
      found: `"${name}"`,
      suggestion: 'forecast it too, or name it under "future" if it is known ahead',
    }));
  if (task.output.type === 'point') return faults;
  return [
    {
      at: ['output'],
      expected:
        'points for an iterated forecast: a step feeds back one number, and how far the steps before may be off would be lost in the spread of the later ones',
      found: `"${task.output.type}"`,
      suggestion:
        'take the strategy "direct" or "sequenceToSequence", or "coverage" for calibrated intervals about points',
    },
    ...faults,
  ];
}

const share = defaulted(probability, 0.2, 'Share of the observed entries that is hidden.');

const hiding = orShort(
  union('a way of hiding', 'hiding', [
    tagged('mcar', 'Entries one by one, each with the same chance.', { share }),
    tagged('block', 'Runs of rows.', {
      share,
      length: defaulted(positiveInteger, 6, 'Rows of a run.'),
    }),
    tagged('tail', 'The last rows of a window, or of the part that is judged.', { share }),
  ]),
);

const impute = tagged('impute', 'Fills missing values; those that are there are never altered.', {
  columns: required(columns(1), 'Columns to fill.'),
  inputs: defaulted(columns(0), [], 'Other columns that the model sees, without missing values.'),
  window: required(positiveInteger, 'Rows that the model sees at once.'),
  center: defaulted(
    boolean,
    false,
    'Whether the mean of what is seen of a column in a window is taken off, and added after: for levels that drift beyond those of training.',
  ),
  hide: defaulted(hiding, 'mcar', 'Which observed entries are hidden, to learn from and to judge.'),
  scaling: defaulted(scaling, 'standard', 'How number columns are scaled; it is undone after.'),
});

/** Codec of what an experiment is for. */
export const taskCodec = union('a task', 'task', [forecast, impute, generate, classify]);

/** A task with defaults filled. */
export type TaskSpec = TypeOf<typeof taskCodec>;
/** A forecast with defaults filled. */
export type ForecastSpec = Extract<TaskSpec, { type: 'forecast' }>;
/** An imputation with defaults filled. */
export type ImputeSpec = Extract<TaskSpec, { type: 'impute' }>;
/** A generation with defaults filled. */
export type GenerateSpec = Extract<TaskSpec, { type: 'generate' }>;
/** A classification with defaults filled. */
export type ClassifySpec = Extract<TaskSpec, { type: 'classify' }>;
/** Which observed entries are hidden. */
export type HidingSpec = ImputeSpec['hide'];
export type { ScalingSpec } from './scaling-document.ts';
/** What is forecast of a value. */
export type OutputSpec = ForecastSpec['output'];
