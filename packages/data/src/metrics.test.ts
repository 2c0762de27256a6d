import { describe, expect, it } from 'vitest';
import { errorsByHorizon } from './metrics.ts';

const truth = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] };

describe('errorsByHorizon', () => {
  it('gives mean absolute and root mean squared errors of each step', () => {
    const forecast = { shape: [2, 3], data: [1, 3, 0, 4, 2, 7] };
    const { mae, rmse, meanMae, meanRmse } = errorsByHorizon(forecast, truth);
    expect([...mae]).toEqual([0, 2, 2]);
    expect([...rmse]).toEqual([0, Math.sqrt(5), Math.sqrt(5)]);
    expect(meanMae).toBeCloseTo(4 / 3, 12);
    expect(meanRmse).toBeCloseTo(Math.sqrt(10 / 3), 12);
  });

  it('refuses shapes that differ, and values that are missing', () => {
    expect(() => errorsByHorizon({ shape: [3, 2], data: truth.data }, truth)).toThrow(
      'expected [windows, horizon] of the truth, [2, 3], not empty, found [3, 2]',
    );
    expect(() => errorsByHorizon({ shape: [2, 3], data: [1, 2, 3, 4, NaN, 6] }, truth)).toThrow(
      'forecast of window 1, step 2: expected finite values, found forecast NaN, truth 5',
    );
  });
});
