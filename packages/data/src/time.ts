import { DataError } from './errors.ts';
import { zoneClock } from './zone.ts';

/** Milliseconds of a day: series of days are kept in UTC, which has no daylight saving. */
export const DAY = 86_400_000;

/** What steps of time are counted in. */
export const stepUnits = [
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
] as const;
/** A unit of time. */
export type StepUnit = (typeof stepUnits)[number];

/** Some of a unit, e.g. every 15 minutes. */
export interface StepOf {
  /** How many. Whole and positive. */
  readonly every: number;
  readonly unit: StepUnit;
}

/** Distance of two rows: a unit, some of a unit, or milliseconds. */
export type Step = StepUnit | StepOf | number;

/** Steps that calendar and clocks tell, which are not all of the same length. */
export interface CalendarSpacing {
  /** Months of 28 to 31 days; days of 23 to 25 hours, where there is a zone. */
  readonly unit: 'day' | 'month';
  readonly every: number;
  /** IANA name of the time zone whose calendar it is. Default UTC. */
  readonly zone?: string;
}

/** Distance of two rows: milliseconds, or days and months of a calendar. */
export type Spacing = number | CalendarSpacing;

const MILLISECONDS = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY,
  week: 7 * DAY,
} as const;
const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

/**
 * The spacing of a step.
 *
 * @param step a unit, some of a unit, or milliseconds
 * @param zone time zone in which days, weeks and months are told. Default UTC
 * @throws {@link DataError} for a step that is not whole and positive
 */
export function spacingOf(step: Step, zone?: string): Spacing {
  if (typeof step === 'string') return spacingOf({ every: 1, unit: step }, zone);
  const every = typeof step === 'number' ? step : step.every;
  if (!Number.isInteger(every) || every <= 0)
    throw new DataError({
      code: 'bad-argument',
      subject: 'step',
      expected: `a whole, positive number of milliseconds, or of ${stepUnits.join(', ')}`,
      found: String(every),
    });
  if (typeof step === 'number') return step;
  const { unit } = step;
  const inZone = zone === undefined ? {} : { zone };
  if (unit === 'month' || unit === 'quarter' || unit === 'year')
    return { unit: 'month', every: every * MONTHS[unit], ...inZone };
  if (zone !== undefined && (unit === 'day' || unit === 'week'))
    return { unit: 'day', every: unit === 'week' ? 7 * every : every, zone };
  return every * MILLISECONDS[unit];
}

/**
 * The time some steps later. A month later is the same day of the next month, or its last where it
 * is shorter; a day later in a zone is the time at which clocks show the same again, or as much
 * later as they were set forward over it.
 */
export function addSteps(time: number, steps: number, spacing: Spacing): number {
  if (typeof spacing === 'number') return time + steps * spacing;
  const { unit, every, zone } = spacing;
  const clock = zone === undefined ? undefined : zoneClock(zone);
  const wall = clock?.wallOf(time) ?? time;
  const later =
    unit === 'day' ? wall + steps * every * DAY : addMonths(wall, Math.round(steps * every));
  return clock?.timesOf(later).first ?? later;
}

function addMonths(wall: number, months: number): number {
  const date = new Date(wall);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.setUTCDate(Math.min(day, days));
}

/** Steps from one time to another; between two steps the share of the way from one to the next. */
export function stepsBetween(from: number, to: number, spacing: Spacing): number {
  if (typeof spacing === 'number') return (to - from) / spacing;
  const { unit, every } = spacing;
  let whole = Math.floor((to - from) / ((unit === 'day' ? DAY : 30.4375 * DAY) * every));
  while (addSteps(from, whole, spacing) > to) whole--;
  while (addSteps(from, whole + 1, spacing) <= to) whole++;
  const [before, after] = [addSteps(from, whole, spacing), addSteps(from, whole + 1, spacing)];
  return whole + (to - before) / (after - before);
}

/** `15 minutes`, `1 month`: a spacing as people say it. */
export function describeSpacing(spacing: Spacing): string {
  if (typeof spacing !== 'number') {
    const { unit, every } = spacing;
    if (unit === 'month')
      return every % 12 === 0 ? counted(every / 12, 'year') : counted(every, 'month');
    return every % 7 === 0 ? counted(every / 7, 'week') : counted(every, 'day');
  }
  const units = ['week', 'day', 'hour', 'minute', 'second'] as const;
  const unit = units.find((each) => spacing % MILLISECONDS[each] === 0);
  if (unit === undefined) return `${spacing} ms`;
  return counted(spacing / MILLISECONDS[unit], unit);
}

