import { DataError, listed } from './errors.ts';
import { addSteps, formatTime, stepsBetween, type Spacing } from './time.ts';

/** A row as it was read: when, on which line, and its values. */
export interface TimeRow {
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
  readonly line: number;
  readonly values: readonly number[];
}

/** What to do with rows that are not one step after the last. */
export interface TimeAxisOptions {
  readonly step: Spacing;
  readonly file: string;
  /** Name of the column of times. */
  readonly column: string;
  readonly unsorted?: 'refuse' | 'sort';
  readonly duplicates?: 'refuse' | 'dropIdentical' | 'keepFirst' | 'keepLast';
  readonly gaps?: 'refuse' | 'fill';
}

/**
 * The rows, one for each step from the first time to the last: sorted, without duplicates, gaps
 * filled, as far as the options let it; see {@link CsvOptions}.
 *
 * @throws {@link DataError} for what the options refuse, with its times
 */
export function orderedInTime(rows: readonly TimeRow[], options: TimeAxisOptions): TimeRow[] {
  return filled(unique(sorted(rows, options), options), options);
}

function sorted(rows: readonly TimeRow[], options: TimeAxisOptions): readonly TimeRow[] {
  const late = rows.findIndex((row, i) => row.time < (rows[i - 1]?.time ?? -Infinity));
  const row = rows[late];
  if (row === undefined) return rows;
  if (options.unsorted === 'sort') return [...rows].sort((a, b) => a.time - b.time);
  throw new DataError({
    code: 'unsorted',
    file: options.file,
    line: row.line,
    column: options.column,
    expected: `a time after ${formatTime(rows[late - 1]?.time ?? NaN)}`,
    found: formatTime(row.time),
    advice: "Sort the file, or read it with unsorted: 'sort'",
  });
}

function sameValues(a: TimeRow, b: TimeRow): boolean {
  return a.values.every((value, i) => Object.is(value, b.values[i]));
}

function unique(rows: readonly TimeRow[], options: TimeAxisOptions): TimeRow[] {
  const { duplicates = 'refuse' } = options;
  const kept: TimeRow[] = [];
  const refused: TimeRow[] = [];
  for (const row of rows) {
    const last = kept.at(-1);
    if (last?.time !== row.time) kept.push(row);
    else if (duplicates === 'keepLast') kept[kept.length - 1] = row;
    else if (duplicates === 'refuse') refused.push(row);
    else if (duplicates === 'dropIdentical' && !sameValues(last, row)) refused.push(row);
  }
  const [first] = refused;
  if (first === undefined) return kept;
  const times = listed(refused.map(({ time }) => formatTime(time)));
  throw new DataError({
    code: 'duplicate-time',
    file: options.file,
    line: first.line,
    column: options.column,
    expected: duplicates === 'refuse' ? 'each time once' : 'rows of the same time to be the same',
    found: `${refused.length} more ${refused.length === 1 ? 'row' : 'rows'} at ${times}`,
    advice: "Set duplicates: 'dropIdentical', 'keepFirst' or 'keepLast'",
  });
}

function filled(rows: readonly TimeRow[], options: TimeAxisOptions): TimeRow[] {
  const { step } = options;
  const late = step === 'month' ? rows.find(({ time }) => new Date(time).getUTCDate() > 28) : null;
  if (late)
    throw new DataError({
      code: 'bad-value',
      file: options.file,
      line: late.line,
      column: options.column,
      expected: 'a day that every month has, up to the 28th, for steps of a month',
      found: formatTime(late.time),
    });
  const all: TimeRow[] = [];
  const gaps: { readonly line: number; readonly text: string; readonly rows: number }[] = [];
  for (const row of rows) {
    const last = all.at(-1);
    const steps = last === undefined ? 1 : stepsBetween(last.time, row.time, step);
    if (!Number.isInteger(steps))
      throw new DataError({
        code: 'gap',
        file: options.file,
        line: row.line,
        column: options.column,
        expected: `a time that is a whole number of steps (${typeof step === 'number' ? `${step} ms` : step}) after the last`,
        found: `${formatTime(row.time)} after ${formatTime(last?.time ?? NaN)}`,
        advice: 'Set time: { step } to the distance of the rows',
      });
    if (last !== undefined && steps > 1) {
      const from = formatTime(addSteps(last.time, 1, step));
      const to = formatTime(addSteps(row.time, -1, step));
      gaps.push({ line: row.line, text: steps === 2 ? from : `${from} to ${to}`, rows: steps - 1 });
      if (options.gaps === 'fill')
        for (let i = 1; i < steps; i++)
          all.push({ time: addSteps(last.time, i, step), line: row.line, values: [] });
    }
    all.push(row);
  }
  const [first] = gaps;
  if (first === undefined || options.gaps === 'fill') return all;
  const absent = gaps.reduce((sum, gap) => sum + gap.rows, 0);
  throw new DataError({
    code: 'gap',
    file: options.file,
    line: first.line,
    column: options.column,
    expected: 'a row for each step of time',
    found: `${absent} missing: ${listed(gaps.map(({ text }) => text))}`,
    advice: "Set gaps: 'fill' to take them for missing values",
  });
}
