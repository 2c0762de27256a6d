import { describe, expect, it } from 'vitest';
import { inspectCsv, inspectTimes } from './inspect.ts';

describe('inspectCsv', () => {
  const look = inspectCsv(
    '\uFEFFday;n;kind;note;none;us\n2024-01-02;1,5;b;x;;02/28/2024\n2024-01-03;;a;y;NA;03/01/2024\n2024-01-04;2;b;z;;01/13/2024\n',
  );
  const column = (name: string) => look.columns.find((each) => each.name === name);

  it('sees delimiter, rows and the kinds of columns', () => {
    expect(look).toMatchObject({ delimiter: ';', rows: 3 });
    expect(look.columns.map(({ kind }) => kind)).toEqual([
      'time',
      // A decimal comma is no number here.
      'text',
      'category',
      'text',
      'empty',
      'time',
    ]);
    expect(column('kind')).toMatchObject({ categories: ['a', 'b'], missing: 0 });
    expect(column('none')?.missing).toBe(3);
    expect(look.fields('kind')).toEqual(['b', 'a', 'b']);
  });

  it('takes the pattern that all times fit', () => {
    expect(column('day')?.format).toBe('YYYY-MM-DD');
    expect(column('us')?.format).toBe('MM/DD/YYYY');
  });

  it('knows months that are told without days', () => {
    const { columns, fields } = inspectCsv('month,n\n2023-12,1\n2024-01,2\n2024-03,3\n');
    expect(columns[0]).toMatchObject({ kind: 'time', format: 'YYYY-MM' });
    expect(inspectTimes(fields('month'), 'YYYY-MM')).toMatchObject({ step: 'month', gaps: true });
  });

  it('refuses a file without rows', () => {
    expect(() => inspectCsv('a,b\n', 'x.csv')).toThrow('x.csv: expected a header and at least one');
  });
});

describe('inspectTimes', () => {
  const days = (...times: string[]) => inspectTimes(times, 'YYYY-MM-DD');

  it('finds the step that most rows are apart', () => {
    expect(days('2024-01-01', '2024-01-02', '2024-01-03', '2024-01-06')).toMatchObject({
      ...{ step: 'day', gaps: true, unsorted: false, repeated: false },
      last: Date.UTC(2024, 0, 6),
    });
    expect(days('2024-01-01', '2024-01-15', '2024-01-29').step).toEqual({ every: 2, unit: 'week' });
    expect(days('2023-12-01', '2024-01-01', '2024-02-01').step).toBe('month');
    expect(days('2023-10-05', '2024-01-05', '2024-04-05').step).toBe('quarter');
    expect(days('2020-01-01', '2022-01-01').step).toEqual({ every: 2, unit: 'year' });
    const clock = ['2024-01-01 00:00', '2024-01-01 00:15', '2024-01-01 00:30'];
    const step = { every: 15, unit: 'minute' };
    expect(inspectTimes(clock, 'YYYY-MM-DD HH:mm')).toMatchObject({ step, gaps: false });
  });

  it('sees disorder and repetitions, within each series alone', () => {
    const stamps = ['2024-01-02', '2024-01-01', '2024-01-01', '2024-01-02'];
    expect(days(...stamps)).toMatchObject({ unsorted: true, repeated: true });
    const keys = ['b', 'a', 'b', 'a'];
    const apart = inspectTimes(stamps, 'YYYY-MM-DD', keys);
    expect(apart).toMatchObject({ unsorted: true, repeated: false, step: 'day' });
  });
});
