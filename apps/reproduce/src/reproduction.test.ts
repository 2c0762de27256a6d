import { describe, expect, it } from 'vitest';
import { isReached, spread, type Reproduction, type Row, type RowResult } from './reproduction.ts';
import { mergeRows, pageRow, reportPage, rowsOfPage, type PageRow } from './report.ts';

const row = (rule: Row['rule'], published: number): Row => ({
  name: 'a row',
  published,
  rule,
  measure: async () => 0,
});
const result = (rule: Row['rule'], published: number, values: number[]): RowResult => ({
  row: row(rule, published),
  backend: 'one',
  values,
  seconds: values.length,
});

describe('isReached', () => {
  it.each([
    ['exact', 0.020211, [0.0202113], true],
    ['exact', 0.020211, [0.0202119], false],
    ['atMost', 0.008, [0.007, 0.0129], true],
    ['atMost', 0.008, [0.007, 0.0131], false],
    ['below', 0.001, [0.0009, 0.0001], true],
    ['below', 0.001, [0.0001, 0.0011], false],
    ['atMost', 0.008, [NaN], false],
  ] as const)('%s %d of %j is %s', (rule, published, values, reached) => {
    expect(isReached(result(rule, published, [...values]))).toBe(reached);
  });
});

describe('spread', () => {
  it('is mean and standard deviation of the sample', () => {
    expect(spread([1, 2, 6])).toEqual({ mean: 3, deviation: Math.sqrt(7) });
    expect(spread([4])).toEqual({ mean: 4, deviation: 0 });
  });
});

describe('reportPage', () => {
  const page: Reproduction = {
    id: 'x',
    title: 'X',
    source: 'A book.',
    unit: 'errors',
    rows: ['first', 'second'].map((name) => ({ ...row('atMost', 0.5), name })),
  };
  const measured = (name: string, backend: string, values: number[]): PageRow =>
    pageRow(
      { ...result('atMost', 0.5, values), backend, row: { ...row('atMost', 0.5), name } },
      { date: '2020-01-02', machine: 'a machine' },
    );

  it('shows what was published, what came out and whether it is enough', () => {
    const text = reportPage(page, [
      measured('first', 'one', [0.4, 0.6]),
      measured('second', 'one', [3]),
    ]);
    expect(text).toContain('# X');
    expect(text).toMatch(/first +\| one +\| +0\.5 \| 0\.5000 \| +0\.1414 \| +0\.4000 \| +0\.6000/);
    expect(text).toMatch(/second .*\| missed +\| 2020-01-02, a machine/);
  });

  it('is read back, and keeps the rows that were not measured anew', () => {
    const earlier = [measured('first', 'one', [0.1]), measured('second', 'two', [0.2])];
    expect(rowsOfPage(reportPage(page, earlier))).toEqual(earlier);
    const now = [measured('second', 'one', [0.3]), measured('first', 'one', [0.4])];
    const gone = measured('of long ago', 'one', [0.5]);
    expect(mergeRows(page, [gone, ...earlier], now)).toEqual([now[1], now[0], earlier[1]]);
  });
});
