/** The loss and metrics of a model over data. */
import type { Batch } from '../data/batches.ts';
import type { Core } from '../engine/core.ts';
import { stepResult, type StepResult } from '../training/step.ts';
import { Totals } from '../training/totals.ts';

/** How many batches are under way at a time. */
const IN_FLIGHT = 4;

/** The loss and the metrics, means over all samples whatever the sizes of the batches. */
export async function evaluateBatches(
  { programs, state, training }: Core,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<Record<string, number>> {
  const totals = new Totals(training);
  const pending: { readonly size: number; readonly result: Promise<StepResult> }[] = [];
  const settle = async (most: number): Promise<void> => {
    while (pending.length > most) {
      const [next] = pending.splice(0, 1);
      if (next) totals.add(next.size, await next.result);
    }
  };
  try {
    for await (const batch of batches) {
      const lease = await programs.acquire('evaluate', batch.specialisation);
      const run = async (): Promise<StepResult> => {
        try {
          const feeds = batch.feeds(lease.entry.inputs);
          return await stepResult(await lease.executable.run('evaluate', feeds));
        } finally {
          lease.release();
        }
      };
      if (lease.entry.writes.length > 0) state.version++;
      const result = run();
      result.catch(() => undefined);
      pending.push({ size: batch.size, result });
      await settle(IN_FLIGHT - 1);
    }
    await settle(0);
  } finally {
    await Promise.allSettled(pending.map(({ result }) => result));
  }
  return totals.means();
}
