import { describe, expect, it } from 'vitest';
import { parseCsv, rowAt, rowsBetween, timeAt } from './index.ts';
import { addSteps, DAY, formatTime, parseTime, spacingOf, stepsBetween } from './time.ts';

const time = (text: string): number => parseTime(text, 'a time');

describe('steps', () => {
  it('of a month are those of the calendar', () => {
    const later = (text: string, steps: number): string =>
      formatTime(addSteps(time(text), steps, 'month'));
    expect(later('2024-01-15', 1)).toBe('2024-02-15');
    expect(later('2023-11-28', 3)).toBe('2024-02-28');
    expect(later('2024-03-01', -13)).toBe('2023-02-01');
    expect(stepsBetween(time('2023-12-05'), time('2024-03-05'), 'month')).toBe(3);
    expect(stepsBetween(time('2024-03-05'), time('2023-12-05'), 'month')).toBe(-3);
    // 14 of the 29 days of that February.
    expect(stepsBetween(time('2024-01-01'), time('2024-02-15'), 'month')).toBeCloseTo(1 + 14 / 29);
    expect(stepsBetween(time('2024-01-20'), time('2024-02-15'), 'month')).toBeCloseTo(26 / 31);
  });

  it('of a day are milliseconds', () => {
    expect(spacingOf('day')).toBe(DAY);
    expect(addSteps(time('2024-02-28'), 2, DAY)).toBe(time('2024-03-01'));
    expect(stepsBetween(time('2024-02-28'), time('2024-03-01'), DAY)).toBe(2);
    expect(() => spacingOf(0.5)).toThrow('month, day, hour');
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
      'CSV text:3, column "month": expected a row for each step of time, found 3 missing: 2023-12-01, 2024-03-01 to 2024-04-01',
    );
    expect(() => parseCsv('month,level\n2024-01-31,1\n', options)).toThrow('up to the 28th');
    expect(() => parseCsv('month,level\n2024-01-01,1\n2024-02-02,2\n', options)).toThrow(
      'a whole number of steps (month)',
    );
  });
});
