import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { windows } from './index.ts';
import type { Series } from './series.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are held: objects of JavaScript, and typed arrays beside them. */
async function held(): Promise<number> {
  // Buffers are let go of beside the program, and counted off when it is collected once more.
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await setTimeout(10);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

it('a million rows need their windows in memory at no time: batches alone are copied', async () => {
  const length = 1_000_000;
  const time = Float64Array.from({ length }, (_, row) => row * 60_000);
  const values = Float64Array.from({ length }, (_, row) => Math.sin(row));
  const series: Series<'x'> = { length, time, step: 60_000, columns: { x: values } };
  const options = {
    inputs: ['x'],
    targets: ['x'],
    length: 56,
    horizon: 1,
    kind: 'oneStep',
  } as const;
  const whole = (length - 56) * 57 * Float32Array.BYTES_PER_ELEMENT;
  expect(whole).toBeGreaterThan(200e6);

  const before = await held();
  const cut = windows(series, options);
  expect(cut.count).toBe(length - 56);
  // The number of each window's first row, and what found those without missing values.
  expect((await held()) - before).toBeLessThan(whole / 8);

  let most = 0;
  let rows = 0;
  for (const { inputs } of cut.batches({ batchSize: 1024, shuffleSeed: 3 })) {
    rows += inputs.shape[0] ?? 0;
    if (rows % (100 * 1024) === 0) most = Math.max(most, (await held()) - before);
    // These are 68 MB by now, of which none but the last is held.
    if (rows === 300 * 1024) break;
  }
  expect(rows).toBe(300 * 1024);
  // Besides, the order of the windows, and a batch.
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(whole / 8);
});
