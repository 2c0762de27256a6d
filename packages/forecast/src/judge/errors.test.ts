import { describe, expect, it } from 'vitest';
import { forecastErrors, pointErrors } from './errors.ts';

describe('forecastErrors', () => {
  // Two windows, two steps, two targets; the second target is always right.
  const forecast = {
    windows: 2,
    horizon: 2,
    targets: ['a', 'b'],
    point: Float64Array.of(8, 1, 5, 1, 12, 1, 2, 1),
  };
  const truth = [10, 1, 4, 1, 8, 1, 5, 1];
  const { a, b } = forecastErrors(forecast, truth, [2, 4]);

  it('are those of the target, over all steps and by step', () => {
    // Errors of a: 2 and 4 at the first step, 1 and 3 at the second.
    expect(a).toMatchObject({ mae: 2.5, mase: 1.25, maeByStep: [3, 2], maseByStep: [1.5, 1] });
    expect(a?.rmse).toBeCloseTo(Math.sqrt((4 + 16 + 1 + 9) / 4), 12);
    expect(a?.rmseByStep[1]).toBeCloseTo(Math.sqrt(5), 12);
    expect(a?.mape).toBeCloseTo((100 * (2 / 10 + 4 / 8 + 1 / 4 + 3 / 5)) / 4, 12);
    expect(a?.mapeByStep[0]).toBeCloseTo((100 * (2 / 10 + 4 / 8)) / 2, 12);
    expect(a?.smape).toBeCloseTo((200 * (2 / 18 + 4 / 20 + 1 / 9 + 3 / 7)) / 4, 12);
    expect(a?.smapeByStep[1]).toBeCloseTo((200 * (1 / 9 + 3 / 7)) / 2, 12);
    expect(b).toMatchObject({ mae: 0, rmse: 0, mape: 0, smape: 0, mase: 0, maeByStep: [0, 0] });
  });

  it('say nothing of a percentage of nothing, and of seasons without one', () => {
    const [own] = Object.values(forecastErrors(forecast, [0, 1, 4, 1, 8, 1, 5, 1]));
    expect(own?.mape).toBeNaN();
    expect(own?.mapeByStep[0]).toBeNaN();
    expect(own?.mapeByStep[1]).toBeGreaterThan(0);
    expect(own?.mase).toBeUndefined();
    expect(own?.maseByStep).toBeUndefined();
  });

  it('are the same for pairs', () => {
    const pairs = [0, 2, 4, 6].map((i) => [forecast.point[i] ?? NaN, truth[i] ?? NaN] as const);
    const { mae, rmse, mape, smape } = a ?? {};
    expect(pointErrors(pairs)).toEqual({ mae, rmse, mape, smape });
  });
});
