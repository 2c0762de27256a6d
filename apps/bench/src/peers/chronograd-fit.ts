/** chronograd as its users train: `compile` and `fit`. */
import type { Backend } from '@chronograd/backend';
import { compile, type FitData, type Model } from 'chronograd';
import type { Setup } from '../protocol.ts';
import type { Batch, PlainTensor } from '../draw.ts';
import { hostTensor, modelDocument, trainingDocument } from './chronograd-documents.ts';
import { describeReport } from './chronograd-report.ts';
import type { Trainer } from './serve.ts';

/** Tensors one after the other along the first axis. */
function concatenate(tensors: readonly PlainTensor[]) {
  const [first] = tensors;
  if (!first) throw new RangeError('no batch');
  const [, ...rest] = first.shape;
  const samples = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return hostTensor({ shape: [samples, ...rest], data: tensors.flatMap(({ data }) => data) });
}

function fitData(batches: readonly Batch[]): FitData {
  return {
    inputs: concatenate(batches.map(({ inputs }) => inputs)),
    targets: concatenate(batches.map(({ targets }) => targets)),
  };
}

/** One epoch over the data, in order; the losses of its steps out of their running means. */
async function fitOnce(model: Model, data: FitData, batchSize: number): Promise<number[]> {
  const losses: number[] = [];
  let total = 0;
  await model.fit(data, {
    epochs: 1,
    batchSize,
    shuffle: false,
    // A loss at every step, as all contenders have it.
    progress: ({ batch, means }) => {
      const sum = (means['loss'] ?? Number.NaN) * batch;
      losses.push(sum - total);
      total = sum;
    },
  });
  return losses;
}

/** A trainer that takes the steps it is asked for in one call of `fit`. */
export async function buildFit(setup: Setup, backend: Backend): Promise<Trainer> {
  const { workload, weights } = setup;
  const model = await compile(modelDocument(workload), {
    backend,
    training: trainingDocument(workload),
  });
  await model.setWeights(
    Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, hostTensor(tensor)])),
  );
  // Data in memory, as a user has them: put together once for each run of batches.
  const prepared = new Map<string, FitData>();
  return {
    ...describeReport(model.report()),
    block: async (batches) => {
      const key = batches.join();
      const data =
        prepared.get(key) ?? fitData(batches.flatMap((batch) => setup.batches[batch] ?? []));
      prepared.set(key, data);
      return fitOnce(model, data, workload.batch);
    },
  };
}
