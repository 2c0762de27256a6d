import { DataError } from './errors.ts';
import { rowAt, timeAt, type RowRange, type Series } from './series.ts';
import { parseTime, stepsBetween } from './time.ts';

/** Training, validation and test rows of a series, in this order of time. */
export interface Split {
  readonly train: RowRange;
  readonly validation: RowRange;
  readonly test: RowRange;
}

/** First day (or time, `2014-07-01T12:00:00Z`) of the later parts. */
export interface SplitDates {
  readonly validation: string;
  readonly test: string;
}

/**
 * Cuts a series in three by date. Training begins with the first row and test ends with the last.
 * A later part's windows may reach back for their inputs, never for their targets; see
 * {@link windows}.
 *
 * @throws {@link DataError} for dates that the series does not have or that leave a part empty
 */
export function splitByDate(series: Series, dates: SplitDates): Split {
  const validation = rowAt(series, dates.validation, 'first date of validation');
  const test = rowAt(series, dates.test, 'first date of test');
  if (validation === 0 || test <= validation)
    throw new DataError({
      code: 'bad-argument',
      subject: 'split',
      expected: `first row ${timeAt(series, 0)} < validation < test`,
      found: `validation ${dates.validation}, test ${dates.test}`,
    });
  return {
    train: { from: 0, to: validation },
    validation: { from: validation, to: test },
    test: { from: test, to: series.length },
  };
}

/** `2012-01-01 to 2014-06-30, 912 rows`. */
export function describeRange(series: Series, range: RowRange): string {
  const rows = range.to - range.from;
  return `${timeAt(series, range.from)} to ${timeAt(series, range.to - 1)}, ${rows} rows`;
}

/** Bounds of a part of a series. */
export interface RowBounds {
  /** What the part is called in errors. */
  readonly subject: string;
  /** First row that it may take. Default 0. */
  readonly after?: number;
  /** First time; rows may begin later. Default: row `after`. */
  readonly from?: string;
  /** Last time, included; rows may end sooner. Default: the row before `before`, else the last. */
  readonly to?: string;
  /** Time before which it ends. */
  readonly before?: string;
  /** Where no row lies between: an error (default), or an empty range. */
  readonly none?: 'refuse' | 'keep';
  /** What the series is called in errors: its file. */
  readonly source?: string;
}

/**
 * The rows of a series from one time to another, which need not be times of the series.
 *
 * @throws {@link DataError} where no row lies between, unless that is kept, and where the rows begin
 *   before `after`
 */
export function rowsBetween(series: Series, bounds: RowBounds): RowRange {
  const { subject, after = 0, none = 'refuse', source } = bounds;
  const rowOf = (date: string): number =>
    stepsBetween(series.time[0] ?? 0, parseTime(date, subject, series.zone), series.step);
  const first = bounds.from === undefined ? after : Math.max(Math.ceil(rowOf(bounds.from)), 0);
  const last =
    bounds.to !== undefined
      ? Math.floor(rowOf(bounds.to)) + 1
      : bounds.before !== undefined
        ? Math.ceil(rowOf(bounds.before))
        : series.length;
  const range = { from: first, to: Math.min(last, series.length) };
  if (first >= after && range.to > range.from) return range;
  if (first >= after && none === 'keep') return { from: first, to: first };
  throw new DataError({
    code: 'bad-argument',
    ...(source !== undefined && { file: source }),
    subject,
    expected:
      after < series.length
        ? `rows from ${timeAt(series, after)} to ${timeAt(series, series.length - 1)}`
        : `rows after ${timeAt(series, series.length - 1)}, the last of the parts before it`,
    found: `${bounds.from ?? (first < series.length ? timeAt(series, first) : 'none')} to ${bounds.to ?? timeAt(series, last - 1)}`,
    advice:
      first < after
        ? 'Parts stand in the order of time and have no row in common'
        : 'Change the dates of the parts, or give a file that holds rows of each',
  });
}