/** `2 days`, `1 hour 30 minutes`: a time between two others, to the millisecond. */
export function describeDuration(milliseconds: number): string {
  let left = Math.abs(milliseconds);
  const parts: string[] = [];
  for (const unit of ['day', 'hour', 'minute', 'second'] as const) {
    const count = Math.floor(left / MILLISECONDS[unit]);
    left -= count * MILLISECONDS[unit];
    if (count > 0) parts.push(counted(count, unit));
  }
  if (left > 0 || parts.length === 0) parts.push(`${left} ms`);
  return parts.join(' ');
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/**
 * `2012-07-01` for midnight, else `2012-07-01T13:30:00Z`; in a zone what its clocks show, with the
 * time that they are ahead of UTC: `2012-07-01T15:30:00+02:00`.
 */
export function formatTime(time: number, zone?: string): string {
  const wall = zone === undefined ? time : zoneClock(zone).wallOf(time);
  const text = new Date(wall).toISOString();
  if (wall % DAY === 0) return text.slice(0, 10);
  return `${text.replace(/(\.000)?Z$/, '')}${zone === undefined ? 'Z' : formatOffset(wall - time)}`;
}

/** `+05:30`, and seconds where there are some, as before standard time. */
function formatOffset(offset: number): string {
  const text = new Date(Math.abs(offset)).toISOString().slice(11, 19).replace(/:00$/, '');
  return `${offset < 0 ? '-' : '+'}${text}`;
}

const OFFSET_PLACE = 7;

/** What a token of a time pattern stands for: its digits and its place in `Date.UTC`. */
const TOKENS: Readonly<Record<string, { readonly digits: string; readonly place: number }>> = {
  YYYY: { digits: '\\d{4}', place: 0 },
  MM: { digits: '\\d{1,2}', place: 1 },
  DD: { digits: '\\d{1,2}', place: 2 },
  HH: { digits: '\\d{1,2}', place: 3 },
  mm: { digits: '\\d{1,2}', place: 4 },
  ss: { digits: '\\d{1,2}', place: 5 },
  SSS: { digits: '\\d{1,3}', place: 6 },
  Z: { digits: 'Z|[+-]\\d{2}(?::?\\d{2})?', place: 7 },
};

/** Whether times of a pattern say how far clocks are ahead of UTC: the token `Z`. */
export function hasOffset(pattern: string): boolean {
  return pattern.includes('Z');
}

/** Whether times of a pattern say more than the day. */
export function hasClock(pattern: string): boolean {
  return /HH|mm|ss/.test(pattern);
}

/**
 * Makes a parser of times from a pattern of `YYYY`, `MM`, `DD`, `HH`, `mm`, `ss`, `SSS`
 * (milliseconds), `Z` (how far clocks are ahead of UTC: `Z` for not at all, or `+02:00`) and
 * separators, e.g. `YYYY-MM-DD`, `MM/DD/YYYY`, `DD.MM.YYYY HH:mm`, `YYYY-MM-DDTHH:mm:ssZ`; of
 * `YYYY-MM` a time is the first day of the month, of `YYYY` that of the year. The parser gives milliseconds since 1970 UTC, where there is no `Z` as if the text were UTC; or
 * undefined for text that does not match or that no calendar has (2015-02-29).
 *
 * @throws {@link DataError} for a pattern without a year, or with a part but not the one before it
 */
export function timeParser(pattern: string): (text: string) => number | undefined {
  const places: number[] = [];
  const source = pattern.replace(/YYYY|MM|DD|HH|mm|ss|SSS|Z|[^A-Za-z]|[A-Za-z]/g, (part) => {
    const token = TOKENS[part];
    if (token === undefined) return part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    places.push(token.place);
    return `(${token.digits})`;
  });
  if (!isWhole(places))
    throw new DataError({
      code: 'bad-argument',
      subject: 'time pattern',
      expected:
        'YYYY, and what is told of MM, DD, HH, mm, ss, SSS and Z, each once and none without those before it',
      found: `"${pattern}"`,
    });
  const expression = new RegExp(`^${source}$`);
  return (text) => {
    const match = expression.exec(text);
    if (match === null) return undefined;
    const parts = [1970, 1, 1, 0, 0, 0, 0];
    let offset = 0;
    places.forEach((place, i) => {
      const text = match[i + 1] ?? '';
      if (place === OFFSET_PLACE) offset = offsetOf(text);
      else parts[place] = Number(text);
    });
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0] = parts;
    const time = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
    // Date.UTC carries the 30th of February over into March: such a date is an error, not a guess.
    const back = new Date(time);
    const same =
      back.getUTCFullYear() === year &&
      back.getUTCMonth() === month - 1 &&
      back.getUTCDate() === day &&
      back.getUTCHours() === hour &&
      back.getUTCMinutes() === minute &&
      back.getUTCSeconds() === second;
    return same ? time - offset : undefined;
  };
}

/** Whether a pattern has the year, and no part twice or without the coarser one: days are of a month. */
function isWhole(places: readonly number[]): boolean {
  const has = (place: number): boolean => places.includes(place);
  const coarser = places.every((place) => place === 0 || place === OFFSET_PLACE || has(place - 1));
  return (
    has(0) && coarser && (has(2) || !has(OFFSET_PLACE)) && new Set(places).size === places.length
  );
}

/** Milliseconds that clocks are ahead of UTC, of `Z`, `+02`, `+02:00` or `+0200`. */
function offsetOf(text: string): number {
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text) ?? [];
  const size = Number(hours) * MILLISECONDS.hour + Number(minutes) * MILLISECONDS.minute;
  return sign === '-' ? -size : size;
}

const DATE = timeParser('YYYY-MM-DD');
const CLOCKS = [timeParser('YYYY-MM-DDTHH:mm'), timeParser('YYYY-MM-DDTHH:mm:ss')];

/**
 * Milliseconds since 1970 UTC of a time that a caller wrote: an ISO date (`2014-07-01`, its
 * midnight) or time with its offset (`2014-07-01T12:00:00Z`); in a zone also a time of its clocks
 * (`2014-07-01T12:00`).
 *
 * @param text the time
 * @param subject which argument it is, for errors
 * @param zone time zone of dates and of times without an offset. Default UTC, for dates alone
 * @throws {@link DataError} for anything else
 */
export function parseTime(text: string, subject: string, zone?: string): number {
  const withOffset = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text);
  if (withOffset && !Number.isNaN(Date.parse(text))) return Date.parse(text);
  const readers = zone === undefined ? [DATE] : [DATE, ...CLOCKS];
  for (const read of readers) {
    const wall = read(text);
    if (wall === undefined) continue;
    return zone === undefined ? wall : zoneClock(zone).timesOf(wall).first;
  }
  throw new DataError({
    code: 'bad-argument',
    subject,
    expected: 'a date such as 2014-07-01, or a time such as 2014-07-01T12:00:00Z',
    found: `"${text}"`,
  });
}
