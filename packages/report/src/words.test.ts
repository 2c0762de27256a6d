import { parseCsv } from '@chronograd/data';
import { describe, expect, it } from 'vitest';
import { chartNames, drawnTime, timeWords } from './words.ts';

const hour = 3_600_000;

describe('timeWords', () => {
  it.each([
    [24 * hour, { axis: 'date', ahead: 'days ahead', step: 'day' }],
    [hour, { axis: 'time (UTC)', ahead: 'hours ahead', step: 'hour' }],
    [hour / 4, { axis: 'time (UTC)', ahead: 'steps of 15 minutes ahead', step: 'step' }],
    [{ unit: 'month', every: 1 } as const, { axis: 'date', ahead: 'months ahead', step: 'month' }],
    [
      { unit: 'month', every: 3 } as const,
      { axis: 'date', ahead: 'steps of 3 months ahead', step: 'step' },
    ],
  ])('of %j', (step, words) => {
    expect(timeWords({ step })).toEqual(words);
  });
});

describe('drawnTime', () => {
  it('is what the clocks of the zone show, and goes on behind the last row', () => {
    const text = 'time,load\n2024-03-31 01:00,1\n2024-03-31 03:00,2\n';
    const series = parseCsv(text, {
      time: { column: 'time', format: 'YYYY-MM-DD HH:mm', step: 'hour', zone: 'Europe/Berlin' },
      columns: { load: 'number' },
    });
    // At 2 o'clock they were set to 3.
    expect([0, 1, 2].map((row) => new Date(drawnTime(series, row)).getUTCHours())).toEqual([
      1, 3, 4,
    ]);
    expect(timeWords(series).axis).toBe('time (Europe/Berlin)');
  });
});

describe('chartNames', () => {
  it('are such as files can have, each once', () => {
    const nameOf = chartNames();
    expect(nameOf('forecast', 'Größe / m³', '')).toBe('forecast-gro-e-m3');
    expect(nameOf('forecast', 'gro e m3')).toBe('forecast-gro-e-m3-2');
    expect(nameOf('forecast', '../../x')).toBe('forecast-x');
    expect(nameOf('forecast', '気温')).toBe('forecast-x-2');
  });
});
