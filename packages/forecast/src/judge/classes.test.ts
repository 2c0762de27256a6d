import { describe, expect, it } from 'vitest';
import { argMax, ClassTally, frequencies } from './classes.ts';

describe('ClassTally', () => {
  it('scores what was told right, over all and class by class', () => {
    const tally = new ClassTally(3);
    // Of class 0 three of four right, of class 1 the only one wrong, of class 2 none there.
    tally.add(0, 0, 0.5);
    tally.add(0, 0, 0.25);
    tally.add(0, 0, 1);
    tally.add(0, 2, 0.5);
    tally.add(1, 0, 0.25);
    const { accuracy, balancedAccuracy, logLoss } = tally.scores();
    expect(accuracy).toBeCloseTo(3 / 5, 12);
    expect(balancedAccuracy).toBeCloseTo((3 / 4 + 0) / 2, 12);
    expect(logLoss).toBeCloseTo((6 * Math.log(2)) / 5, 12);
    expect([...tally.confusion]).toEqual([3, 0, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('has no log loss without probabilities, and a finite one of a sure error', () => {
    const [unsaid, sure] = [new ClassTally(2), new ClassTally(2)];
    unsaid.add(0, 0, NaN);
    sure.add(1, 0, 0);
    expect(unsaid.scores().logLoss).toBeNaN();
    expect(sure.scores().logLoss).toBeCloseTo(15 * Math.log(10), 9);
  });
});

describe('frequencies', () => {
  it('add one to each count, so that nothing is impossible', () => {
    expect([...frequencies(Float64Array.of(3, 0, 4))]).toEqual([0.4, 0.1, 0.5]);
  });
});

describe('argMax', () => {
  it('is the first of the greatest within a range', () => {
    expect(argMax([9, 1, 3, 3, 8], 1, 3)).toBe(1);
  });
});
