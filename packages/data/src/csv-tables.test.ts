import { describe, expect, it } from 'vitest';
import { parseCsvTables } from './csv-tables.ts';

const text = `id,x,kind
b,1,low
a,2.5,high
b,,low
`;
const columns = {
  x: { type: 'number' },
  kind: { type: 'category', categories: ['low', 'high'] },
} as const;

describe('parseCsvTables', () => {
  it('keeps the rows of each key in the order of the file, and their lines', () => {
    const tables = parseCsvTables(text, { columns, key: 'id' });
    expect([...tables.keys()]).toEqual(['b', 'a']);
    expect(tables.get('b')).toEqual({
      length: 2,
      columns: { x: Float64Array.of(1, NaN), kind: Float64Array.of(0, 0) },
      lines: Int32Array.of(2, 4),
    });
  });

  it('takes all rows for one table without a key', () => {
    const tables = parseCsvTables(text, { columns });
    expect([...tables].map(([key, { length }]) => [key, length])).toEqual([['', 3]]);
  });

  it('lets columns be left out that may be', () => {
    const without = text.replaceAll(/,[a-z]+\n/g, '\n');
    const [table] = parseCsvTables(without, { columns, optional: ['kind'] }).values();
    expect(table?.columns['kind']).toEqual(Float64Array.of(NaN, NaN, NaN));
    expect(() => parseCsvTables(without, { columns }, 'x.csv')).toThrow('x.csv:1, column "kind"');
  });

  it('names file and line of a field at fault', () => {
    const broken = text.replace('2.5', 'two');
    expect(() => parseCsvTables(broken, { columns, key: 'id' }, 'x.csv')).toThrow(
      'x.csv:3, column "x": expected a number, found "two"',
    );
  });
});
