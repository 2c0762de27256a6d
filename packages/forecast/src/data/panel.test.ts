import { Table, tableToIPC, vectorFromArray, Float64, TimestampMillisecond } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepare } from '../run/prepare.ts';
import { describeParts } from './panel.ts';

let folder = '';
/** Hours of ten days, in the first of which clocks in Berlin are set forward. */
const hours = Array.from({ length: 240 }, (_, i) => new Date(Date.UTC(2024, 2, 30, 23 + i)));
const load = hours.map((_, i) => Math.sin(i / 4));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-panel-'));
  const columns = {
    at: vectorFromArray(hours, new TimestampMillisecond('UTC')),
    load: vectorFromArray(load, new Float64()),
  };
  await writeFile(join(folder, 'load.arrow'), tableToIPC(new Table(columns), 'file'));
  const columnData = [
    { name: 'at', data: hours, type: 'TIMESTAMP' as const },
    { name: 'load', data: load, type: 'DOUBLE' as const },
  ];
  await writeFile(join(folder, 'load.parquet'), new Uint8Array(parquetWriteBuffer({ columnData })));
  // As clocks showed it: there is no 2 o'clock on the first day.
  const rows = hours.map((hour, i) => {
    const wall = new Date(hour.getTime() + (i < 2 ? 1 : 2) * 3_600_000);
    return `${wall.toISOString().slice(0, 16).replace('T', ' ')},${load[i]}`;
  });
  await writeFile(join(folder, 'load.csv'), ['at,load', ...rows].join('\n'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a panel', () => {
  it.each(['csv', 'parquet', 'arrow'])('is the same of a %s file, in a zone', async (type) => {
    const { panel, scaled } = await prepare(
      {
        data: {
          source: { type, path: `load.${type}` },
          time: { column: 'at', format: 'YYYY-MM-DD HH:mm', step: 'hour', zone: 'Europe/Berlin' },
          columns: { load: { type: 'number' } },
          derived: [{ type: 'calendar', of: 'hourOfDay' }],
          split: { train: { to: '2024-04-06' }, test: {} },
        },
        task: { type: 'forecast', targets: ['load'], future: ['hourOfDay'], window: 24 },
        model: { layers: [{ type: 'gru', units: 2 }] },
        training: { epochs: 1 },
      },
      folder,
    );
    const [member] = panel.members;
    // Six days, the first of 23 hours, and the midnight after them.
    expect(member && describeParts(member)).toBe(
      'train 2024-03-31 to 2024-04-06, 144 rows; test 2024-04-06T01:00:00+02:00 to 2024-04-10, 96 rows',
    );
    expect(member?.series.columns['load']).toEqual(Float64Array.from(load));
    // A day after the first row clocks show one hour more.
    const sines = scaled[0]?.columns['hourOfDaySin'];
    expect(sines?.[0]).toBeCloseTo(0, 12);
    expect(sines?.[24]).toBeCloseTo(Math.sin((2 * Math.PI) / 24), 12);
  });
});
