/** Where the batches of an epoch come from. */
import {
  batchesFrom,
  batchesOf,
  isBatchSource,
  whole,
  type Batch,
  type Part,
  type TrainingData,
} from '../data/batches.ts';
import { fitDataset } from '../data/dataset.ts';
import { permutation } from '../data/random.ts';
import type { Core } from '../engine/core.ts';
import { ModelError } from '../errors.ts';
import { badOption } from '../options.ts';
import type { FitOptions } from './fit-options.ts';

/** Data as the training loop wants them. */
export interface Source {
  /** Batches of an epoch, where that is known before its end. */
  readonly batches: number | undefined;
  /** The batches of an epoch. */
  epoch(epoch: number): Iterable<Batch> | AsyncIterable<Batch>;
}

/**
 * What is trained and validated on. Data in memory are checked now, so that nothing is found wrong
 * with them after an epoch.
 * @throws {@link DataError}; {@link ModelError} `bad-option`, `stateful-batch`
 */
export async function sourcesOf(
  core: Core,
  data: TrainingData,
  options: FitOptions,
): Promise<{ readonly train: Source; readonly validation: Source | undefined }> {
  const { batchSize = 32, validationData, validationSplit = 0 } = options;
  if (isBatchSource(data))
    return {
      train: streamed(core, data),
      validation: validationData && (await plain(core, validationData, batchSize)),
    };
  const all = whole(fitDataset(core, data));
  const held = Math.floor(all.count * validationSplit);
  if (validationSplit > 0 && (held === 0 || held === all.count))
    throw badOption(
      'validationSplit',
      'a share that leaves samples on both sides',
      `${validationSplit} of ${all.count} samples`,
    );
  const kept: Part = { ...all, count: all.count - held };
  checkStateful(core, kept, batchSize);
  const shuffle = options.shuffle ?? !isStateful(core);
  const train: Source = {
    batches: Math.ceil(kept.count / batchSize),
    epoch: (epoch) =>
      batchesOf(kept, batchSize, shuffle ? permutation(core.seed, epoch, kept.count) : undefined),
  };
  if (held > 0)
    return {
      train,
      validation: await inOrder(core, { ...all, first: kept.count, count: held }, batchSize),
    };
  return { train, validation: validationData && (await plain(core, validationData, batchSize)) };
}

function isStateful({ model }: Core): boolean {
  return model.layers.some(({ spec }) => 'stateful' in spec && spec.stateful);
}

function checkStateful(core: Core, { count }: Part, batchSize: number): void {
  if (count % batchSize === 0 || !isStateful(core)) return;
  throw new ModelError({
    code: 'stateful-batch',
    subject: 'option batchSize',
    expected: 'a divisor of the number of samples, for a stateful model keeps a state for each row',
    found: `${batchSize} for ${count} samples`,
  });
}

/** Batches in their own order. */
async function plain(core: Core, data: TrainingData, batchSize: number): Promise<Source> {
  return isBatchSource(data)
    ? streamed(core, data)
    : inOrder(core, whole(fitDataset(core, data)), batchSize);
}

/** Validation data: their shapes are tried against the program that they will be fed to. */
async function inOrder(core: Core, part: Part, batchSize: number): Promise<Source> {
  checkStateful(core, part, batchSize);
  const [first] = batchesOf(part, batchSize);
  if (first) {
    const lease = await core.programs.acquire('evaluate', first.specialisation);
    try {
      first.feeds(lease.entry.inputs);
    } finally {
      lease.release();
    }
  }
  return {
    batches: Math.ceil(part.count / batchSize),
    epoch: () => batchesOf(part, batchSize),
  };
}

function streamed(core: Core, data: Exclude<TrainingData, { readonly inputs: unknown }>): Source {
  return { batches: undefined, epoch: (epoch) => batchesFrom(core, data, epoch) };
}
