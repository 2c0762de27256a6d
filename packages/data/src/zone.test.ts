import { describe, expect, it } from 'vitest';
import { parseCsv, rowAt, rowsBetween, timeAt, type CsvOptions, type Series } from './index.ts';
import { addSteps, formatTime, parseTime, spacingOf, stepsBetween } from './time.ts';
import { zoneClock } from './zone.ts';

const zone = 'Europe/Berlin';

describe('the clocks of a zone', () => {
  const berlin = zoneClock(zone);

  it('are ahead of UTC, by more in summer', () => {
    const at = (...time: [number, number, number, number]): number => Date.UTC(...time);
    expect(berlin.wallOf(at(2024, 0, 1, 12))).toBe(at(2024, 0, 1, 13));
    expect(berlin.wallOf(at(2024, 6, 1, 12))).toBe(at(2024, 6, 1, 14));
    // To the second of each change, whatever was asked before.
    expect(berlin.wallOf(at(2024, 2, 31, 1) - 1)).toBe(at(2024, 2, 31, 2) - 1);
    expect(berlin.wallOf(at(2024, 2, 31, 1))).toBe(at(2024, 2, 31, 3));
    expect(berlin.wallOf(at(1960, 5, 1, 0))).toBe(at(1960, 5, 1, 1));
  });

  it('never show an hour in spring, and show one twice in autumn', () => {
    expect(berlin.timesOf(Date.UTC(2024, 2, 31, 2, 30))).toEqual({
      first: Date.UTC(2024, 2, 31, 1, 30),
      skipped: true,
    });
    expect(berlin.timesOf(Date.UTC(2024, 9, 27, 2, 30))).toEqual({
      first: Date.UTC(2024, 9, 27, 0, 30),
      second: Date.UTC(2024, 9, 27, 1, 30),
      skipped: false,
    });
    const summer = { first: Date.UTC(2024, 6, 1, 10), skipped: false };
    expect(berlin.timesOf(Date.UTC(2024, 6, 1, 12))).toEqual(summer);
  });

  it('are those of a zone that there is', () => {
    expect(zoneClock('Asia/Kolkata').wallOf(0)).toBe(5.5 * 3_600_000);
    expect(() => zoneClock('Europe/Berln')).toThrow(
      'time zone: expected an IANA name such as Europe/Berlin',
    );
  });
});

describe('times in a zone', () => {
  it('are written as its clocks show them', () => {
    const noon = parseTime('2024-07-01T12:00', 'time', zone);
    expect(noon).toBe(Date.UTC(2024, 6, 1, 10));
    expect(formatTime(noon, zone)).toBe('2024-07-01T12:00:00+02:00');
    expect(formatTime(parseTime('2024-07-01', 'day', zone), zone)).toBe('2024-07-01');
    expect(formatTime(0, 'America/New_York')).toBe('1969-12-31T19:00:00-05:00');
  });

  it('have days of 23 to 25 hours, and months that begin at midnight', () => {
    const day = spacingOf('day', zone);
    const saturday = parseTime('2024-03-30', 'day', zone);
    expect(addSteps(saturday, 2, day) - saturday).toBe(47 * 3_600_000);
    expect(stepsBetween(saturday, parseTime('2024-10-28', 'day', zone), day)).toBe(212);
    // Half of a day of 23 hours.
    const late = parseTime('2024-03-31', 'day', zone) + 11.5 * 3_600_000;
    expect(stepsBetween(saturday, late, day)).toBeCloseTo(1.5, 12);
    const march = parseTime('2024-03-01', 'day', zone);
    expect(formatTime(addSteps(march, 1, spacingOf('month', zone)), zone)).toBe('2024-04-01');
  });
});

