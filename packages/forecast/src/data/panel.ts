/** The series of an experiment, read, computed and cut in parts. */
import {
  addSteps,
  describeRange,
  interpolated,
  oneHot,
  parseArrow,
  parseCsv,
  parseCsvSeries,
  parseParquet,
  readBytes,
  readText,
  rowsBetween,
  withCalendar,
  withColumns,
  column,
  type ColumnOptions,
  type FileTableOptions,
  type RowRange,
  type Series,
} from '@chronograd/data';
import { resolve } from 'node:path';
import { lagName } from '../experiment/columns.ts';
import type { DataSpec, DerivedSpec, PartName } from '../experiment/data-document.ts';

/** One series of an experiment, with all columns in the units of the file. */
export interface Member {
  /** What the file's series column holds; empty where there is a single series. */
  readonly id: string;
  /** What it is called in errors: its file, and its id where the file has several. */
  readonly source: string;
  /** The columns of the file, as they are there. */
  readonly raw: Series;
  /** With short gaps filled, where the experiment asks for it, and the columns that are computed. */
  readonly series: Series;
  /** Rows of each part that the experiment has. */
  readonly parts: Readonly<Partial<Record<PartName, RowRange>>>;
}

/** The series of an experiment. */
export interface Panel {
  readonly members: readonly Member[];
  /** Names of the columns that hold numbers, and so may be scaled. */
  readonly numbers: ReadonlySet<string>;
}

/** The parts in the order of time. */
const partNames = ['train', 'validation', 'calibration', 'test'] as const satisfies PartName[];

/**
 * Reads an experiment's data.
 *
 * @param folder from which relative paths of files go
 * @param without a part without rows: an error (default), or left out, as of a file of newer rows
 *   that a trained model is to forecast from
 * @throws DataError for files, columns, values, times and dates at fault, with file and line
 */
export async function readPanel(
  data: DataSpec,
  folder: string,
  without: 'refuse' | 'leaveOut' = 'refuse',
): Promise<Panel> {
  const read = await readSeries(data, folder);
  const numbers = new Set(
    Object.entries(data.columns).flatMap(([name, { type }]) => (type === 'number' ? [name] : [])),
  );
  for (const derived of data.derived)
    if (derived.type === 'lag' && numbers.has(derived.column)) numbers.add(lagName(derived));
  const members = [...read].map(([id, raw]) => {
    const path = resolve(folder, data.source.path);
    const source = id === '' ? path : `${path}, series "${id}"`;
    return cutMember({ id, source, raw }, data, partsOf({ source, raw }, data, without));
  });
  return { members, numbers };
}

/**
 * A member with the parts. What is computed from its rows is computed for these parts: a gap at the
 * end of one is not filled, since the value behind it lies in a later one.
 */
export function cutMember(
  { id, source, raw }: Pick<Member, 'id' | 'source' | 'raw'>,
  data: DataSpec,
  parts: Member['parts'],
): Member {
  const ends = Object.values(parts).map(({ to }) => to);
  const filled =
    data.interpolate === undefined
      ? raw
      : interpolatedWithin(raw, numbersOf(data), { maxGap: data.interpolate, ends });
  const series = data.derived.reduce((sofar, each) => derive(sofar, each, data), filled);
  return { id, source, raw, series, parts };
}

/** Fills short gaps, but for their rows before an end when the value behind them lies beyond it. */
function interpolatedWithin(
  series: Series,
  names: readonly string[],
  { maxGap, ends }: { readonly maxGap: number; readonly ends: readonly number[] },
): Series {
  const whole = interpolated(series, names, maxGap);
  const columns = names.map((name) => {
    const given = column(series, name);
    const values = Float64Array.from(column(whole, name));
    for (const end of ends)
      for (let row = end - 1; row >= 0 && Number.isNaN(given[row]); row--) values[row] = NaN;
    return [name, values] as const;
  });
  return withColumns(whole, Object.fromEntries(columns));
}

/**
 * For each row of a member whether all that stands up to it in the columns is known then, 1, or it
 * lies in a gap that was filled with the value behind it, 0; nothing where no gap was filled.
 */
