import { describe, expect, it } from 'vitest';
import { withDayOfWeek, withDayOfYear } from './calendar.ts';
import { ahead, interpolated, missingTimes, rowAt, withColumns, type Series } from './series.ts';
import { describeRange, splitByDate } from './split.ts';
import { DAY, parseTime } from './time.ts';

/** The days of 2015 and 2016, a leap year, with their numbers. */
const start = parseTime('2015-01-01', 'start');
const days = Float64Array.from({ length: 731 }, (_, row) => row);
const series: Series<'day'> = {
  length: 731,
  time: days.map((row) => start + row * DAY),
  step: DAY,
  columns: { day: days },
};

describe('rowAt', () => {
  it('finds the row of a date', () => {
    expect(rowAt(series, '2015-01-01')).toBe(0);
    expect(rowAt(series, '2016-12-31')).toBe(730);
    expect(rowAt(series, '2015-02-01T00:00:00Z')).toBe(31);
  });

  it.each(['2014-12-31', '2017-01-01', '2015-02-01T12:00:00Z'])('refuses %s', (date) => {
    expect(() => rowAt(series, date)).toThrow('a time of the series, 2015-01-01 to 2016-12-31');
  });

  it('refuses what is no date', () => {
    expect(() => rowAt(series, '1/2/2015', 'begin')).toThrow(
      'begin: expected a date such as 2014-07-01, or a time such as 2014-07-01T12:00:00Z, found "1/2/2015"',
    );
  });
});

describe('splitByDate', () => {
  it('cuts in three', () => {
    const split = splitByDate(series, { validation: '2016-01-01', test: '2016-07-01' });
    expect(split).toEqual({
      train: { from: 0, to: 365 },
      validation: { from: 365, to: 547 },
      test: { from: 547, to: 731 },
    });
    expect(describeRange(series, split.validation)).toBe('2016-01-01 to 2016-06-30, 182 rows');
  });

  it('wants its dates in order', () => {
    expect(() => splitByDate(series, { validation: '2016-07-01', test: '2016-07-01' })).toThrow(
      'expected first row 2015-01-01 < validation < test',
    );
  });
});

describe('the calendar', () => {
  it('turns once a year, and goes on smoothly into the next', () => {
    const { dayOfYearSin, dayOfYearCos } = withDayOfYear(series).columns;
    expect([dayOfYearSin[0], dayOfYearCos[0]]).toEqual([0, 1]);
    // The 92nd day, 2 April, is a quarter of the year; its sine is at its top.
    expect(dayOfYearSin[91]).toBeCloseTo(1, 4);
    expect(Math.abs((dayOfYearSin[364] ?? 1) - (dayOfYearSin[365] ?? 0))).toBeLessThan(0.03);
  });

  it('turns once a week, from Sunday', () => {
    const { dayOfWeekSin, dayOfWeekCos } = withDayOfWeek(series).columns;
    const sunday = rowAt(series, '2015-01-04');
    expect([dayOfWeekSin[sunday], dayOfWeekCos[sunday]]).toEqual([0, 1]);
    expect(dayOfWeekSin[sunday + 1]).toBeCloseTo(Math.sin((2 * Math.PI) / 7), 12);
  });
});

describe('columns', () => {
  it('ahead: what is known of later rows', () => {
    expect([...ahead(Float64Array.of(1, 2, 3, 4), 2)]).toEqual([3, 4, NaN, NaN]);
  });

  it('interpolated: fills short runs of missing values, and no others', () => {
    const few: Series<'x'> = {
      length: 9,
      time: series.time.subarray(0, 9),
      step: DAY,
      columns: { x: Float64Array.of(NaN, 1, NaN, NaN, 4, NaN, NaN, NaN, 9) },
    };
    expect([...interpolated(few, ['x'], 2).columns.x]).toEqual([NaN, 1, 2, 3, 4, NaN, NaN, NaN, 9]);
    expect(missingTimes(interpolated(few, ['x'], 3), ['x'])).toEqual(['2015-01-01']);
  });

  it('must be as long as the series', () => {
    expect(() => withColumns(series, { more: [1, 2] })).toThrow(
      'column "more": expected 731 values, one a row, found 2',
    );
  });
});
