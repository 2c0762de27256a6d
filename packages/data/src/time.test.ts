import { describe, expect, it } from 'vitest';
import { parseCsv, rowAt, rowsBetween, timeAt } from './index.ts';
import {
  addSteps,
  DAY,
  describeSpacing,
  formatTime,
  parseTime,
  spacingOf,
  stepsBetween,
  timeParser,
} from './time.ts';

const month = spacingOf('month');
const time = (text: string): number => parseTime(text, 'a time');

describe('steps', () => {
  it('of a month are those of the calendar', () => {
    const later = (text: string, steps: number): string =>
      formatTime(addSteps(time(text), steps, month));
    expect(later('2024-01-15', 1)).toBe('2024-02-15');
    expect(later('2023-11-28', 3)).toBe('2024-02-28');
    expect(later('2024-03-01', -13)).toBe('2023-02-01');
    expect(stepsBetween(time('2023-12-05'), time('2024-03-05'), month)).toBe(3);
    expect(stepsBetween(time('2024-03-05'), time('2023-12-05'), month)).toBe(-3);
    // 14 of the 29 days of that February.
    expect(stepsBetween(time('2024-01-01'), time('2024-02-15'), month)).toBeCloseTo(1 + 14 / 29);
    expect(stepsBetween(time('2024-01-20'), time('2024-02-15'), month)).toBeCloseTo(26 / 31);
  });

  it('of a day are milliseconds', () => {
    expect(spacingOf('day')).toBe(DAY);
    expect(addSteps(time('2024-02-28'), 2, DAY)).toBe(time('2024-03-01'));
    expect(stepsBetween(time('2024-02-28'), time('2024-03-01'), DAY)).toBe(2);
    expect(() => spacingOf(0.5)).toThrow('of second, minute, hour, day');
  });
});

describe('timeParser', () => {
  it('takes the first day of a month or year for it where days are not told', () => {
    expect(timeParser('YYYY-MM')('2024-03')).toBe(time('2024-03-01'));
    expect(timeParser('MM/YYYY')('03/2024')).toBe(time('2024-03-01'));
    expect(timeParser('YYYY')('2024')).toBe(time('2024-01-01'));
    expect(timeParser('YYYY-MM')('2024-13')).toBeUndefined();
    expect(timeParser('YYYY-MM')('2024-03-01')).toBeUndefined();
  });
});

describe('multiples of a step', () => {
  it('count the unit that they name', () => {
    const later = (every: number, unit: 'minute' | 'week' | 'quarter' | 'year'): string =>
      formatTime(addSteps(time('2024-02-01'), 3, spacingOf({ every, unit })));
    expect(later(15, 'minute')).toBe('2024-02-01T00:45:00Z');
    expect(later(2, 'week')).toBe('2024-03-14');
    expect(later(1, 'quarter')).toBe('2024-11-01');
    expect(later(2, 'year')).toBe('2030-02-01');
    const quarter = spacingOf('quarter');
    expect(stepsBetween(time('2022-10-01'), time('2024-07-01'), quarter)).toBe(7);
    expect(stepsBetween(time('2024-01-01'), time('2024-02-01'), quarter)).toBeCloseTo(31 / 91);
    expect(() => spacingOf({ every: 0, unit: 'day' })).toThrow('found 0');
  });

  it('are said in the greatest unit that fits', () => {
    const said = [90_000, 900_000, DAY, 14 * DAY, 1500].map(describeSpacing);
    expect(said).toEqual(['90 seconds', '15 minutes', '1 day', '2 weeks', '1500 ms']);
    expect(describeSpacing(spacingOf('quarter'))).toBe('3 months');
    expect(describeSpacing(spacingOf({ every: 2, unit: 'week' }, 'Europe/Paris'))).toBe('2 weeks');
  });

  it('let a series have a row each quarter, and each 15 minutes', () => {
    const rows = (times: string[]): string => ['at,x', ...times.map((at) => `${at},1`)].join('\n');
    const quarters = parseCsv(rows(['2023-10-01', '2024-01-01', '2024-04-01']), {
      time: { column: 'at', step: 'quarter' },
      columns: { x: 'number' },
    });
    expect(timeAt(quarters, 3)).toBe('2024-07-01');
    const clock = parseCsv(rows(['2024-01-01 00:00', '2024-01-01 00:45']), {
      time: { column: 'at', format: 'YYYY-MM-DD HH:mm', step: { every: 15, unit: 'minute' } },
      columns: { x: 'number' },
      gaps: 'fill',
    });
    expect(Array.from(clock.columns.x)).toEqual([1, NaN, NaN, 1]);
  });
});

describe('times with offsets', () => {
  it('are read for what they are', () => {
    const read = timeParser('YYYY-MM-DDTHH:mm:ss.SSSZ');
    expect(read('2024-01-01T00:00:00.250Z')).toBe(Date.UTC(2024, 0, 1, 0, 0, 0, 250));
    expect(read('2024-01-01T00:00:00.000+05:30')).toBe(Date.UTC(2023, 11, 31, 18, 30));
    expect(read('2024-01-01T00:00:00.000-0800')).toBe(Date.UTC(2024, 0, 1, 8));
    expect(read('2024-01-01T00:00:00.000')).toBeUndefined();
    expect(read('2024-02-30T00:00:00.000+01:00')).toBeUndefined();
  });
});

describe('a monthly series', () => {
  const options = {
    time: { column: 'month', step: 'month' },
    columns: { level: 'number' },
    gaps: 'fill',
  } as const;
  const csv = 'month,level\n2023-11-01,1\n2024-01-01,3\n2024-02-01,4\n2024-05-01,7\n';

  it('has a row for each month, missing where the file has none', () => {
    const series = parseCsv(csv, options);
    expect(Array.from(series.columns.level)).toEqual([1, NaN, 3, 4, NaN, NaN, 7]);
    expect(timeAt(series, 4)).toBe('2024-03-01');
    expect(timeAt(series, 7)).toBe('2024-06-01');
    expect(rowAt(series, '2024-02-01')).toBe(3);
    expect(() => rowAt(series, '2024-02-02')).toThrow('a time of the series');
    const rows = { subject: 'part', from: '2023-12-15', to: '2024-03-31' };
    expect(rowsBetween(series, rows)).toEqual({ from: 2, to: 5 });
  });

  it('names months that are not there, and days that not every month has', () => {
    expect(() => parseCsv(csv, { ...options, gaps: 'refuse' })).toThrow(
      'CSV text:3, column "month": expected a row for each step of time (1 month), found 3 missing: 2023-12-01, 2024-03-01 to 2024-04-01',
    );
    expect(() => parseCsv('month,level\n2024-01-31,1\n', options)).toThrow('up to the 28th');
    expect(() => parseCsv('month,level\n2024-01-01,1\n2024-02-02,2\n', options)).toThrow(
      'a time 1 month after 2024-01-01, or a whole number of such steps, found 2024-02-02, 32 days after it',
    );
  });
});
