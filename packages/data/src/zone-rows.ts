/** Rows whose times were written as the clocks of a zone show them. */
import { DataError } from './errors.ts';
import type { TimeRow } from './time-axis.ts';
import { describeSpacing, hasClock, type Spacing } from './time.ts';
import { zoneClock, type ShownTimes } from './zone.ts';

/** Where rows are from, and how their times are written. */
export interface ZoneRowOptions {
  readonly zone: string;
  readonly format: string;
  readonly step: Spacing;
  readonly file: string;
  /** Name of the column of times. */
  readonly column: string;
}

/**
 * Rows whose `time` is what clocks showed, with the times at which they did.
 *
 * An hour that clocks show twice, as they are set back, is told by the order of the rows: the second
 * time begins where the rows go back. Where only one of the two hours is there, it is the one that
 * follows the row before, or comes before the row after it, by one step. Where days or months are
 * counted it is always the first.
 *
 * @throws {@link DataError} for a time that clocks never show, as they are set forward over it, and
 *   for one that they show twice where nothing tells which is meant
 */
export function inZone(rows: readonly TimeRow[], options: ZoneRowOptions): TimeRow[] {
  const clock = zoneClock(options.zone);
  const shown = rows.map(({ time }) => clock.timesOf(time));
  const skipped = hasClock(options.format) ? shown.findIndex((each) => each.skipped) : -1;
  if (skipped >= 0) throw neverShown(rows[skipped] as TimeRow, options);
  const times = Float64Array.from(shown, ({ first }) => first);
  // Days and months are as long as the calendar says: one time of a day stands for it.
  const isClockwork = typeof options.step === 'number';
  for (let from = 0; isClockwork && from < rows.length; from++) {
    if (shown[from]?.second === undefined) continue;
    const to = endOfRepeat(shown, from);
    settle(rows, { shown, times, from, to }, options);
    from = to - 1;
  }
  return rows.map((row, i) => ({ ...row, time: times[i] ?? NaN }));
}

/** Where the rows of one repeated hour end. */
function endOfRepeat(shown: readonly ShownTimes[], from: number): number {
  const start = shown[from]?.first ?? NaN;
  let to = from + 1;
  while (shown[to]?.second !== undefined && Math.abs((shown[to]?.first ?? NaN) - start) < 864e5)
    to++;
  return to;
}

/** Rows of a repeated hour, and what is known of them. */
interface Repeat {
  readonly shown: readonly ShownTimes[];
  readonly times: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** Finds which of the rows are of the second time, and sets their times. */
function settle(rows: readonly TimeRow[], repeat: Repeat, options: ZoneRowOptions): void {
  const { shown, times, from, to } = repeat;
  const before = from === 0 ? undefined : times[from - 1];
  const after = shown[to]?.first;
  const firstOf = (i: number): number => shown[i]?.first ?? NaN;
  const secondOf = (i: number): number => shown[i]?.second ?? NaN;
  let back = from + 1;
  while (back < to && firstOf(back) > firstOf(back - 1)) back++;
  const goesOn =
    (before === undefined || before < firstOf(from)) &&
    (after === undefined || after > secondOf(to - 1));
  if (back === to) {
    const { step } = options;
    const followsOn = before !== undefined && firstOf(from) - before === step;
    const leadsOn = after !== undefined && after - secondOf(to - 1) === step;
    if (!goesOn || followsOn === leadsOn) throw shownTwice(rows[from] as TimeRow, options);
    back = followsOn ? to : from;
  } else if (!goesOn) throw shownTwice(rows[from] as TimeRow, options);
  for (let i = back; i < to; i++) times[i] = secondOf(i);
}

/** `2024-03-31 02:30`. */
function wallText(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

function neverShown({ line, time }: TimeRow, { zone, file, column }: ZoneRowOptions): DataError {
  return new DataError({
    code: 'bad-value',
    file,
    line,
    column,
    expected: `a time that clocks in ${zone} show`,
    found: `${wallText(time)}, over which they were set forward`,
    advice: 'Set time.zone to the zone of the file, or leave it out for times in UTC',
  });
}

function shownTwice(row: TimeRow, { zone, file, column, step }: ZoneRowOptions): DataError {
  return new DataError({
    code: 'bad-value',
    file,
    line: row.line,
    column,
    expected: `rows that tell which of two times is meant: clocks in ${zone} were set back, and show it twice`,
    found: `${wallText(row.time)} without both hours, in the order of time, ${describeSpacing(step)} apart`,
    advice: 'Write how far clocks are ahead of UTC, as +02:00, and end time.format with Z',
  });
}
