/** What the calendar and the clocks tell of a row, as columns that are known ahead. */
import { withColumns, type Series } from './series.ts';
import { DAY } from './time.ts';
import { zoneClock } from './zone.ts';

/** Days of a year on average, leap years included. */
const YEAR = 365.2425;

/** Where in a day, week, month or year a time lies, from 0 to 1. */
const phases = {
  /** Hours since midnight. */
  hourOfDay: (date: Date): number => (((date.getTime() % DAY) + DAY) % DAY) / DAY,
  /** Days since Sunday. */
  dayOfWeek: (date: Date): number => date.getUTCDay() / 7,
  /** Days since the first, of those that the month has. */
  dayOfMonth: (date: Date): number => (date.getUTCDate() - 1) / daysOfMonth(date),
  /** Months since January. */
  monthOfYear: (date: Date): number => date.getUTCMonth() / 12,
  /** Days since 1 January. */
  dayOfYear: (date: Date): number => daysOfYear(date) / YEAR,
  /** Whole weeks since 1 January. */
  weekOfYear: (date: Date): number => (7 * Math.floor(daysOfYear(date) / 7)) / YEAR,
} as const;

/** A part of the calendar that repeats. */
export type CalendarPart = keyof typeof phases;

/** All of them. */
export const calendarParts = Object.keys(phases) as CalendarPart[];

function daysOfYear(date: Date): number {
  return (date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY;
}

function daysOfMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

/**
 * Adds where in the day, week, month or year each row lies, as sine and cosine, so that 31 December
 * and 1 January are neighbours: `<part>Sin` and `<part>Cos`, by the calendar and the clocks of the
 * series' time zone.
 */
export function withCalendar<Name extends string, Part extends CalendarPart>(
  series: Series<Name>,
  part: Part,
): Series<Name | `${Part}Sin` | `${Part}Cos`> {
  const clock = series.zone === undefined ? undefined : zoneClock(series.zone);
  const phase = phases[part];
  const angle = series.time.map(
    (time) => 2 * Math.PI * phase(new Date(clock?.wallOf(time) ?? time)),
  );
  const columns = { [`${part}Sin`]: angle.map(Math.sin), [`${part}Cos`]: angle.map(Math.cos) };
  return withColumns(series, columns as Record<`${Part}Sin` | `${Part}Cos`, Float64Array>);
}

/** {@link withCalendar} of `dayOfYear`. */
export function withDayOfYear<Name extends string>(
  series: Series<Name>,
): Series<Name | 'dayOfYearSin' | 'dayOfYearCos'> {
  return withCalendar(series, 'dayOfYear');
}

/** {@link withCalendar} of `dayOfWeek`; Sunday is angle 0. */
export function withDayOfWeek<Name extends string>(
  series: Series<Name>,
): Series<Name | 'dayOfWeekSin' | 'dayOfWeekCos'> {
  return withCalendar(series, 'dayOfWeek');
}
