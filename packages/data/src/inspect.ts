/** What a CSV file holds, as far as one can see: columns, their kinds, times and their step. */
import { headed, records } from './csv.ts';
import { DataError } from './errors.ts';
import { DAY, timeParser, type Step, type StepUnit } from './time.ts';

/** What the fields of a column look like. */
export type ColumnKind = 'time' | 'number' | 'category' | 'text' | 'empty';

/** A column of a file. */
export interface ColumnLook {
  readonly name: string;
  readonly kind: ColumnKind;
  /** How times are written. */
  readonly format?: string;
  /** All texts of a category, sorted. */
  readonly categories?: readonly string[];
  /** Rows without a value. */
  readonly missing: number;
  /** The first value that is no number, and its line, the header being 1; of categories and texts. */
  readonly other?: { readonly text: string; readonly line: number };
}

/** A file as it looks. */
export interface CsvLook {
  readonly delimiter: string;
  readonly rows: number;
  readonly columns: readonly ColumnLook[];
  /** The fields of a column, row by row. */
  fields(name: string): readonly string[];
}

/** The times of a column as they look. */
export interface TimesLook {
  /** First and last time, in milliseconds since 1970 UTC. */
  readonly first: number;
  readonly last: number;
  /** What most rows are apart; nothing where that is no unit of time, or there is one row. */
  readonly step?: Step;
  /** Whether rows are not in the order of time. */
  readonly unsorted: boolean;
  /** Whether a time stands twice. */
  readonly repeated: boolean;
  /** Whether some rows are more than a step apart. */
  readonly gaps: boolean;
}

/** Most texts that a column of categories has. */
const mostCategories = 20;

const noValue = new Set(['', 'NA', 'NaN', 'null']);

/** Ways in which times are mostly written; of several that fit, the first is taken. */
const formats = [
  'YYYY-MM-DD',
  'YYYY-MM-DD HH:mm',
  'YYYY-MM-DD HH:mm:ss',
  'YYYY-MM-DD HH:mm:ssZ',
  'YYYY-MM-DDTHH:mm',
  'YYYY-MM-DDTHH:mm:ss',
  'YYYY-MM-DDTHH:mm:ssZ',
  'YYYY-MM-DDTHH:mm:ss.SSSZ',
  'YYYY/MM/DD',
  'YYYY/MM/DD HH:mm',
  'YYYY-MM',
  'YYYY/MM',
  'MM/DD/YYYY',
  'MM/DD/YYYY HH:mm',
  'DD/MM/YYYY',
  'DD/MM/YYYY HH:mm',
  'DD.MM.YYYY',
  'DD.MM.YYYY HH:mm',
];

const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Looks at a CSV text with a header.
 *
 * @param text the contents of the file
 * @param file what to call it in errors
 * @throws {@link DataError} for text that is not CSV, and without a row
 */
export function inspectCsv(text: string, file = 'CSV text'): CsvLook {
  const line = /^\uFEFF?(.*)/.exec(text)?.[1] ?? '';
  const [delimiter = ','] = [',', ';', '\t', '|'].sort(
    (a, b) => line.split(b).length - line.split(a).length,
  );
  const { header, rows } = headed(records(text, { columns: {}, delimiter }, file), file);
  const fields = (name: string): string[] => {
    const place = header.indexOf(name);
    return rows.map(({ record }) => record[place] ?? '');
  };
  const lines = rows.map(({ info }) => info.lines);
  const columns = header.map((name) => columnLook(name, fields(name), lines));
  return { delimiter, rows: rows.length, columns, fields };
}

function columnLook(name: string, fields: readonly string[], lines: readonly number[]): ColumnLook {
  const values = fields.filter((field) => !noValue.has(field));
  const missing = fields.length - values.length;
  if (values.length === 0) return { name, kind: 'empty', missing };
  if (values.every((value) => number.test(value))) return { name, kind: 'number', missing };
  const format = formats.find((pattern) => {
    const read = timeParser(pattern);
    return values.every((value) => read(value) !== undefined);
  });
  if (format !== undefined) return { name, kind: 'time', format, missing };
  const place = fields.findIndex((field) => !noValue.has(field) && !number.test(field));
  const other = { text: fields[place] ?? '', line: lines[place] ?? 0 };
  const categories = [...new Set(values)].sort();
  const isCategory = categories.length <= mostCategories && categories.length < values.length;
  if (isCategory && categories.length >= 2)
    return { name, kind: 'category', categories, missing, other };
  return { name, kind: 'text', missing, other };
}

/**
 * Looks at times: their step, order, repetitions and gaps.
 *
 * @param fields times as they are written, one a row
 * @param format how; see {@link timeParser}
 * @param keys which series each row belongs to, whose times are looked at by themselves
 * @throws {@link DataError} where none is a time
 */
export function inspectTimes(
  fields: readonly string[],
  format: string,
  keys?: readonly string[],
): TimesLook {
  const read = timeParser(format);
  const groups = new Map<string, number[]>();
  fields.forEach((field, row) => {
    const time = read(field);
    const key = keys?.[row] ?? '';
    if (time === undefined) return;
    const group = groups.get(key);
    if (group) group.push(time);
    else groups.set(key, [time]);
  });
  let [first, last, unsorted, repeated] = [Infinity, -Infinity, false, false];
  const counts = new Map<string, number>();
  const steps = new Map<string, Step>();
  for (const times of groups.values()) {
    unsorted ||= times.some((time, i) => time < (times[i - 1] ?? -Infinity));
    const order = Float64Array.from(times).sort();
    first = Math.min(first, order[0] ?? Infinity);
    last = Math.max(last, order.at(-1) ?? -Infinity);
    for (let i = 1; i < order.length; i++) {
      const [before, after] = [order[i - 1] ?? NaN, order[i] ?? NaN];
      if (before === after) repeated = true;
      const step = before === after ? undefined : stepFrom(before, after);
      const key = JSON.stringify(step);
      if (step === undefined) continue;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      steps.set(key, step);
    }
  }
  if (first > last)
    throw new DataError({
      code: 'bad-value',
      subject: 'times',
      expected: `times written ${format}`,
      found: `"${fields[0] ?? ''}"`,
    });
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  const step = most && steps.get(most[0]);
  const gaps = counts.size > 1;
  return { first, last, ...(step !== undefined && { step }), unsorted, repeated, gaps };
}

/** From one time to the next, in the greatest unit that fits. */
function stepFrom(before: number, after: number): Step | undefined {
  const months = wholeMonths(new Date(before), new Date(after));
  if (months !== undefined) {
    if (months % 12 === 0) return stepOf(months / 12, 'year');
    return months % 3 === 0 ? stepOf(months / 3, 'quarter') : stepOf(months, 'month');
  }
  const distance = after - before;
  const units = { week: 7 * DAY, day: DAY, hour: 3_600_000, minute: 60_000, second: 1000 } as const;
  for (const unit of ['week', 'day', 'hour', 'minute', 'second'] as const)
    if (distance % units[unit] === 0) return stepOf(distance / units[unit], unit);
  return undefined;
}

/** Months between the same day and hour of two months; of the first 28 days. */
function wholeMonths(before: Date, after: Date): number | undefined {
  const years = after.getUTCFullYear() - before.getUTCFullYear();
  const months = 12 * years + after.getUTCMonth() - before.getUTCMonth();
  if (months === 0 || before.getUTCDate() > 28) return undefined;
  const later = new Date(before);
  return later.setUTCMonth(later.getUTCMonth() + months) === after.getTime() ? months : undefined;
}

function stepOf(every: number, unit: StepUnit): Step {
  return every === 1 ? unit : { every, unit };
}
