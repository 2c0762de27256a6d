import type * as t from 'io-ts';
import { array, union } from '../codec/compounds.ts';
import {
  boolean,
  nonNegativeNumber,
  number,
  positiveInteger,
  positiveNumber,
} from '../codec/leaves.ts';
import { defaulted, optional, required, tagged, type PlacedFault } from '../codec/record.ts';

const firstRate = required(nonNegativeNumber, 'Learning rate of the first step.');

const exponentialDecay = tagged(
  'exponentialDecay',
  'initialLearningRate · decayRate ^ (step / decaySteps), as keras.optimizers.schedules.',
  {
    initialLearningRate: firstRate,
    decaySteps: required(positiveInteger, 'Steps after which the rate was multiplied once.'),
    decayRate: required(positiveNumber, 'The factor.'),
    staircase: defaulted(boolean, false, 'Whether the exponent is rounded down.'),
  },
);

const cosineDecay = tagged(
  'cosineDecay',
  'A straight warm-up, where asked for, then half a cosine down to alpha (Loshchilov and Hutter 2016).',
  {
    initialLearningRate: firstRate,
    decaySteps: required(positiveInteger, 'Length of the cosine in steps.'),
    alpha: defaulted(number('a number from 0 to 1', { min: 0, max: 1 }), 0, 'Share that remains.'),
    warmupSteps: optional(positiveInteger, 'Length of the warm-up in steps; needs warmupTarget.'),
    warmupTarget: optional(
      nonNegativeNumber,
      'Learning rate after the warm-up, from where the cosine falls; needs warmupSteps.',
    ),
  },
  { together: ['warmupSteps', 'warmupTarget'] },
);

const piecewiseConstant = tagged(
  'piecewiseConstant',
  'values[0] up to step boundaries[0] inclusive, then values[1], and so on.',
  {
    boundaries: required(
      array('ascending steps', positiveInteger, { min: 1 }),
      'Steps after which the next value holds.',
    ),
    values: required(
      array('learning rates', nonNegativeNumber, { min: 2 }),
      'Learning rates, one more than boundaries.',
    ),
  },
  { check: checkPieces },
);

function checkPieces(pieces: { boundaries: number[]; values: number[] }): PlacedFault[] {
  const { boundaries, values } = pieces;
  const faults: PlacedFault[] = ascending(boundaries, 'boundaries');
  if (values.length !== boundaries.length + 1) {
    faults.push({
      at: ['values'],
      expected: `${boundaries.length + 1} learning rates, one more than boundaries`,
      found: String(values.length),
    });
  }
  return faults;
}

/** Faults of numbers that do not rise from one to the next. */
export function ascending(values: readonly number[], key: string): PlacedFault[] {
  return values.flatMap((value, index) => {
    const before = values[index - 1];
    if (before === undefined || value > before) return [];
    return [{ at: [key, index], expected: `a number above the one before it, ${before}` }];
  });
}

/** Codec of learning-rate schedules. */
export const schedule = union('a schedule', 'schedule', [
  exponentialDecay,
  cosineDecay,
  piecewiseConstant,
]);

/** A learning rate that depends on the step, with defaults filled. */
export type ScheduleSpec = t.TypeOf<typeof schedule>;

/** A schedule as a document may have it. */
export type ScheduleDocument = t.OutputOf<typeof schedule>;

/**
 * The learning rate of one step, with the formulas of `keras.optimizers.schedules`
 * (ExponentialDecay, CosineDecay, PiecewiseConstantDecay).
 *
 * @param step updates that were made before: 0 for the first
 */
export function learningRateAt(rate: number | ScheduleSpec, step: number): number {
  if (typeof rate === 'number') return rate;
  switch (rate.type) {
    case 'exponentialDecay': {
      const exponent = step / rate.decaySteps;
      const steps = rate.staircase ? Math.floor(exponent) : exponent;
      return rate.initialLearningRate * rate.decayRate ** steps;
    }
    case 'cosineDecay':
      return cosineDecayAt(rate, step);
    case 'piecewiseConstant': {
      const piece = rate.boundaries.findIndex((boundary) => step <= boundary);
      return rate.values.at(piece) ?? 0;
    }
  }
}

function cosineDecayAt(rate: Extract<ScheduleSpec, { type: 'cosineDecay' }>, step: number): number {
  const { initialLearningRate, warmupSteps = 0, warmupTarget = initialLearningRate } = rate;
  if (step < warmupSteps) {
    return initialLearningRate + (warmupTarget - initialLearningRate) * (step / warmupSteps);
  }
  const share = Math.min(step - warmupSteps, rate.decaySteps) / rate.decaySteps;
  const cosine = 0.5 * (1 + Math.cos(Math.PI * share));
  return warmupTarget * ((1 - rate.alpha) * cosine + rate.alpha);
}