describe('a file in a zone', () => {
  const options = (time: object, more: Partial<CsvOptions> = {}): CsvOptions => ({
    time: { column: 'at', format: 'YYYY-MM-DD HH:mm', step: 'hour', zone, ...time },
    columns: { x: 'number' },
    ...more,
  });
  const read = (stamps: readonly string[], time: object = {}, more?: Partial<CsvOptions>): Series =>
    parseCsv(['at,x', ...stamps.map((at, i) => `${at},${i}`)].join('\n'), options(time, more), 'f');
  const on = (date: string, clocks: string): string[] =>
    clocks.split(' ').map((clock) => `${date} ${clock}`);
  const times = (series: Series): string[] =>
    Array.from(series.time, (time) => new Date(time).toISOString().slice(11, 16));

  it('misses no hour in spring', () => {
    const spring = read(on('2024-03-31', '00:00 01:00 03:00 04:00'));
    expect(times(spring)).toEqual(['23:00', '00:00', '01:00', '02:00']);
    expect(timeAt(spring, 2)).toBe('2024-03-31T03:00:00+02:00');
    expect(rowAt(spring, '2024-03-31T03:00')).toBe(2);
    expect(() => read(on('2024-03-31', '01:00 02:00 03:00'))).toThrow(
      'f:3, column "at": expected a time that clocks in Europe/Berlin show, found 2024-03-31 02:00, over which they were set forward',
    );
  });

  it('has an hour twice in autumn, which its order tells', () => {
    const autumn = read(on('2024-10-27', '01:00 02:00 02:00 03:00'));
    expect(times(autumn)).toEqual(['23:00', '00:00', '01:00', '02:00']);
    const quarters = '02:00 02:15 02:30 02:45 02:00 02:15 02:30 02:45 03:00';
    const step = { every: 15, unit: 'minute' } as const;
    const fine = read(on('2024-10-27', quarters), { step });
    expect(fine.time.every((time, i) => time === Date.UTC(2024, 9, 27) + i * 900_000)).toBe(true);
  });

  it('may begin or end within it', () => {
    expect(times(read(on('2024-10-27', '02:00 03:00')))).toEqual(['01:00', '02:00']);
    expect(times(read(on('2024-10-27', '01:00 02:00')))).toEqual(['23:00', '00:00']);
  });

  it.each([
    ['one of the two hours', '01:00 02:00 03:00', {}],
    ['rows that go back as a whole', '03:00 02:00 02:00 01:00', { unsorted: 'sort' }],
    ['an hour alone', '02:00', {}],
  ] as const)('is refused where nothing tells which is meant: %s', (_, clocks, more) => {
    expect(() => read(on('2024-10-27', clocks), {}, { gaps: 'fill', ...more })).toThrow(
      'clocks in Europe/Berlin were set back, and show it twice, found 2024-10-27 02:00',
    );
  });

  it('needs no order where times have offsets', () => {
    const stamps = ['02:00+02:00', '02:00+01:00', '03:00+01:00'].map((at) => `2024-10-27 ${at}`);
    const series = read(stamps, { format: 'YYYY-MM-DD HH:mmZ' });
    expect(times(series)).toEqual(['00:00', '01:00', '02:00']);
    expect(timeAt(series, 1)).toBe('2024-10-27T02:00:00+01:00');
  });

  it('has a row a day, whatever the clocks do', () => {
    const days = Array.from({ length: 366 }, (_, i) =>
      new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10),
    );
    const series = read(days, { format: 'YYYY-MM-DD', step: 'day' });
    expect(series.length).toBe(366);
    expect([timeAt(series, 91), timeAt(series, 365)]).toEqual(['2024-04-01', '2024-12-31']);
    const part = { subject: 'part', from: '2024-03-31', to: '2024-10-27' };
    expect(rowsBetween(series, part)).toEqual({ from: 90, to: 301 });
    const gappy = days.filter((_, i) => i !== 200);
    expect(() => read(gappy, { format: 'YYYY-MM-DD', step: 'day' })).toThrow('missing: 2024-07-19');
  });

  it('has days that begin later, where clocks skip midnight', () => {
    const days = ['2017-10-14', '2017-10-15', '2017-10-16'];
    const where = { format: 'YYYY-MM-DD', step: 'day', zone: 'America/Sao_Paulo' };
    const series = read(days, where);
    expect(times(series)).toEqual(['03:00', '03:00', '02:00']);
    expect(timeAt(series, 2)).toBe('2017-10-16');
  });
});
