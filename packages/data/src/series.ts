import { nameAdvice } from '@chronograd/spec';
import { DataError } from './errors.ts';
import { addSteps, formatTime, parseTime, stepsBetween, type Spacing } from './time.ts';

/**
 * Columns of numbers over one axis of evenly spaced times. A missing value is NaN: it stays missing
 * until a caller fills it, and is never taken for zero.
 */
export interface Series<Name extends string = string> {
  /** Number of rows. */
  readonly length: number;
  /** Milliseconds since 1970 UTC of each row, `[length]`, each `step` after the last. */
  readonly time: Float64Array;
  /** From row to row: milliseconds, {@link DAY} for days; or days and months of a calendar. */
  readonly step: Spacing;
  /** IANA name of the time zone of dates and of the calendar. Default UTC. */
  readonly zone?: string;
  /** Values by name, each `[length]`. */
  readonly columns: Readonly<Record<Name, Float64Array>>;
}

/** Rows `from` (included) to `to` (excluded) of a series. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** Names of the columns, in their order. */
export function columnNames<Name extends string>(series: Series<Name>): Name[] {
  return Object.keys(series.columns) as Name[];
}

/** @throws {@link DataError} if the series has no such column */
export function column(series: Series, name: string): Float64Array {
  const values = series.columns[name];
  if (values === undefined)
    throw new DataError({
      code: 'missing-column',
      column: name,
      expected: 'a column of the series',
      found: 'no column of that name',
      advice: nameAdvice(name, columnNames(series)),
    });
  return values;
}

/** The series with more columns, or with others in place of those of the same name. */
export function withColumns<Name extends string, More extends string>(
  series: Series<Name>,
  columns: Readonly<Record<More, ArrayLike<number>>>,
): Series<Name | More> {
  const added: Record<string, Float64Array> = {};
  for (const [name, values] of Object.entries<ArrayLike<number>>(columns)) {
    if (values.length !== series.length)
      throw new DataError({
        code: 'bad-argument',
        column: name,
        expected: `${series.length} values, one a row`,
        found: `${values.length}`,
      });
    added[name] = values instanceof Float64Array ? values : Float64Array.from(values);
  }
  return {
    ...series,
    columns: { ...series.columns, ...added } as Record<Name | More, Float64Array>,
  };
}

/** ISO date (or time) of a row; also of rows before the first and after the last. */
export function timeAt(series: Series, row: number): string {
  return formatTime(addSteps(series.time[0] ?? 0, row, series.step), series.zone);
}

/**
 * Row of a date (`2014-07-01`) or time (`2014-07-01T12:00:00Z`).
 *
 * @throws {@link DataError} if the series has no such row
 */
export function rowAt(series: Series, date: string, subject = 'date'): number {
  const row = stepsBetween(series.time[0] ?? 0, parseTime(date, subject, series.zone), series.step);
  if (!Number.isInteger(row) || row < 0 || row >= series.length)
    throw new DataError({
      code: 'bad-argument',
      subject,
      expected: `a time of the series, ${timeAt(series, 0)} to ${timeAt(series, series.length - 1)}`,
      found: date,
    });
  return row;
}

/** Times of the rows where any of the columns is missing. */
export function missingTimes(series: Series, names: readonly string[]): string[] {
  const columns = names.map((name) => column(series, name));
  const times: string[] = [];
  for (let row = 0; row < series.length; row++)
    if (columns.some((values) => Number.isNaN(values[row]))) times.push(timeAt(series, row));
  return times;
}

/**
 * Fills missing values between two that are there, on the straight line between them. Those before
 * the first and after the last value stay missing.
 *
 * @param maxGap longest run of missing values to fill; longer ones stay
 */
export function interpolated<Name extends string>(
  series: Series<Name>,
  names: readonly Name[],
  maxGap: number,
): Series<Name> {
  const filled: Record<string, Float64Array> = {};
  for (const name of names) {
    const values = Float64Array.from(column(series, name));
    let last = -1;
    for (let row = 0; row < values.length; row++) {
      const value = values[row] ?? NaN;
      if (Number.isNaN(value)) continue;
      const gap = row - last - 1;
      const start = values[last] ?? NaN;
      if (last >= 0 && gap > 0 && gap <= maxGap)
        for (let i = 1; i <= gap; i++) values[last + i] = start + ((value - start) * i) / (gap + 1);
      last = row;
    }
    filled[name] = values;
  }
  return withColumns(series, filled as Record<Name, Float64Array>);
}

/**
 * One column of zeros and ones for each category of a column of category numbers, named
 * `<column>=<category>`.
 *
 * @param categories as given when the column was read
 */
export function oneHot<Name extends string, Column extends Name, Category extends string>(
  series: Series<Name>,
  name: Column,
  categories: readonly Category[],
): Series<Name | `${Column}=${Category}`> {
  const codes = column(series, name);
  const columns: Record<string, Float64Array> = {};
  categories.forEach((category, code) => {
    columns[`${name}=${category}`] = codes.map((value) =>
      Number.isNaN(value) ? NaN : value === code ? 1 : 0,
    );
  });
  return withColumns(series, columns as Record<`${Column}=${Category}`, Float64Array>);
}

/**
 * The values of `steps` rows later, for what is known ahead (tomorrow's kind of day, the season).
 * The last `steps` rows are missing.
 */
export function ahead(values: Float64Array, steps: number): Float64Array {
  return values.map((_, row) => values[row + steps] ?? NaN);
}
