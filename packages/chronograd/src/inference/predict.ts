/** Predictions, batch by batch. */
import type { HostTensor } from '@chronograd/backend';
import { batchesOf, whole } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Core } from '../engine/core.ts';
import { Tensor } from '../tensors/tensor.ts';

/** How many batches are under way at a time. */
const IN_FLIGHT = 4;

/** The outputs for all samples, by reference. */
export async function predictBatches(
  { model, programs, state }: Core,
  dataset: Dataset,
  batchSize: number,
): Promise<Record<string, Tensor<'float32'>>> {
  const parts: Promise<Readonly<Record<string, HostTensor>>>[] = [];
  try {
    for (const batch of batchesOf(whole(dataset), batchSize)) {
      const lease = await programs.acquire('predict', batch.specialisation);
      const run = async (): Promise<Readonly<Record<string, HostTensor>>> => {
        try {
          const feeds = batch.feeds(lease.entry.inputs);
          const results = await lease.executable.run('predict', feeds);
          const values: Record<string, HostTensor> = {};
          for (const [name, result] of Object.entries(results)) values[name] = await result.data();
          return values;
        } finally {
          lease.release();
        }
      };
      if (lease.entry.writes.length > 0) state.version++;
      const part = run();
      part.catch(() => undefined);
      parts.push(part);
      if (parts.length >= IN_FLIGHT) await parts[parts.length - IN_FLIGHT];
    }
  } finally {
    await Promise.allSettled(parts);
  }
  const values = await Promise.all(parts);
  const outputs: Record<string, Tensor<'float32'>> = {};
  for (const { reference } of model.outputs)
    outputs[reference] = joined(values.map((part) => part[reference] as HostTensor));
  return outputs;
}

/** Batches after each other. */
function joined(parts: readonly HostTensor[]): Tensor<'float32'> {
  const size = parts.reduce((sum, { data }) => sum + data.length, 0);
  const samples = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const data = new Float32Array(size);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return new Tensor('float32', [samples, ...(parts[0]?.shape.slice(1) ?? [])], data);
}
