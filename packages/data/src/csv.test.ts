import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCsv, parseCsvSeries, readCsv, type CsvOptions } from './csv.ts';
import { DataError } from './errors.ts';
import { oneHot, timeAt } from './series.ts';

const options = {
  time: 'date',
  columns: { rain: 'number', warmest: { type: 'number', from: 'temp_max' } },
} as const satisfies CsvOptions;

const text = `date,temp_max,rain,weather
2012-02-28,12.8,0.0,drizzle
2012-02-29,-10.6,10.9,rain
2012-03-01,,NA,sun
`;

/** The {@link DataError} that a text meets with. */
function errorOf(csv: string, more: Partial<CsvOptions> = {}): DataError {
  try {
    parseCsv(csv, { ...options, ...more }, 'weather.csv');
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('parseCsv', () => {
  it('reads the named columns in their order, under the names of the series', () => {
    const series = parseCsv(text, options);
    expect(series.length).toBe(3);
    expect(Object.keys(series.columns)).toEqual(['rain', 'warmest']);
    expect([...series.columns.warmest]).toEqual([12.8, -10.6, NaN]);
    expect([0, 1, 2].map((row) => timeAt(series, row))).toEqual([
      '2012-02-28',
      '2012-02-29',
      '2012-03-01',
    ]);
  });

  it('keeps a missing value missing: NaN, not zero', () => {
    expect([...parseCsv(text, options).columns.rain]).toEqual([0, 10.9, NaN]);
  });

  it('reads other dates, hours, delimiters, quotes, byte order marks and line ends', () => {
    const series = parseCsv('\uFEFFat;"load; kW"\r\n31.12.2019 23:00;"1e3"\r\n1.1.2020 0:00;.5', {
      time: { column: 'at', format: 'DD.MM.YYYY HH:mm', step: 'hour' },
      columns: { load: { type: 'number', from: 'load; kW' } },
      delimiter: ';',
    });
    expect(timeAt(series, 0)).toBe('2019-12-31T23:00:00Z');
    expect([...series.columns.load]).toEqual([1000, 0.5]);
  });

  it('numbers categories, and makes a column of each', () => {
    const kinds = ['sun', 'rain', 'drizzle'] as const;
    const series = parseCsv(text, {
      time: 'date',
      columns: { weather: { type: 'category', categories: kinds } },
    });
    expect([...series.columns.weather]).toEqual([2, 1, 0]);
    const columns = oneHot(series, 'weather', kinds).columns;
    expect([...columns['weather=drizzle']]).toEqual([1, 0, 0]);
    expect([...columns['weather=sun']]).toEqual([0, 0, 1]);
  });
});

describe('parseCsv refuses', () => {
  it('a field that is no number, and counts the others', () => {
    const error = errorOf(
      text.replace('-10.6', 'cold').replace('0.0', '1,5').replace('NA', 'Infinity'),
    );
    // The comma in 1,5 makes line 2 ragged; it comes first.
    expect(error.message).toBe(
      'weather.csv:2: expected 4 fields as in the header, found 5. 2 more: line 3, line 4',
    );
    expect(errorOf(text.replace('-10.6', '0x1F'))).toMatchObject({
      code: 'bad-value',
      file: 'weather.csv',
      line: 3,
      column: 'temp_max',
      expected: 'a number',
      found: '"0x1F"',
    });
  });

  it('a number out of its bounds', () => {
    const columns = { rain: { type: 'number', min: 0 } } as const;
    expect(errorOf(text.replace('10.9', '-9999'), { columns }).message).toBe(
      'weather.csv:3, column "rain": expected a number from 0 to Infinity, found "-9999"',
    );
  });

  it.each(['2013-02-29', '2012-2-30', '02/29/2012', 'yesterday', ''])('the date "%s"', (date) => {
    expect(errorOf(text.replace('2012-02-29', date))).toMatchObject({
      code: 'bad-value',
      line: 3,
      column: 'date',
      found: `"${date}"`,
    });
  });

  it('an unknown category', () => {
    const columns = { weather: { type: 'category', categories: ['sun', 'rain'] } } as const;
    expect(errorOf(text, { columns }).message).toBe(
      'weather.csv:2, column "weather": expected one of "sun", "rain", found "drizzle"',
    );
  });

  it('a column that is not there, and names the one that is meant', () => {
    expect(errorOf(text, { columns: { temp_mx: 'number' } }).message).toBe(
      'weather.csv:1, column "temp_mx": expected one column of that name, found none. Did you mean "temp_max"?',
    );
    expect(errorOf(text.replace('weather', 'rain'))).toMatchObject({ column: 'rain', found: '2' });
  });

  it.each([
    ['', 'nothing'],
    ['date,temp_max,rain\n', 'a header alone'],
  ])('an empty file: %j', (csv, found) => {
    expect(errorOf(csv)).toMatchObject({ code: 'empty', found });
  });

  it('what is not CSV', () => {
    expect(errorOf('date,"temp_max\n2012-01-01,3')).toMatchObject({ code: 'bad-csv' });
  });

  it.each(['MM-DD', 'YYYY-DD', 'YYYY-MM HH', 'YYYY-MM-MM', 'YYYYZ'])(
    'a pattern of times with parts that need others: %s',
    (format) => {
      expect(errorOf(text, { time: { column: 'date', format } }).message).toContain(
        'time pattern: expected YYYY, and what is told of MM, DD, HH',
      );
    },
  );
});

describe('the axis of time', () => {
  const row = (date: string, rain: number): string => `${date},1,${rain}\n`;
  const csv = (...rows: string[]): string => `date,temp_max,rain\n${rows.join('')}`;

  it('has no gaps, or missing values where it had', () => {
    const gappy = csv(row('2012-01-01', 1), row('2012-01-03', 3), row('2012-01-07', 7));
    expect(errorOf(gappy)).toMatchObject({
      code: 'gap',
      line: 3,
      found: '4 missing: 2012-01-02, 2012-01-04 to 2012-01-06',
    });
    const { columns } = parseCsv(gappy, { ...options, gaps: 'fill' });
    expect([...columns.rain]).toEqual([1, NaN, 3, NaN, NaN, NaN, 7]);
  });

  it('has each time once', () => {
    const twice = csv(row('2012-01-01', 1), row('2012-01-01', 2), row('2012-01-02', 3));
    expect(errorOf(twice)).toMatchObject({
      code: 'duplicate-time',
      line: 3,
      found: '1 more row at 2012-01-01',
    });
    const rain = (duplicates: 'keepFirst' | 'keepLast'): number[] => [
      ...parseCsv(twice, { ...options, duplicates }).columns.rain,
    ];
    expect(rain('keepFirst')).toEqual([1, 3]);
    expect(rain('keepLast')).toEqual([2, 3]);
    expect(errorOf(twice, { duplicates: 'dropIdentical' }).expected).toContain('to be the same');
    const same = csv(row('2012-01-01', 1), row('2012-01-01', 1));
    expect(parseCsv(same, { ...options, duplicates: 'dropIdentical' }).length).toBe(1);
  });

  it('goes forward', () => {
    const back = csv(row('2012-01-02', 2), row('2012-01-01', 1));
    expect(errorOf(back)).toMatchObject({ code: 'unsorted', line: 3, found: '2012-01-01' });
    expect([...parseCsv(back, { ...options, unsorted: 'sort' }).columns.rain]).toEqual([1, 2]);
  });

  it('goes in whole steps', () => {
    const time = { column: 'date', format: 'YYYY-MM-DD HH:mm', step: 'hour' } as const;
    const odd = csv(row('2012-01-01 00:00', 1), row('2012-01-01 00:30', 2));
    expect(errorOf(odd, { time }).message).toBe(
      'weather.csv:3, column "date": expected a time 1 hour after 2012-01-01, or a whole number of such steps, ' +
        "found 2012-01-01T00:30:00Z, 30 minutes after it. Set step to the distance of the rows, and gaps: 'fill' " +
        'where some are missing; resample times that follow no step to one first',
    );
    const half = { ...time, step: { every: 30, unit: 'minute' } } as const;
    expect(parseCsv(odd, { ...options, time: half }).step).toBe(1_800_000);
  });
});

describe('readCsv', () => {
  it('reads a file, and names it in errors', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chronograd-data-'));
    const path = join(folder, 'weather.csv');
    await writeFile(path, text);
    const series = await readCsv(path, options);
    expect(series.length).toBe(3);
    await rm(folder, { recursive: true });
    await expect(readCsv(path, options)).rejects.toMatchObject({ code: 'unreadable', file: path });
  });
});

describe('parseCsvSeries', () => {
  const text = `day,station,rides
2020-01-01,north,1
2020-01-01,south,10
2020-01-02,south,20
2020-01-02,north,2
2020-01-03,south,30
`;
  const options = { time: 'day', columns: { rides: 'number' } } as const;

  it('tells series apart by a column, each with a time axis of its own', () => {
    const series = parseCsvSeries(text, { ...options, key: 'station' });
    expect([...series.keys()]).toEqual(['north', 'south']);
    expect(series.get('north')?.columns.rides).toEqual(Float64Array.of(1, 2));
    expect(series.get('south')?.columns.rides).toEqual(Float64Array.of(10, 20, 30));
  });

  it('names the column that is not there', () => {
    expect(() => parseCsvSeries(text, { ...options, key: 'stations' })).toThrow(
      'CSV text:1, column "stations": expected one column of that name, found none. Did you mean "station"?',
    );
  });
});
