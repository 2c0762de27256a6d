import { referenceBackend } from '@chronograd/backend-reference';
import { describe, expect, it } from 'vitest';
import {
  isReached,
  spread,
  type Measuring,
  type Reproduction,
  type Row,
  type RowResult,
} from './reproduction.ts';
import { mergeRows, pageRow, reportPage, rowsOfPage, type PageRow } from './report.ts';
import { runReproduction } from './run.ts';

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
    ['measured', 0, [5], true],
    ['measured', 0, [NaN], false],
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
    expect(text).toMatch(/first .*\| 2020-01-02, a machine \| 0\.4000, 0\.6000 \|/);
    expect(text).toMatch(/second .*\| missed +\| 2020-01-02, a machine/);
  });

  it('is read back, and keeps the rows that were not measured anew', () => {
    const earlier = [measured('first', 'one', [0.1]), measured('second', 'two', [0.2])];
    expect(rowsOfPage(reportPage(page, earlier))).toEqual(earlier);
    const now = [measured('second', 'one', [0.3]), measured('first', 'one', [0.4])];
    const gone = measured('of long ago', 'one', [0.5]);
    expect(mergeRows(page, [gone, ...earlier], now)).toEqual([now[1], now[0], earlier[1]]);
  });

  it('compares the rows of a further table with one of them, and reads them back', () => {
    const own = ['old', 'new'].map((name): Row => ({
      name,
      rule: 'measured',
      measure: async () => 0,
    }));
    const sections = [{ title: 'More', text: 'Ours.', unit: 'degrees', rows: own, versus: 'old' }];
    const rows = [measured('first', 'one', [0.4, 0.6])].concat(
      own.map((each, i) =>
        pageRow(
          { row: each, backend: 'one', values: [5 - i, 5 - i], seconds: 0 },
          { date: '2020-01-02', machine: 'a machine', timed: false },
        ),
      ),
    );
    const text = reportPage({ ...page, remarks: 'So it went.', sections }, rows);
    const [front = '', more = ''] = text.split('## More');
    expect(front).toMatch(/\|\n\nSo it went\.\n/);
    expect(more).toContain('Numbers are degrees.');
    expect(more).toMatch(/new +\| one .*\| -20\.0 % \| 2020-01-02, a machine \| 4\.000, 4\.000 \|/);
    expect(more).not.toMatch(/first|published|s \/ run/);
    expect(rowsOfPage(text).map(([name]) => name)).toEqual(['first', 'old', 'new']);
    const again = mergeRows({ ...page, sections }, rowsOfPage(text), []);
    expect(reportPage({ ...page, remarks: 'So it went.', sections }, again)).toBe(text);
  });
});

describe('runReproduction', () => {
  it('measures the rows of all tables with each seed, and one whose seed makes no difference once', async () => {
    const measure = async ({ seed, seeds }: Measuring): Promise<number> => seed + seeds.length;
    const backend = referenceBackend();
    const rows: Row[] = [{ name: 'first', rule: 'measured', measure }];
    const more: Row[] = [{ name: 'second', rule: 'measured', once: true, measure }];
    const section = { title: 'More', text: '', unit: '', rows: more };
    const results = await runReproduction(
      { id: 'x', title: 'X', source: '', unit: '', rows, sections: [section] },
      { backend, seeds: [5, 7], runs: '', say: () => undefined },
    );
    expect(results.map(({ values }) => values)).toEqual([[7, 9], [7]]);
    await backend.dispose();
  });
});
