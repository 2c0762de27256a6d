import { describe, expect, it } from 'vitest';
import type { ForecastValues } from '../run/forecast.ts';
import { calibrate, conformalQuantile, withInterval } from './conformal.ts';
import { errorDistribution } from './error-distribution.ts';
import { pinballLoss, uncertaintyScores } from './uncertainty.ts';

describe('pinballLoss', () => {
  it.each([
    [0.9, 10, 7, 2.7],
    [0.9, 7, 10, 0.3],
    [0.5, 7, 10, 1.5],
  ])('level %d, truth %d, quantile %d: %d', (level, truth, quantile, loss) => {
    expect(pinballLoss(level, truth, quantile)).toBeCloseTo(loss, 12);
  });
});

describe('uncertaintyScores', () => {
  // Two windows of two steps; quantiles 0.1, 0.5, 0.9.
  const forecast: ForecastValues = {
    windows: 2,
    horizon: 2,
    targets: ['y'],
    point: Float64Array.of(5, 6, 7, 8),
    quantiles: {
      levels: [0.1, 0.5, 0.9],
      values: Float64Array.of(4, 5, 6, 4, 6, 9, 5, 7, 9, 7, 8, 10),
    },
  };
  const scores = uncertaintyScores(forecast, [6, 3, 9, 10.5])?.['y'];

  it('counts what lies between, ends included', () => {
    expect(scores?.intervals).toEqual([
      {
        lower: 0.1,
        upper: 0.9,
        nominal: 0.8,
        coverage: 0.5,
        coverageByStep: [1, 0],
        width: (2 + 5 + 4 + 3) / 4,
      },
    ]);
  });

  it('averages pinball losses, and twice them over the levels is the CRPS', () => {
    const median = (0.5 + 1.5 + 1 + 1.25) / 4;
    const low = (0.2 + 0.9 + 0.4 + 0.35) / 4;
    const high = (0 + 0.6 + 0 + 0.45) / 4;
    [low, median, high].forEach((loss, q) => {
      expect(scores?.pinball[q]).toBeCloseTo(loss, 12);
    });
    expect(scores?.crps).toBeCloseTo((2 * (low + median + high)) / 3, 12);
    expect(scores?.crpsBy).toBe('quantiles');
    expect(scores?.nll).toBeUndefined();
    // The first step: 6 and 9 come, forecasts are 4, 5, 6 and 5, 7, 9.
    const [first] = scores?.pinballByStep ?? [];
    [0.1 * 3, 0.75, 0].forEach((loss, q) => {
      expect(first?.[q]).toBeCloseTo(loss, 12);
    });
    expect(scores?.crpsByStep[0]).toBeCloseTo((2 * (0.3 + 0.75)) / 3, 12);
  });

  it('takes CRPS and NLL of a likelihood from the distribution, step by step', () => {
    const scale = Float64Array.of(1, 2, 1, 4);
    const own = uncertaintyScores(
      { ...forecast, distribution: { type: 'gaussian', scale } },
      [5, 6, 8, 8],
    )?.['y'];
    // scipy: norm.logpdf(0) = -0.9189385332046727; the CRPS of the standard normal at 0 is
    // (√2 - 1) / √π = 0.233694977255109, at 1 0.602441357627616 (mpmath, quadrature).
    expect(own?.crpsBy).toBe('closedForm');
    expect(own?.crpsByStep[1]).toBeCloseTo(((2 + 4) / 2) * 0.233694977255109, 12);
    expect(own?.crpsByStep[0]).toBeCloseTo((0.233694977255109 + 0.602441357627616) / 2, 12);
    expect(own?.nllByStep?.[0]).toBeCloseTo(0.9189385332046727 + 0.25, 12);
    expect(own?.nllByStep?.[1]).toBeCloseTo(0.9189385332046727 + Math.log(8) / 2, 12);
    expect(own?.nll).toBeCloseTo(0.9189385332046727 + (0.25 + Math.log(8) / 2) / 2, 12);
  });

  it('gives points the errors of other forecasts', () => {
    const { quantiles: _, ...points } = forecast;
    const errors = errorDistribution(
      { ...points, windows: 3, point: Float64Array.of(0, 0, 0, 0, NaN, 0) },
      [3, 10, -1, 30, 0, 20],
    );
    expect(errors.errors).toEqual([Float64Array.of(-1, 3), Float64Array.of(10, 20, 30)]);
  });

  it('says nothing of points', () => {
    expect(uncertaintyScores({ ...forecast, quantiles: undefined } as never, [])).toBeUndefined();
  });
});

describe('conformalQuantile', () => {
  const nineteen = Array.from({ length: 19 }, (_, i) => ((i * 7) % 19) + 1);

  it('is the ceil((n + 1) level)-th smallest', () => {
    expect(conformalQuantile(nineteen, 0.9)).toBe(18);
    expect(conformalQuantile(nineteen, 0.95)).toBe(19);
    expect(conformalQuantile(nineteen, 0.5)).toBe(10);
  });

  it('is infinite where there are too few to say', () => {
    expect(conformalQuantile(nineteen, 0.96)).toBe(Infinity);
    expect(conformalQuantile([], 0.5)).toBe(Infinity);
  });
});

describe('calibrate', () => {
  /** Points 0 for errors of 1 to 99 at step 1, ten times as large at step 2. */
  const windows = 99;
  const points: ForecastValues = {
    windows,
    horizon: 2,
    targets: ['y'],
    point: new Float64Array(2 * windows),
  };
  const truth = Float64Array.from({ length: 2 * windows }, (_, i) => {
    const size = Math.floor(i / 2) + 1;
    return (size % 2 === 0 ? size : -size) * (i % 2 === 0 ? 1 : 10);
  });

  it('takes the margin of each step from the errors of that step', () => {
    const calibration = calibrate(points, truth, 0.9);
    expect(calibration.margins).toEqual([90, 900]);
    const { quantiles } = withInterval(
      { ...points, windows: 1, point: Float64Array.of(7, 8) },
      calibration,
    );
    expect(quantiles?.levels.map((level) => Number(level.toFixed(6)))).toEqual([0.05, 0.5, 0.95]);
    expect([...(quantiles?.values ?? [])]).toEqual([-83, 7, 97, -892, 8, 908]);
  });

  it('moves quantiles, inwards too where they are too wide', () => {
    const wide: ForecastValues = {
      ...points,
      quantiles: {
        levels: [0.05, 0.5, 0.95],
        values: Float64Array.from({ length: 6 * windows }, (_, i) => ((i % 3) - 1) * 95),
      },
    };
    expect(calibrate(wide, truth, 0.9).margins).toEqual([-5, 805]);
  });
});
