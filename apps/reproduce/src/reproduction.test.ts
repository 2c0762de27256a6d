import { describe, expect, it } from 'vitest';
import { isReached, spread, type Reproduction, type Row, type RowResult } from './reproduction.ts';
import { reportPage } from './report.ts';

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
  it('shows what was published, what came out and whether it is enough', () => {
    const page: Reproduction = { id: 'x', title: 'X', source: 'A book.', unit: 'errors', rows: [] };
    const text = reportPage(page, [result('atMost', 0.5, [0.4, 0.6]), result('exact', 2, [3])], {
      date: '2020-01-02',
      machine: 'a machine',
      seeds: [0, 1],
    });
    expect(text).toContain('# X');
    expect(text).toMatch(/a row \| one +\| +0\.5 \| 0\.5000 \| +0\.1414 \| +0\.4000 \| +0\.6000/);
    expect(text).toMatch(/\| 2 +\|.*missed|\| +2 \|.*missed/);
  });
});
