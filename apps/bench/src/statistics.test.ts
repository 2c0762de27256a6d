import { describe, expect, it } from 'vitest';
import { median, pairedRatio, quantile, spread } from './statistics.ts';

describe('quantile', () => {
  it('interpolates as NumPy does', () => {
    // numpy.quantile([7, 1, 3, 10], [0.1, 0.25, 0.5, 0.75])
    const sample = [7, 1, 3, 10];
    expect([0.1, 0.25, 0.5, 0.75].map((p) => quantile(sample, p))).toEqual([
      expect.closeTo(1.6, 12),
      2.5,
      5,
      7.75,
    ]);
    expect(sample).toEqual([7, 1, 3, 10]);
  });

  it('sorts numbers, not texts, and refuses an empty sample', () => {
    expect(median([10, 9, 100])).toBe(10);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('spread', () => {
  it('is unmoved by one bad outlier', () => {
    expect(spread([2, 4, 6, 8, 5000])).toEqual({ lower: 4, median: 6, upper: 8, count: 5 });
  });
});

describe('pairedRatio', () => {
  it('cancels a slow phase that both were in', () => {
    const a = [[1, 9, 1], [10], [1]];
    const b = [[2], [20, 20, 20], [2]];
    expect(pairedRatio(a, b)).toBe(0.5);
    expect(median(a.flat()) / median(b.flat())).not.toBe(0.5);
  });

  it('refuses rounds that are no pairs', () => {
    expect(() => pairedRatio([[1], [2]], [[1]])).toThrow('2 rounds to 1');
  });
});
