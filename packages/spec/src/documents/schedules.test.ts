import { describe, expect, it } from 'vitest';
import { learningRateAt, type ScheduleSpec } from './schedules.ts';

/** Rates at several steps. */
const rates = (schedule: ScheduleSpec, steps: readonly number[]): number[] =>
  steps.map((step) => learningRateAt(schedule, step));

describe('learningRateAt', () => {
  it('of a number is that number', () => {
    expect(learningRateAt(0.03, 12_345)).toBe(0.03);
  });

  it('decays exponentially, smoothly or in stairs', () => {
    const decay = {
      type: 'exponentialDecay',
      initialLearningRate: 0.5,
      decaySteps: 4,
      decayRate: 0.25,
    } as const;
    const smooth = rates({ ...decay, staircase: false }, [0, 2, 4, 6, 8]);
    [0.5, 0.25, 0.125, 0.0625, 0.03125].forEach((rate, index) => {
      expect(smooth[index]).toBeCloseTo(rate, 12);
    });
    expect(rates({ ...decay, staircase: true }, [0, 3, 4, 7, 8])).toEqual([
      0.5, 0.5, 0.125, 0.125, 0.03125,
    ]);
  });

  it('decays along half a cosine to alpha times the first rate and stays there', () => {
    const decay: ScheduleSpec = {
      type: 'cosineDecay',
      initialLearningRate: 0.8,
      decaySteps: 6,
      alpha: 0.25,
    };
    const found = rates(decay, [0, 2, 3, 4, 6, 100]);
    // 0.8 (0.75 (1 + cos(π step / 6)) / 2 + 0.25)
    [0.8, 0.65, 0.5, 0.35, 0.2, 0.2].forEach((rate, index) => {
      expect(found[index]).toBeCloseTo(rate, 12);
    });
  });

  it('warms up along a line, and decays from where that ends', () => {
    const decay: ScheduleSpec = {
      type: 'cosineDecay',
      initialLearningRate: 0.1,
      decaySteps: 6,
      alpha: 0,
      warmupSteps: 4,
      warmupTarget: 0.9,
    };
    const found = rates(decay, [0, 1, 3, 4, 7, 10, 50]);
    [0.1, 0.3, 0.7, 0.9, 0.45, 0, 0].forEach((rate, index) => {
      expect(found[index]).toBeCloseTo(rate, 12);
    });
  });

  it('is constant in pieces, a boundary belonging to the piece before it', () => {
    const pieces: ScheduleSpec = {
      type: 'piecewiseConstant',
      boundaries: [3, 7],
      values: [1, 0.5, 0.1],
    };
    expect(rates(pieces, [0, 3, 4, 7, 8, 1000])).toEqual([1, 1, 0.5, 0.5, 0.1, 0.1]);
  });
});
