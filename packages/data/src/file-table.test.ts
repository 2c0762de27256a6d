import {
  DateDay,
  Dictionary,
  Float64,
  Int32,
  Int64,
  Table,
  tableToIPC,
  TimestampMicrosecond,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
  type DataType,
} from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { parseArrow, parseParquet, timeAt, type FileTableOptions, type Series } from './index.ts';

const day = (date: number, hour = 0): Date => new Date(Date.UTC(2024, 2, date, hour));
/** Three days; on the second one a value is missing. */
const days = [day(1), day(2), day(3)];
const rides = [1.5, null, 3];
const counts = [10n, 20n, 30n];
const kinds = ['rain', 'sun', 'rain'];

type ParquetColumns = Parameters<typeof parquetWriteBuffer>[0]['columnData'];
const parquetOf = (columnData: ParquetColumns): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData }));
const arrowOf = (columns: Record<string, [readonly unknown[], DataType]>): Uint8Array => {
  const vectors = Object.entries(columns).map(([name, [values, type]]) => {
    return [name, vectorFromArray([...values], type)] as const;
  });
  return tableToIPC(new Table(Object.fromEntries(vectors)), 'file');
};

const parquet = (more: ParquetColumns = []): Uint8Array =>
  parquetOf([
    { name: 'day', data: days, type: 'TIMESTAMP' },
    { name: 'rides', data: rides, type: 'DOUBLE' },
    { name: 'count', data: counts, type: 'INT64' },
    { name: 'kind', data: kinds, type: 'STRING' },
    { name: 'open', data: [true, false, true], type: 'BOOLEAN' },
    ...more,
  ]);
const arrow = (more: Record<string, [readonly unknown[], DataType]> = {}): Uint8Array =>
  arrowOf({
    day: [days, new DateDay()],
    rides: [rides, new Float64()],
    count: [counts, new Int64()],
    kind: [kinds, new Dictionary(new Utf8(), new Int32())],
    open: [['true', 'false', 'true'], new Utf8()],
    ...more,
  });

const options: FileTableOptions = {
  time: 'day',
  columns: {
    rides: 'number',
    total: { type: 'number', from: 'count' },
    kind: { type: 'category', categories: ['sun', 'rain'] },
    open: { type: 'category', categories: ['false', 'true'] },
  },
};

/** Reads bytes in one of the formats. */
type Read = (options: FileTableOptions) => Promise<ReadonlyMap<string, Series>>;
const files: [string, Read][] = [
  ['Parquet', (own) => parseParquet(parquet(), own, 'f')],
  ['Arrow', async (own) => parseArrow(arrow(), own, 'f')],
];

describe.each(files)('a file of %s', (_, read) => {
  it('gives numbers, categories, missing values and times', async () => {
    const series = (await read(options)).get('');
    expect(series?.columns).toEqual({
      rides: Float64Array.of(1.5, NaN, 3),
      total: Float64Array.of(10, 20, 30),
      kind: Float64Array.of(1, 0, 1),
      open: Float64Array.of(1, 0, 1),
    });
    expect(series && timeAt(series, 2)).toBe('2024-03-03');
  });

  it('tells series apart by a column', async () => {
    const apart = await read({
      ...options,
      key: 'kind',
      time: { column: 'day', step: { every: 2, unit: 'day' } },
    });
    expect([...apart.keys()]).toEqual(['rain', 'sun']);
    expect(apart.get('rain')?.columns['total']).toEqual(Float64Array.of(10, 30));
  });

  it.each<[string, Partial<FileTableOptions>, string]>([
    ['no such column', { columns: { ride: 'number' } }, 'f, column "ride": expected one column'],
    [
      'texts for numbers',
      { columns: { kind: 'number' } },
      'f:1, column "kind": expected a number, found "rain". 2 more: row 2, row 3',
    ],
    [
      'numbers out of bounds',
      { columns: { count: { type: 'number', max: 25 } } },
      'f:3, column "count": expected a number from -Infinity to 25, found 30',
    ],
    [
      'another category',
      { columns: { kind: { type: 'category', categories: ['sun', 'snow'] } } },
      'f:1, column "kind": expected one of "sun", "snow", found "rain"',
    ],
    [
      'numbers for times',
      { time: 'rides' },
      'column "rides": expected a timestamp, a date, or a time written YYYY-MM-DD',
    ],
    [
      'days for hours',
      { time: { column: 'day', step: 'hour' } },
      'f:2, column "day": expected a row for each step of time (1 hour), found 46 missing',
    ],
  ])('is refused for %s', async (_name, more, word) => {
    const failing = Promise.resolve().then(() => read({ ...options, ...more }));
    await expect(failing).rejects.toThrow(word);
  });
});

describe('bytes that are something else', () => {
  const text = new TextEncoder().encode('day,rides\n2024-01-01,1\n2024-01-02,2\n');
  it.each([new Uint8Array(0), text])('are refused', async (bytes) => {
    await expect(parseParquet(bytes, options, 'f')).rejects.toThrow('f: expected a Parquet file');
    expect(() => parseArrow(bytes, options, 'f')).toThrow('f: expected an Arrow file');
  });
});

describe('times in a zone', () => {
  const zone = 'Europe/Berlin';
  const inZone = { time: { column: 'at', step: 'hour', zone }, columns: { x: 'number' } } as const;
  const x = [1, 2, 3];
  /** As clocks in Berlin showed when they were set forward, and as it was in UTC. */
  const shown = [day(31, 1), day(31, 3), day(31, 4)];
  const moments = [day(31, 0), day(31, 1), day(31, 2)];

  it('are what clocks showed, where the file names no zone, and moments where it does', () => {
    const naive = arrowOf({
      at: [shown, new TimestampMicrosecond()],
      x: [x, new Float64()],
    });
    const zoned = arrowOf({
      at: [moments, new TimestampMillisecond('UTC')],
      x: [x, new Float64()],
    });
    for (const bytes of [naive, zoned]) {
      const series = parseArrow(bytes, inZone).get('');
      expect(series?.time).toEqual(Float64Array.from(moments, (moment) => moment.getTime()));
      expect(series && timeAt(series, 1)).toBe('2024-03-31T03:00:00+02:00');
    }
  });

  it('are moments in Parquet', async () => {
    const bytes = parquetOf([
      { name: 'at', data: moments, type: 'TIMESTAMP' },
      { name: 'x', data: x, type: 'DOUBLE' },
    ]);
    const series = (await parseParquet(bytes, inZone)).get('');
    expect(series && timeAt(series, 1)).toBe('2024-03-31T03:00:00+02:00');
  });

  it('may be texts', () => {
    const stamps = ['2024-03-31 01:00', '2024-03-31 03:00', '2024-03-31 04:00'];
    const bytes = arrowOf({ at: [stamps, new Utf8()], x: [x, new Float64()] });
    const time = { ...inZone.time, format: 'YYYY-MM-DD HH:mm' };
    const series = parseArrow(bytes, { ...inZone, time }).get('');
    expect(series?.time[2]).toBe(day(31, 2).getTime());
  });
});
