/** CSV texts whose rows follow each other without times. */
import { readRows, type KeyedRow, type RowOptions } from './csv.ts';

/** Rows that belong together, in the order of their file. */
export interface Table<Name extends string = string> {
  readonly length: number;
  /** `[length]` each; NaN where a value is missing. */
  readonly columns: Readonly<Record<Name, Float64Array>>;
  /** The line of the file on which each row stands, the header being line 1: `[length]`. */
  readonly lines: Int32Array;
}

/** What of a CSV text becomes tables. */
export type TableOptions = Omit<RowOptions, 'time'>;

/**
 * Reads a CSV text with a header into tables: rows with the same text in the column `key` belong
 * to one; without `key`, all do.
 *
 * @param text the contents of the file
 * @param options columns, and how fields are told apart
 * @param file what to call the text in errors
 * @returns the tables by that text (the empty one without `key`), as they first occur
 * @throws {@link DataError} as `parseCsv`, but for times
 */
export function parseCsvTables(
  text: string,
  options: TableOptions,
  file = 'CSV text',
): ReadonlyMap<string, Table> {
  const groups = new Map<string, KeyedRow[]>();
  for (const row of readRows(text, options, file)) {
    const group = groups.get(row.key);
    if (group) group.push(row);
    else groups.set(row.key, [row]);
  }
  return new Map([...groups].map(([key, rows]) => [key, tableOf(rows, options)]));
}

function tableOf(rows: readonly KeyedRow[], { columns }: TableOptions): Table {
  const named = Object.keys(columns).map(
    (name, i) => [name, Float64Array.from(rows, ({ values }) => values[i] ?? NaN)] as const,
  );
  return {
    length: rows.length,
    columns: Object.fromEntries(named),
    lines: Int32Array.from(rows, ({ line }) => line),
  };
}
