import { nameAdvice } from '@chronograd/spec';
import { readFile } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { cellReader, type ColumnOptions } from './csv-columns.ts';
import { DataError, listed } from './errors.ts';
import type { Series } from './series.ts';
import { orderedInTime, type TimeRow } from './time-axis.ts';
import { hasOffset, spacingOf, timeParser, type Step } from './time.ts';
import { inZone } from './zone-rows.ts';

/** How the column of times is written and spaced. */
export interface TimeOptions {
  /** Name in the header. */
  readonly column: string;
  /** Default `YYYY-MM-DD`; see {@link timeParser}. */
  readonly format?: string;
  /** Distance of two rows. Default `day`. */
  readonly step?: Step;
  /**
   * IANA name of the time zone, e.g. `Europe/Berlin`, whose clocks and calendar times, days and
   * months are told by. Default UTC.
   */
  readonly zone?: string;
}

/** What of a CSV text becomes a {@link Series}. */
export interface CsvOptions<Name extends string = string> {
  /** The column of times, by its name where dates are `YYYY-MM-DD`, one row a day. */
  readonly time: string | TimeOptions;
  /** Columns of the series, in this order; columns of the file that are not named are left out. */
  readonly columns: Readonly<Record<Name, ColumnOptions>>;
  /** Between fields. Default a comma. */
  readonly delimiter?: string;
  /** Texts that stand for a missing value, besides the empty one. Default `NA`, `NaN`, `null`. */
  readonly missing?: readonly string[];
  /** Rows not in the order of their times: refuse (default) or sort. */
  readonly unsorted?: 'refuse' | 'sort';
  /**
   * Rows of the same time: refuse (default), drop the repetitions of a row whose values are all the
   * same (two that differ are refused), or keep the first or last of them.
   */
  readonly duplicates?: 'refuse' | 'dropIdentical' | 'keepFirst' | 'keepLast';
  /** Times without a row: refuse (default), or fill with rows of missing values. */
  readonly gaps?: 'refuse' | 'fill';
}

/** How times are written where nothing else is said. */
const DATES = 'YYYY-MM-DD';

/** A row of a file as it is written, and its line. */
export interface CsvRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/**
 * The rows of a text, the header among them.
 *
 * @throws {@link DataError} for text that is not CSV
 */
