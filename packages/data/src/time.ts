import { DataError } from './errors.ts';

/** Milliseconds of a day: series of days are kept in UTC, which has no daylight saving. */
export const DAY = 86_400_000;

/** Distance of two rows: a name, or milliseconds. */
export type Step = 'month' | 'day' | 'hour' | 'minute' | 'second' | number;

/** Distance of two rows: milliseconds, or months of the calendar, of 28 to 31 days. */
export type Spacing = number | 'month';

const STEPS = { month: 'month', day: DAY, hour: 3_600_000, minute: 60_000, second: 1000 } as const;

/** The spacing of a step. @throws {@link DataError} for one that is not whole and positive */
export function spacingOf(step: Step): Spacing {
  const value = typeof step === 'number' ? step : STEPS[step];
  if (value !== 'month' && (!Number.isInteger(value) || value <= 0))
    throw new DataError({
      code: 'bad-argument',
      subject: 'step',
      expected: `a whole, positive number of milliseconds, or ${Object.keys(STEPS).join(', ')}`,
      found: String(step),
    });
  return value;
}

/** The time some steps later; a month later is the same day of the next month, up to the 28th. */
export function addSteps(time: number, steps: number, spacing: Spacing): number {
  if (spacing !== 'month') return time + steps * spacing;
  const date = new Date(time);
  return date.setUTCMonth(date.getUTCMonth() + steps);
}

/** Steps from one time to another; between two steps the share of the way from one to the next. */
export function stepsBetween(from: number, to: number, spacing: Spacing): number {
  if (spacing !== 'month') return (to - from) / spacing;
  const [start, end] = [new Date(from), new Date(to)];
  const years = end.getUTCFullYear() - start.getUTCFullYear();
  const months = 12 * years + end.getUTCMonth() - start.getUTCMonth();
  const whole = addSteps(from, months, spacing) <= to ? months : months - 1;
  const [before, after] = [addSteps(from, whole, spacing), addSteps(from, whole + 1, spacing)];
  return whole + (to - before) / (after - before);
}

/** `2012-07-01` for midnight UTC, else `2012-07-01T13:30:00Z`. */
export function formatTime(time: number): string {
  const text = new Date(time).toISOString();
  return time % DAY === 0 ? text.slice(0, 10) : text.replace('.000Z', 'Z');
}

/** What a token of a time pattern stands for: its digits and its place in `Date.UTC`. */
const TOKENS: Readonly<Record<string, { readonly digits: string; readonly place: number }>> = {
  YYYY: { digits: '\\d{4}', place: 0 },
  MM: { digits: '\\d{1,2}', place: 1 },
  DD: { digits: '\\d{1,2}', place: 2 },
  HH: { digits: '\\d{1,2}', place: 3 },
  mm: { digits: '\\d{1,2}', place: 4 },
  ss: { digits: '\\d{1,2}', place: 5 },
};

/**
 * Makes a parser of times in UTC from a pattern of `YYYY`, `MM`, `DD`, `HH`, `mm`, `ss` and
 * separators, e.g. `YYYY-MM-DD`, `MM/DD/YYYY`, `DD.MM.YYYY HH:mm`. The parser gives milliseconds
 * since 1970, or undefined for text that does not match or that no calendar has (2015-02-29).
 *
 * @throws {@link DataError} for a pattern without a year, month and day
 */
export function timeParser(pattern: string): (text: string) => number | undefined {
  const places: number[] = [];
  const source = pattern.replace(/YYYY|MM|DD|HH|mm|ss|[^A-Za-z]|[A-Za-z]/g, (part) => {
    const token = TOKENS[part];
    if (token === undefined) return part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    places.push(token.place);
    return `(${token.digits})`;
  });
  if (![0, 1, 2].every((place) => places.includes(place)) || new Set(places).size < places.length)
    throw new DataError({
      code: 'bad-argument',
      subject: 'time pattern',
      expected: 'YYYY, MM and DD once each, and perhaps HH, mm, ss',
      found: `"${pattern}"`,
    });
  const expression = new RegExp(`^${source}$`);
  return (text) => {
    const match = expression.exec(text);
    if (match === null) return undefined;
    const parts = [1970, 1, 1, 0, 0, 0];
    places.forEach((place, i) => {
      parts[place] = Number(match[i + 1]);
    });
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
    const time = Date.UTC(year, month - 1, day, hour, minute, second);
    // Date.UTC carries the 30th of February over into March: such a date is an error, not a guess.
    const back = new Date(time);
    const same =
      back.getUTCFullYear() === year &&
      back.getUTCMonth() === month - 1 &&
      back.getUTCDate() === day &&
      back.getUTCHours() === hour &&
      back.getUTCMinutes() === minute &&
      back.getUTCSeconds() === second;
    return same ? time : undefined;
  };
}

const DATE = timeParser('YYYY-MM-DD');

/**
 * Milliseconds of an ISO date (`2014-07-01`, midnight UTC) or time with a zone
 * (`2014-07-01T12:00:00Z`) that a caller wrote.
 *
 * @throws {@link DataError} for anything else; `subject` says which argument it was
 */
export function parseTime(text: string, subject: string): number {
  const withZone = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text);
  const time = withZone ? Date.parse(text) : DATE(text);
  if (time === undefined || Number.isNaN(time))
    throw new DataError({
      code: 'bad-argument',
      subject,
      expected: 'a date such as 2014-07-01, or a time such as 2014-07-01T12:00:00Z',
      found: `"${text}"`,
    });
  return time;
}
