import { DataError } from './errors.ts';
import { rowAt, timeAt, type RowRange, type Series } from './series.ts';

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
