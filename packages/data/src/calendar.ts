import { DAY } from './time.ts';
import { withColumns, type Series } from './series.ts';

/** Days of a year on average, leap years included. */
const YEAR = 365.2425;

/**
 * Adds the season as two known inputs, sine and cosine of the time since the year's beginning, so
 * that 31 December and 1 January are neighbours.
 */
export function withDayOfYear<Name extends string>(
  series: Series<Name>,
): Series<Name | 'dayOfYearSin' | 'dayOfYearCos'> {
  const angle = series.time.map((time) => {
    const year = new Date(time).getUTCFullYear();
    return (2 * Math.PI * (time - Date.UTC(year, 0, 1))) / DAY / YEAR;
  });
  return withColumns(series, {
    dayOfYearSin: angle.map(Math.sin),
    dayOfYearCos: angle.map(Math.cos),
  });
}

/** Adds the day of the week as sine and cosine; Sunday is angle 0. */
export function withDayOfWeek<Name extends string>(
  series: Series<Name>,
): Series<Name | 'dayOfWeekSin' | 'dayOfWeekCos'> {
  const angle = series.time.map((time) => (2 * Math.PI * new Date(time).getUTCDay()) / 7);
  return withColumns(series, {
    dayOfWeekSin: angle.map(Math.sin),
    dayOfWeekCos: angle.map(Math.cos),
  });
}
