import { describe, expect, it } from 'vitest';
import { DataError } from './errors.ts';
import { fitMinMaxScaler, fitStandardScaler, fixedScaler, scalerFromJson } from './scaler.ts';
import type { Series } from './series.ts';
import { DAY } from './time.ts';

/** Six days; the last two lie far off, as a part that no scaler may see. */
const series: Series<'warm' | 'rain' | 'flat'> = {
  length: 6,
  time: Float64Array.from({ length: 6 }, (_, row) => row * DAY),
  step: DAY,
  columns: {
    warm: Float64Array.of(2, 4, 4, 6, 1000, -1000),
    rain: Float64Array.of(1, NaN, 3, NaN, 50, 60),
    flat: Float64Array.of(7, 7, 7, 7, 7, 9),
  },
};
const train = { from: 0, to: 4 };
const options = { columns: ['warm', 'rain', 'flat'], rows: train };

describe('fitStandardScaler', () => {
  const scaler = fitStandardScaler(series, options);

  it('takes mean and standard deviation of the given rows, without missing values', () => {
    expect(scaler.of('warm')).toEqual({ offset: 4, scale: Math.SQRT2 });
    expect(scaler.of('rain')).toEqual({ offset: 2, scale: 1 });
  });

  it('scales all rows, keeps missing values and columns that are not its own', () => {
    const { columns } = fitStandardScaler(series, { columns: ['rain'], rows: train }).transform(
      series,
    );
    expect([...columns.rain]).toEqual([-1, NaN, 1, NaN, 48, 58]);
    expect(columns.warm).toBe(series.columns.warm);
  });

  it('leaves a constant column at zero, and gives it back', () => {
    const { flat } = scaler.transform(series).columns;
    expect([...flat]).toEqual([0, 0, 0, 0, 0, 2]);
    expect([...scaler.inverse('flat', flat)]).toEqual([...series.columns.flat]);
  });

  it('is inverted', () => {
    const { warm } = scaler.transform(series).columns;
    scaler.inverse('warm', warm).forEach((value, row) => {
      expect(value).toBeCloseTo(series.columns.warm[row] ?? NaN, 10);
    });
  });

  it('survives JSON exactly', () => {
    const again = scalerFromJson(JSON.parse(JSON.stringify(scaler)));
    expect(again.transform(series)).toEqual(scaler.transform(series));
  });
});

describe('fitMinMaxScaler', () => {
  it('puts the given rows in 0 to 1, and later ones where they fall', () => {
    const scaler = fitMinMaxScaler(series, { columns: ['warm'], rows: train });
    expect([...scaler.transform(series).columns.warm]).toEqual([0, 0.5, 0.5, 1, 249.5, -250.5]);
  });
});

describe('fixedScaler', () => {
  it('divides every column by the number', () => {
    const scaler = fixedScaler(['warm'], 2);
    expect([...scaler.transform(series).columns.warm]).toEqual([1, 2, 2, 3, 500, -500]);
    expect(scalerFromJson(JSON.parse(JSON.stringify(scaler))).of('warm')).toEqual({
      offset: 0,
      scale: 2,
    });
  });

  it.each([0, -1, NaN, Infinity])('refuses %j', (divisor) => {
    expect(() => fixedScaler(['warm'], divisor)).toThrow('divisor: expected a number above 0');
  });
});

describe('a scaler refuses', () => {
  it('columns that it does not know', () => {
    expect(() => fitStandardScaler(series, { columns: ['worm'], rows: train })).toThrow(
      'Did you mean "warm"?',
    );
    const scaler = fitStandardScaler(series, { columns: ['rain'], rows: train });
    expect(() => scaler.inverse('warm', [1])).toThrow('expected a column of the scaler');
  });

  it('a column without a value to fit on', () => {
    expect(() =>
      fitStandardScaler(series, { columns: ['rain'], rows: { from: 3, to: 4 } }),
    ).toThrow('column "rain": expected at least one value to fit a scaler on');
  });

  it.each([
    [null, '$: expected an object'],
    [{ formatVersion: 2 }, '$.formatVersion: expected 1, found 2'],
    [{ formatVersion: 1, type: 'robust' }, '$.type: expected "standard", "minMax" or "fixed"'],
    [
      { formatVersion: 1, type: 'standard', columns: { a: { offset: 1, scale: 0 } } },
      '$.columns["a"].scale: expected a positive number, found 0',
    ],
  ])('the document %j', (document, message) => {
    expect(() => scalerFromJson(document)).toThrow(message);
    expect(() => scalerFromJson(document)).toThrow(DataError);
  });
});
