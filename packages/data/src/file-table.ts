/** Files whose columns have types: from their values to series. */
import { cellReader, type ColumnOptions } from './csv-columns.ts';
import { groupedSeries, placeOf, timeOptions, type CsvOptions, type KeyedRow } from './csv.ts';
import { DataError, listed, type DataErrorDetails } from './errors.ts';
import type { Series } from './series.ts';
import { DAY, timeParser } from './time.ts';

/** The columns of a Parquet or Arrow file. */
export interface FileTable {
  readonly names: readonly string[];
  readonly rows: number;
  /**
   * The values of a column, row by row: numbers, big integers, booleans, texts, dates; null or
   * undefined where one is missing.
   */
  column(name: string): { readonly [row: number]: unknown };
  /** Whether dates of a column are moments, rather than what clocks showed somewhere. */
  isMoment(name: string): boolean;
}

/** What of a file with typed columns becomes series: {@link CsvOptions} without what is of texts. */
export type FileTableOptions = Omit<CsvOptions, 'delimiter' | 'missing'> & {
  /** Column that tells which series a row belongs to. Default: all are of one. */
  readonly key?: string;
};

/**
 * The series of a file, by the text in its column `key`; of the empty text without one.
 *
 * @throws {@link DataError} as `parseCsv`; its `line` is the row, counted from 1
 */
export function tableSeries(
  table: FileTable,
  options: FileTableOptions,
  file: string,
): ReadonlyMap<string, Series> {
  if (table.rows === 0)
    throw new DataError({ code: 'empty', file, expected: 'at least one row', found: 'none' });
  const faults: DataErrorDetails[] = [];
  const { times, format } = timesOf(table, options, { file, faults });
  const columns = Object.entries<ColumnOptions>(options.columns).map(([name, own]) => {
    const { title, read, expected } = cellReader(name, own);
    placeOf(table.names, title, file);
    const isText = typeof own === 'object' && own.type === 'category';
    const values = table.column(title);
    return Float64Array.from({ length: table.rows }, (_, row) => {
      const value = values[row];
      if (isMissing(value)) return NaN;
      const number = isText || isNumeric(value) ? read(String(value)) : undefined;
      if (number === undefined)
        faults.push({
          ...{ code: 'bad-value', file, line: row + 1, column: title, expected },
          found: described(value),
        });
      return number ?? NaN;
    });
  });
  const [first, ...others] = faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  if (first !== undefined) {
    const rows = [...new Set(others.map(({ line }) => `row ${line}`))];
    const advice = `${others.length} more: ${listed(rows)}`;
    throw new DataError({ ...first, ...(others.length > 0 && { advice }) });
  }
  if (options.key !== undefined) placeOf(table.names, options.key, file);
  const keys = options.key === undefined ? undefined : table.column(options.key);
  const rows = Array.from(times, (time, row): KeyedRow => ({
    time,
    line: row + 1,
    values: columns.map((values) => values[row] ?? NaN),
    key: isMissing(keys?.[row]) ? '' : String(keys?.[row]),
  }));
  return groupedSeries(rows, { ...options, time: { ...timeOptions(options), format } }, file);
}

/** The column of times, and how its times are to be understood. */
function timesOf(
  table: FileTable,
  options: FileTableOptions,
  { file, faults }: { readonly file: string; readonly faults: DataErrorDetails[] },
): { readonly times: Float64Array; readonly format: string } {
  const { column, format = 'YYYY-MM-DD' } = timeOptions(options);
  placeOf(table.names, column, file);
  const values = table.column(column);
  const parse = timeParser(format);
  let hasText = false;
  const times = Float64Array.from({ length: table.rows }, (_, row) => {
    const value = values[row];
    hasText ||= typeof value === 'string';
    const time = typeof value === 'string' ? parse(value) : value;
    if (typeof time === 'number') return time;
    if (time instanceof Date && !Number.isNaN(time.getTime())) return time.getTime();
    faults.push({
      ...{ code: 'bad-value', file, line: row + 1, column },
      expected: `a timestamp, a date, or a time written ${format}`,
      found: described(value),
    });
    return NaN;
  });
  if (hasText) return { times, format };
  if (table.isMoment(column)) return { times, format: 'YYYY-MM-DDTHH:mm:ssZ' };
  const isDays = times.every((time) => time % DAY === 0);
  return { times, format: isDays ? 'YYYY-MM-DD' : 'YYYY-MM-DD HH:mm' };
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function described(value: unknown): string {
  if (isMissing(value)) return 'nothing';
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'a date that is none' : value.toISOString();
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'object' ? `a value of many parts` : String(value);
}

/** The error of a file that a library cannot read. */
export function unreadable(file: string, expected: string, cause: unknown): DataError {
  const found = cause instanceof Error ? cause.message : String(cause);
  return new DataError({ code: 'unreadable', file, expected, found }, { cause });
}
