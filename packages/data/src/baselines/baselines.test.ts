import { describe, expect, it } from 'vitest';
import type { Series } from '../series.ts';
import { DAY } from '../time.ts';
import { windows } from '../windows.ts';
import { LeastSquares, leastSquares } from './least-squares.ts';
import { LinearForecaster } from './linear.ts';
import { naiveForecast, seasonalNaiveForecast } from './naive.ts';

/** Days `from` 0 on, with one column of `value(day)` and one of its squares' remainders. */
function seriesOf(length: number, value: (day: number) => number): Series<'y' | 'z'> {
  const days = Float64Array.from({ length }, (_, day) => day);
  return {
    length,
    time: days.map((day) => day * DAY),
    step: DAY,
    columns: { y: days.map(value), z: days.map((day) => (day * day) % 7) },
  };
}

const counted = windows(
  seriesOf(20, (day) => day),
  {
    inputs: ['y'],
    targets: ['y'],
    length: 4,
    horizon: 3,
    kind: 'manySteps',
    rows: { from: 10, to: 14 },
  },
);

describe('naiveForecast', () => {
  it('repeats the last known value', () => {
    expect(naiveForecast(counted)).toMatchObject({ shape: [2, 3] });
    expect([...naiveForecast(counted).data]).toEqual([9, 9, 9, 10, 10, 10]);
  });
});

describe('seasonalNaiveForecast', () => {
  it('takes the value one season before, and an earlier one where that is not known yet', () => {
    expect([...seasonalNaiveForecast(counted, 7).data]).toEqual([3, 4, 5, 4, 5, 6]);
    expect([...seasonalNaiveForecast(counted, 2).data]).toEqual([8, 9, 8, 9, 10, 9]);
  });

  it('needs a season of history', () => {
    expect(() => seasonalNaiveForecast(counted, 11)).toThrow(
      'column "y": expected a value at 1969-12-31, to forecast from 1970-01-10, found a time before the series begins',
    );
  });
});

describe('leastSquares', () => {
  // Points on the parabola 2 - 3 x + 0.5 x², and on the line x.
  const xs = [-2, -1, 0, 1, 3];
  const a = Float64Array.from(xs.flatMap((x) => [1, x, x * x]));
  const b = Float64Array.from(xs.flatMap((x) => [2 - 3 * x + 0.5 * x * x, x]));

  it('finds the coefficients of a polynomial', () => {
    const x = leastSquares(a, b, { columns: 3, targets: 2 });
    [2, 0, -3, 1, 0.5, 0].forEach((value, i) => {
      expect(x[i]).toBeCloseTo(value, 12);
    });
  });

  it('finds the same of rows that come in blocks, shorter than A is wide and longer', () => {
    const options = { columns: 3, targets: 2, ridge: 0.7 };
    const whole = leastSquares(a, b, options);
    for (const block of [1, 2, 4]) {
      const squares = new LeastSquares(options);
      for (let row = 0; row < xs.length; row += block)
        squares.add(a.slice(row * 3, (row + block) * 3), b.slice(row * 2, (row + block) * 2));
      squares.solve().forEach((value, i) => {
        expect(value).toBeCloseTo(whole[i] ?? NaN, 12);
      });
    }
  });

  it('with a ridge solves (AᵀA + ridge I) X = AᵀB', () => {
    // One column: x = Σ a b / (Σ a² + ridge) = 28 / (14 + 2).
    const x = leastSquares(Float64Array.of(1, 2, 3), Float64Array.of(2, 4, 6), {
      columns: 1,
      targets: 1,
      ridge: 2,
    });
    expect(x[0]).toBeCloseTo(28 / 16, 12);
  });

  it('refuses columns that depend on each other, unless there is a ridge', () => {
    const twins = Float64Array.of(1, 2, 2, 4, 3, 6);
    const sizes = { columns: 2, targets: 1 };
    const target = Float64Array.of(5, 10, 15);
    expect(() => leastSquares(twins, target, sizes)).toThrow(
      'column 1 of 2 is a sum of those before',
    );
    const x = leastSquares(twins, target, { ...sizes, ridge: 1e-9 });
    expect(x[0]).toBeCloseTo(1, 6);
    expect(x[1]).toBeCloseTo(2, 6);
  });
});

describe('LinearForecaster', () => {
  const wave = seriesOf(60, (day) => 5 + Math.sin(day) + 0.01 * day);
  const options = { inputs: ['y', 'z'], targets: ['y'], horizon: 3, kind: 'manySteps' } as const;
  const train = windows(wave, { ...options, length: 5, rows: { from: 0, to: 40 } });
  const test = windows(wave, { ...options, length: 5, rows: { from: 40, to: 60 } });

  it('continues a wave on a slope, which follows a linear recurrence', () => {
    const { data, shape } = LinearForecaster.fit(train, { ridge: 1e-12 }).forecast(test);
    const truth = test.batch().targets;
    expect(shape).toEqual(truth.shape);
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(truth.data[i] ?? NaN, 4);
    });
  });

  it('forecasts the mean where the penalty is great', () => {
    const { data } = LinearForecaster.fit(train, { ridge: 1e12 }).forecast(test);
    const targets = train.batch().targets.data.filter((_, i) => i % 3 === 2);
    const mean = targets.reduce((sum, value) => sum + value, 0) / targets.length;
    expect(data[2]).toBeCloseTo(mean, 4);
  });

  it('refuses windows of another size', () => {
    const longer = windows(wave, { ...options, length: 6 });
    expect(() => LinearForecaster.fit(train, { ridge: 1 }).forecast(longer)).toThrow(
      'windows: expected 10 values in and 3 out, as in the fit, found 12 in and 3 out',
    );
    const sequences = windows(wave, { ...options, length: 5, kind: 'sequenceToSequence' });
    expect(() => LinearForecaster.fit(sequences)).toThrow('expected kind oneStep or manySteps');
  });
});