export function records(text: string, options: RowOptions, file: string): CsvRecord[] {
  try {
    return parse(text, {
      bom: true,
      delimiter: options.delimiter ?? ',',
      info: true,
      // Ragged rows are ours to report: with their line, expected and found.
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new DataError(
      { code: 'bad-csv', file, expected: 'CSV', found: error.message },
      { cause: error },
    );
  }
}

/**
 * Place of a column in the header.
 *
 * @param line of the header, where it stands on one
 * @throws {@link DataError} where there is none, or several
 */
export function placeOf(
  header: readonly string[],
  name: string,
  file: string,
  line?: number,
): number {
  const places = header.flatMap((title, place) => (title === name ? [place] : []));
  const [place] = places;
  if (place === undefined || places.length > 1)
    throw new DataError({
      code: 'missing-column',
      file,
      ...(line !== undefined && { line }),
      column: name,
      expected: 'one column of that name',
      found: places.length === 0 ? 'none' : `${places.length}`,
      ...(places.length === 0 && { advice: nameAdvice(name, header) }),
    });
  return place;
}

/** A row of a file and the text that tells which series it belongs to. */
export interface KeyedRow extends TimeRow {
  readonly key: string;
}

/** What of a text becomes rows; without times, their time is NaN. */
export interface RowOptions extends Pick<CsvOptions, 'columns' | 'delimiter' | 'missing'> {
  readonly time?: CsvOptions['time'];
  /** Column that tells which series a row belongs to. */
  readonly key?: string;
  /** Columns that the file may lack: their values are missing then. */
  readonly optional?: readonly string[];
}

/**
 * The header of a text's records, and the rows under it.
 *
 * @throws {@link DataError} `empty` where there is no row
 */
export function headed<R extends { readonly record: readonly string[] }>(
  [top, ...rows]: readonly R[],
  file: string,
): { readonly header: R['record']; readonly rows: readonly R[] } {
  if (top === undefined || rows.length === 0)
    throw new DataError({
      code: 'empty',
      file,
      expected: 'a header and at least one row',
      found: top === undefined ? 'nothing' : 'a header alone',
    });
  return { header: top.record, rows };
}

/** The rows of a text, checked field by field. */
export function readRows(text: string, options: RowOptions, file: string): KeyedRow[] {
  const { header, rows } = headed(records(text, options, file), file);
  const timeOf = options.time === undefined ? undefined : timeReader(options.time, header, file);
  const keyPlace = options.key === undefined ? undefined : placeOf(header, options.key, file, 1);
  const missing = new Set(['', ...(options.missing ?? ['NA', 'NaN', 'null'])]);
  const readers = Object.entries<ColumnOptions>(options.columns).map(([name, columnOptions]) => {
    const { title, read, expected } = cellReader(name, columnOptions);
    const isLeftOut = options.optional?.includes(name) === true && !header.includes(title);
    const place = isLeftOut ? undefined : placeOf(header, title, file, 1);
    return { title, place, read, expected };
  });

  const faults: ConstructorParameters<typeof DataError>[0][] = [];
  const read: KeyedRow[] = [];
  for (const { record, info } of rows) {
    const at = { file, line: info.lines };
    if (record.length !== header.length) {
      const expected = `${header.length} fields as in the header`;
      faults.push({ ...at, code: 'ragged-row', expected, found: `${record.length}` });
      continue;
    }
    const when = timeOf?.(record) ?? NaN;
    if (typeof when === 'object') faults.push({ ...at, ...when });
    const values = readers.map(({ title, place, read: readCell, expected }) => {
      if (place === undefined) return NaN;
      const cell = record[place] ?? '';
      if (missing.has(cell)) return NaN;
      const value = readCell(cell);
      if (value === undefined)
        faults.push({ ...at, code: 'bad-value', column: title, expected, found: `"${cell}"` });
      return value ?? NaN;
    });
    const key = keyPlace === undefined ? '' : (record[keyPlace] ?? '');
    const time = typeof when === 'object' ? NaN : when;
    read.push({ time, line: info.lines, values, key });
  }
  const [first, ...others] = faults;
  if (first !== undefined) {
    const lines = [...new Set(others.map(({ line }) => `line ${line}`))];
    const advice = `${others.length} more: ${listed(lines)}`;
    throw new DataError({ ...first, ...(others.length > 0 && { advice }) });
  }
  return read;
}

/** Reads the time of a record, or tells what is wrong with it. */
function timeReader(time: CsvOptions['time'], header: readonly string[], file: string) {
  const { column, format = DATES } = timeOptions({ time });
  const parseTimeOf = timeParser(format);
  const place = placeOf(header, column, file, 1);
  return (record: readonly string[]): number | ConstructorParameters<typeof DataError>[0] => {
    const stamp = record[place] ?? '';
    const expected = `a time written ${format}`;
    return parseTimeOf(stamp) ?? { code: 'bad-value', column, expected, found: `"${stamp}"` };
  };
}

/** The options of times, where their column alone may be given. */
export function timeOptions({ time }: Pick<CsvOptions, 'time'>): TimeOptions {
  return typeof time === 'string' ? { column: time } : time;
}

/** The series of rows in any order that the options allow. */
function seriesOf<Name extends string>(
  rows: readonly TimeRow[],
  options: CsvOptions<Name>,
  file: string,
): Series<Name> {
  const { column, format = DATES, zone, step: every = 'day' } = timeOptions(options);
  const step = spacingOf(every, zone);
  const inTime =
    zone === undefined || hasOffset(format)
      ? rows
      : inZone(rows, { zone, format, step, file, column });
  const ordered = orderedInTime(inTime, {
    ...options,
    step,
    file,
    column,
    ...(zone !== undefined && { zone }),
  });
  const columns: Record<string, Float64Array> = {};
  Object.keys(options.columns).forEach((name, i) => {
    columns[name] = Float64Array.from(ordered, ({ values }) => values[i] ?? NaN);
  });
  return {
    length: ordered.length,
    time: Float64Array.from(ordered, (row) => row.time),
    step,
    ...(zone !== undefined && { zone }),
    columns: columns as Record<Name, Float64Array>,
  };
}

/**
 * Reads a CSV text with a header into a series of evenly spaced times.
 *
 * @param file what to call the text in errors
 * @throws {@link DataError} for text that is not CSV, ragged rows, columns that are not there,
 *   fields that are no number or date, times twice, missing or out of order, and no rows at all.
 *   Of several fields at fault the first is named and the others are counted.
 */
export function parseCsv<Name extends string>(
  text: string,
  options: CsvOptions<Name>,
  file = 'CSV text',
): Series<Name> {
  return seriesOf(readRows(text, options, file), options, file);
}

/**
 * Reads a CSV text that holds many series, one below the other or mixed: rows with the same text
 * in `key` belong to one. Each has a time axis of its own.
 *
 * @returns the series by that text, in the order in which they first occur
 * @throws {@link DataError} as {@link parseCsv}
 */
export function parseCsvSeries<Name extends string>(
  text: string,
  options: CsvOptions<Name> & { readonly key: string },
  file = 'CSV text',
): ReadonlyMap<string, Series<Name>> {
  return groupedSeries(readRows(text, options, file), options, file);
}

/** The series of rows, by their keys. */
export function groupedSeries<Name extends string>(
  all: readonly KeyedRow[],
  options: CsvOptions<Name>,
  file: string,
): ReadonlyMap<string, Series<Name>> {
  const groups = new Map<string, TimeRow[]>();
  for (const row of all) {
    const group = groups.get(row.key);
    if (group) group.push(row);
    else groups.set(row.key, [row]);
  }
  return new Map([...groups].map(([key, rows]) => [key, seriesOf(rows, options, file)]));
}

/**
 * Reads a CSV file: {@link parseCsv} of its text, UTF-8.
 *
 * @throws {@link DataError} as `parseCsv`, and for a file that cannot be read
 */
export async function readCsv<Name extends string>(
  path: string,
  options: CsvOptions<Name>,
): Promise<Series<Name>> {
  return parseCsv(await readText(path), options, path);
}

/**
 * The text of a file, UTF-8.
 *
 * @throws {@link DataError} `unreadable`
 */
export async function readText(path: string): Promise<string> {
  return (await readBytes(path)).toString('utf8');
}

/**
 * The bytes of a file.
 *
 * @throws {@link DataError} `unreadable`
 */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new DataError(
      {
        code: 'unreadable',
        file: path,
        expected: 'a file that can be read',
        found: error instanceof Error ? error.message : String(error),
      },
      { cause: error },
    );
  }
}