export function knownRows(
  { raw, series }: Pick<Member, 'raw' | 'series'>,
  data: DataSpec,
  columns: readonly string[],
): Uint8Array | undefined {
  if (data.interpolate === undefined) return undefined;
  const lags = new Map(
    data.derived.flatMap((each) => (each.type === 'lag' ? [[lagName(each), each.column]] : [])),
  );
  const known = new Uint8Array(series.length).fill(1);
  const numbers = numbersOf(data);
  for (const name of new Set(columns.map((each) => lags.get(each) ?? each))) {
    if (!numbers.includes(name)) continue;
    const [before, after] = [column(raw, name), column(series, name)];
    for (let row = 0; row < raw.length; row++)
      if (Number.isNaN(before[row]) && !Number.isNaN(after[row])) known[row] = 0;
  }
  return known;
}

/** Rows, dates and values of each part of a member, for people. */
export function describeParts({ series, parts }: Member): string {
  return partNames
    .flatMap((name) => {
      const range = parts[name];
      return range ? [`${name} ${describeRange(series, range)}`] : [];
    })
    .join('; ');
}

/**
 * A series with more rows at its end: the file's columns are missing there, what follows from the
 * calendar is not.
 */
export function extendSeries(series: Series, data: DataSpec, rows: number): Series {
  const length = series.length + rows;
  const start = series.time[0] ?? 0;
  const longer: Series = {
    ...series,
    length,
    time: Float64Array.from(
      { length },
      (_, row) => series.time[row] ?? addSteps(start, row, series.step),
    ),
    columns: Object.fromEntries(
      Object.keys(data.columns).map((name) => {
        const values = column(series, name);
        return [name, Float64Array.from({ length }, (_, row) => values[row] ?? NaN)];
      }),
    ),
  };
  return data.derived.reduce((sofar, each) => derive(sofar, each, data), longer);
}

/** Names of the file's columns that hold numbers. */
function numbersOf({ columns }: DataSpec): string[] {
  return Object.entries(columns).flatMap(([name, { type }]) => (type === 'number' ? [name] : []));
}

async function readSeries(
  { source, time, series, columns }: DataSpec,
  folder: string,
): Promise<ReadonlyMap<string, Series>> {
  const path = resolve(folder, source.path);
  const { unsorted, duplicates, gaps, ...axis } = time;
  const options: FileTableOptions = {
    time: axis,
    columns: columns as Readonly<Record<string, ColumnOptions>>,
    unsorted,
    duplicates,
    gaps,
    ...(series !== undefined && { key: series }),
  };
  if (source.type === 'parquet') return parseParquet(await readBytes(path), options, path);
  if (source.type === 'arrow') return parseArrow(await readBytes(path), options, path);
  const { delimiter, missing } = source;
  const ofTexts = { ...options, delimiter, ...(missing && { missing }) };
  const text = await readText(path);
  if (series === undefined) return new Map([['', parseCsv(text, ofTexts, path)]]);
  return parseCsvSeries(text, { ...ofTexts, key: series }, path);
}

function derive(series: Series, derived: DerivedSpec, data: DataSpec): Series {
  switch (derived.type) {
    case 'oneHot': {
      const of = data.columns[derived.column];
      const categories = of?.type === 'category' ? of.categories : [];
      return oneHot(series, derived.column, categories);
    }
    case 'calendar':
      return withCalendar(series, derived.of);
    case 'lag': {
      const values = column(series, derived.column);
      const lagged = values.map((_, row) => values[row - derived.steps] ?? NaN);
      return withColumns(series, { [lagName(derived)]: lagged });
    }
  }
}

/**
 * The rows of each part: from its first date, else from the end of the part before, to its last
 * date, else to the beginning of the part after.
 */
function partsOf(
  { source, raw: series }: Pick<Member, 'source' | 'raw'>,
  { split }: DataSpec,
  without: 'refuse' | 'leaveOut',
): Member['parts'] {
  const there = partNames.flatMap((name) => {
    const dates = split[name];
    return dates ? [{ name, dates }] : [];
  });
  const parts: Partial<Record<PartName, RowRange>> = {};
  let end: number = 0;
  there.forEach(({ name, dates }, i) => {
    const range = rowsBetween(series, {
      subject: `part "${name}"`,
      after: end,
      source,
      none: without === 'refuse' ? 'refuse' : 'keep',
      ...(dates.from !== undefined && { from: dates.from }),
      ...(dates.to !== undefined && { to: dates.to }),
      ...(there[i + 1]?.dates.from !== undefined && { before: there[i + 1]?.dates.from ?? '' }),
    });
    if (range.to > range.from) parts[name] = range;
    end = range.to;
  });
  return parts;
}
