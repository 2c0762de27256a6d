import { describe, expect, it } from 'vitest';
import { calendarParts, withCalendar, withDayOfWeek, withDayOfYear } from './calendar.ts';
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

  it('tells where in the day, month and year a row lies', () => {
    const hours: Series<'x'> = {
      length: 31 * 24,
      // From noon on 15 January of a year that is none of a leap.
      time: Float64Array.from({ length: 31 * 24 }, (_, i) => Date.UTC(2023, 0, 15, 12 + i)),
      step: 3_600_000,
      columns: { x: new Float64Array(31 * 24) },
    };
    /** Share of the turn at a row. */
    const turn = (part: (typeof calendarParts)[number], row: number): number => {
      const { columns } = withCalendar(hours, part);
      const [sin, cos] = [columns[`${part}Sin`][row] ?? NaN, columns[`${part}Cos`][row] ?? NaN];
      return (Math.atan2(sin, cos) / (2 * Math.PI) + 1) % 1;
    };
    expect(turn('hourOfDay', 0)).toBeCloseTo(12 / 24, 12);
    expect(turn('hourOfDay', 7)).toBeCloseTo(19 / 24, 12);
    expect(turn('dayOfMonth', 0)).toBeCloseTo(14 / 31, 12);
    // 12 hours later it is the 16th, and 17 days later the 2nd of February, of 28 days.
    expect(turn('dayOfMonth', 12)).toBeCloseTo(15 / 31, 12);
    expect(turn('dayOfMonth', 18 * 24)).toBeCloseTo(1 / 28, 12);
    expect(turn('monthOfYear', 18 * 24)).toBeCloseTo(1 / 12, 12);
    // Two whole weeks have gone by since New Year, and 14.5 days.
    expect(turn('weekOfYear', 0)).toBeCloseTo(14 / 365.2425, 12);
    expect(turn('dayOfYear', 0)).toBeCloseTo(14.5 / 365.2425, 12);
    expect(turn('dayOfWeek', 0)).toBeCloseTo(0, 12);
    expect(calendarParts).toHaveLength(6);
  });

  it('goes by the clocks of the time zone', () => {
    const time = Float64Array.of(Date.UTC(2024, 11, 31, 23, 30));
    const at: Series<'x'> = {
      ...{ length: 1, time, step: 3_600_000, zone: 'Asia/Kolkata' },
      columns: { x: Float64Array.of(1) },
    };
    // In Kolkata it is 5 o'clock on New Year's morning, a Wednesday.
    const { columns } = withCalendar(withCalendar(at, 'hourOfDay'), 'monthOfYear');
    expect(columns.hourOfDaySin[0]).toBeCloseTo(Math.sin((2 * Math.PI * 5) / 24), 12);
    expect(columns.monthOfYearCos[0]).toBe(1);
    expect(withDayOfWeek(at).columns.dayOfWeekSin[0]).toBeCloseTo(Math.sin((6 * Math.PI) / 7), 12);
    expect(withDayOfYear(at).columns.dayOfYearSin[0]).toBeGreaterThan(0);
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
