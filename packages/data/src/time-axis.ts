import { DataError, listed } from './errors.ts';
import {
  addSteps,
  describeDuration,
  describeSpacing,
  formatTime,
  stepsBetween,
  type Spacing,
} from './time.ts';
import { zoneClock } from './zone.ts';

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
  /** Time zone in which times are told. Default UTC. */
  readonly zone?: string;
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
    expected: `a time after ${formatTime(rows[late - 1]?.time ?? NaN, options.zone)}`,
    found: formatTime(row.time, options.zone),
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
  const times = listed(refused.map(({ time }) => formatTime(time, options.zone)));
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
  checkMonthDays(rows, options);
  const { step, zone } = options;
  const start = rows[0]?.time ?? NaN;
  const all: TimeRow[] = [];
  const gaps: { readonly last: TimeRow; readonly row: TimeRow; readonly rows: number }[] = [];
  let at = -1;
  for (const [i, row] of rows.entries()) {
    // From the first time, not the last: a day on which clocks skip midnight begins later.
    const place = stepsBetween(start, row.time, step);
    const last = rows[i - 1];
    if (!Number.isInteger(place)) throw irregular(last ?? row, row, options);
    if (last !== undefined && place > at + 1) {
      gaps.push({ last, row, rows: place - at - 1 });
      if (options.gaps === 'fill')
        for (let missing = at + 1; missing < place; missing++)
          all.push({ time: addSteps(start, missing, step), line: row.line, values: [] });
    }
    all.push(row);
    at = place;
  }
  const [first] = gaps;
  if (first === undefined || options.gaps === 'fill') return all;
  const absent = gaps.reduce((sum, gap) => sum + gap.rows, 0);
  const times = gaps.map((gap) => {
    const place = stepsBetween(start, gap.row.time, step);
    const from = formatTime(addSteps(start, place - gap.rows, step), zone);
    const to = formatTime(addSteps(start, place - 1, step), zone);
    return gap.rows === 1 ? from : `${from} to ${to}`;
  });
  throw new DataError({
    code: 'gap',
    file: options.file,
    line: first.row.line,
    column: options.column,
    expected: `a row for each step of time (${describeSpacing(step)})`,
    found: `${absent} missing: ${listed(times)}`,
    advice: `Set gaps: 'fill' to take them for missing values, or step to the distance of the rows`,
  });
}

/** Steps of months need a day that all months have. */
function checkMonthDays(rows: readonly TimeRow[], options: TimeAxisOptions): void {
  const { step, zone } = options;
  if (typeof step === 'number' || step.unit !== 'month') return;
  const clock = zone === undefined ? undefined : zoneClock(zone);
  const late = rows.find(({ time }) => new Date(clock?.wallOf(time) ?? time).getUTCDate() > 28);
  if (!late) return;
  throw new DataError({
    code: 'bad-value',
    file: options.file,
    line: late.line,
    column: options.column,
    expected: 'a day that every month has, up to the 28th, for steps of months',
    found: formatTime(late.time, zone),
    advice: 'Write the first day of each month, quarter or year',
  });
}

/** Two times that are no whole number of steps apart. */
function irregular(last: TimeRow, row: TimeRow, options: TimeAxisOptions): DataError {
  const { step, zone, file, column } = options;
  const distance = row.time - last.time;
  return new DataError({
    code: 'irregular',
    file,
    line: row.line,
    column,
    expected: `a time ${describeSpacing(step)} after ${formatTime(last.time, zone)}, or a whole number of such steps`,
    found: `${formatTime(row.time, zone)}, ${describeDuration(distance)} after it`,
    advice: `Set step to the distance of the rows, and gaps: 'fill' where some are missing; resample times that follow no step to one first`,
  });
}
