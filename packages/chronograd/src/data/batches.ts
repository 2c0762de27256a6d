/** Batches of samples, from memory or as they come. */
import type { HostTensor } from '@chronograd/backend';
import type { NamedType } from '@chronograd/graph';
import type { Specialisation } from '../engine/programs.ts';
import { DataError } from '../errors.ts';
import { describe } from '../tensors/tensor.ts';
import { fitDataset, type Dataset, type FitData, type Judged } from './dataset.ts';
import { gatherFeeds } from './gather.ts';

/** Samples that go through a program together. */
export interface Batch {
  readonly size: number;
  readonly specialisation: Specialisation;
  /** Bytes that stay in memory as long as the batch is kept: 0 where it is gathered when needed. */
  readonly heldBytes: number;
  /** What is fed to those of an entry's inputs that are data. */
  feeds(inputs: readonly NamedType[]): Record<string, HostTensor>;
}

/** A run of samples of a dataset. */
export interface Part {
  readonly dataset: Dataset;
  readonly first: number;
  readonly count: number;
}

/** All samples of a dataset. */
export function whole(dataset: Dataset): Part {
  return { dataset, first: 0, count: dataset.samples };
}

/**
 * Batches of a part; the last one is smaller where the batch size does not divide the samples.
 * `order` is a permutation of the part's samples: their own order if missing.
 */
export function* batchesOf(
  { dataset, first, count }: Part,
  batchSize: number,
  order?: ArrayLike<number>,
): Generator<Batch, void, undefined> {
  const shifted = order && first > 0 ? Uint32Array.from(order, (row) => row + first) : order;
  const of = (batch: number): Specialisation => ({
    batch,
    inputs: dataset.inputShapes,
    weightAxes: dataset.weightAxes,
  });
  const full = of(batchSize);
  for (let start = 0; start < count; start += batchSize) {
    const size = Math.min(batchSize, count - start);
    const rows = shifted
      ? { order: shifted, start, count: size }
      : { start: first + start, count: size };
    yield {
      size,
      specialisation: size === batchSize ? full : of(size),
      heldBytes: 0,
      feeds: (inputs) => gatherFeeds(dataset, inputs, rows),
    };
  }
}

/** Batches one after the other, each as large as it is given. */
export type Batches = Iterable<FitData> | AsyncIterable<FitData>;

/**
 * Batches that need not be in memory together: an iterable that can be gone through once for every
 * epoch, or a function that gives one for the epoch (counted from 0).
 */
export type BatchSource = Batches | ((epoch: number) => Batches | Promise<Batches>);

/** Samples in memory, or batches as they come. */
export type TrainingData = FitData | BatchSource;

/** Whether data come in batches. */
export function isBatchSource(data: TrainingData): data is BatchSource {
  if (typeof data === 'function') return true;
  return typeof data === 'object' && data !== null && isBatches(data);
}

function isBatches(data: object): data is Batches {
  return Symbol.iterator in data || Symbol.asyncIterator in data;
}

/**
 * The batches of an epoch, each checked as it comes.
 * @throws {@link DataError} for a batch that does not fit, and where there is none.
 */
export async function* batchesFrom(
  judged: Judged,
  source: BatchSource,
  epoch: number,
): AsyncGenerator<Batch, void, undefined> {
  const batches = typeof source === 'function' ? await source(epoch) : source;
  if (typeof batches !== 'object' || batches === null || !isBatches(batches))
    throw new DataError({
      code: 'not-a-tensor',
      subject: `batches of epoch ${epoch}`,
      expected: 'an iterable of { inputs, targets }',
      found: describe(batches),
    });
  let count = 0;
  for await (const data of batches) {
    count++;
    const dataset = fitDataset(judged, data);
    const [batch] = batchesOf(whole(dataset), dataset.samples);
    if (batch) yield { ...batch, heldBytes: bytesOf(dataset) };
  }
  if (count === 0)
    throw new DataError({
      code: 'empty',
      subject: `batches of epoch ${epoch}`,
      expected: 'at least one batch',
      found: 'none',
      advice:
        typeof source === 'function'
          ? 'The function must give batches for every epoch'
          : 'A generator can be gone through only once: give a function of the epoch that makes one',
    });
}

function bytesOf(dataset: Dataset): number {
  let bytes = 0;
  for (const { data } of dataset.tensors.values())
    bytes += ArrayBuffer.isView(data) ? data.byteLength : data.length * 8;
  return bytes;
}
