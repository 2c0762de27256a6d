import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seasonalNaiveForecast } from './baselines/naive.ts';
import { readCsv } from './csv.ts';
import { errorsByHorizon } from './metrics.ts';
import { fitStandardScaler } from './scaler.ts';
import { ahead, oneHot, rowAt, timeAt, withColumns } from './series.ts';
import { splitByDate } from './split.ts';
import { windows } from './windows.ts';

const WEATHER = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '../data/seattle-weather.csv',
);

/** A file of `shared/data` beside or above the repository; undefined where there is none. */
function sharedFile(path: string): string | undefined {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'shared/data', path);
    if (existsSync(file)) return file;
  }
  return undefined;
}

describe("Seattle's weather", () => {
  it('is 1461 days of four measurements, without gaps', async () => {
    const series = await readCsv(WEATHER, {
      time: 'date',
      columns: {
        precipitation: { type: 'number', min: 0 },
        temp_max: 'number',
        temp_min: 'number',
        wind: { type: 'number', min: 0 },
      },
    });
    expect(series.length).toBe(1461);
    expect(timeAt(series, 1460)).toBe('2015-12-31');
    expect(series.columns.temp_max[1460]).toBe(5.6);

    const split = splitByDate(series, { validation: '2014-07-01', test: '2015-01-01' });
    const { offset } = fitStandardScaler(series, { columns: ['temp_max'], rows: split.train }).of(
      'temp_max',
    );
    expect(offset).toBeCloseTo(15.4689, 4);
  });
});

describe("Chicago's ridership", () => {
  it('repeats 62 days; last week forecasts the next day as it is known to', async ({
    annotate,
  }) => {
    const path = sharedFile('ridership/cta-daily-boardings.csv');
    if (path === undefined) {
      await annotate("Chicago's ridership, as shared/data/ridership is not here", 'left out');
      return;
    }
    const kinds = ['W', 'A', 'U'] as const;
    const options = {
      time: { column: 'service_date', format: 'MM/DD/YYYY' },
      columns: {
        kind: { type: 'category', from: 'day_type', categories: kinds },
        bus: 'number',
        rail: { type: 'number', from: 'rail_boardings', min: 0 },
      },
    } as const;
    await expect(readCsv(path, options)).rejects.toMatchObject({ code: 'unsorted' });
    await expect(readCsv(path, { ...options, unsorted: 'sort' })).rejects.toMatchObject({
      code: 'duplicate-time',
      found: expect.stringMatching(/^62 more rows at 2011-10-01, .* and 57 more$/),
    });

    const series = await readCsv(path, {
      ...options,
      unsorted: 'sort',
      duplicates: 'dropIdentical',
    });
    expect(series.length).toBe(7639);

    // Mean absolute error of the same weekday of the last week, March to May 2019: 42,143.3 rail
    // and 43,915.6 bus boardings (Géron, Hands-On Machine Learning, 3rd edition, chapter 15).
    const spring = { from: rowAt(series, '2019-03-01'), to: rowAt(series, '2019-06-01') };
    const lastWeek = (target: 'rail' | 'bus'): number => {
      const cuts = windows(series, {
        inputs: [target],
        targets: [target],
        length: 56,
        kind: 'oneStep',
        rows: spring,
      });
      return errorsByHorizon(seasonalNaiveForecast(cuts, 7), cuts.batch().targets).meanMae;
    };
    expect(lastWeek('bus')).toBeCloseTo(43915.6, 1);
    expect(lastWeek('rail')).toBeCloseTo(42143.3, 1);

    const kindOfDay = oneHot(series, 'kind', kinds);
    const tomorrow = withColumns(kindOfDay, {
      'next=U': ahead(kindOfDay.columns['kind=U'], 1),
    });
    const cuts = windows(tomorrow, {
      inputs: ['rail', 'bus', 'next=U'],
      targets: ['rail'],
      length: 56,
      horizon: 14,
      kind: 'sequenceToSequence',
      rows: spring,
    });
    expect([cuts.inputShape, cuts.targetShape]).toEqual([
      [56, 3],
      [56, 14],
    ]);
  });
});
