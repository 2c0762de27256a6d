/** Sequences of a classification as tensors. */
import { shuffle } from '@chronograd/data';
import type { FitData, TensorData } from 'chronograd';
import type { Sequence } from '../sequences/read.ts';
import { knownLabel, type PreparedClassification } from './prepare.ts';

/** Sequences `[sequences, time, features]`, padded, with the length of each. */
export type PaddedSequences = TensorData & { readonly lengths: Int32Array };

/** Some sequences, scaled and padded to a length of time. */
export function paddedSequences(
  { design, scaler }: PreparedClassification,
  sequences: readonly Sequence[],
  time: number,
): PaddedSequences {
  const width = design.features.length;
  const data = new Float32Array(sequences.length * time * width);
  design.features.forEach(({ column, category }, k) => {
    const { offset, scale } =
      category === undefined ? scaler.of(column) : { offset: category, scale: 1 };
    sequences.forEach(({ columns, length }, i) => {
      for (let row = 0; row < length; row++) {
        const value = ((columns[column]?.[row] ?? NaN) - offset) / scale;
        data[(i * time + row) * width + k] = category === undefined ? value : Number(value === 0);
      }
    });
  });
  const lengths = Int32Array.from(sequences, ({ length }) => length);
  return {
    shape: [sequences.length, time, width],
    data,
    lengths,
  };
}

/** Length of the longest: all are padded to it, so that one program runs them all. */
export function longest(sequences: readonly Sequence[]): number {
  return sequences.reduce((most, { length }) => Math.max(most, length), 1);
}

/** Sequences with their categories, batch by batch; shuffled if a seed is given. */
export function* labelledBatches(
  prepared: PreparedClassification,
  sequences: readonly Sequence[],
  options: { readonly batchSize: number; readonly shuffleSeed?: number },
): Generator<FitData, void, undefined> {
  const time = longest(sequences);
  const order = Int32Array.from(sequences, (_, i) => i);
  if (options.shuffleSeed !== undefined) shuffle(order, options.shuffleSeed);
  for (let i = 0; i < order.length; i += options.batchSize) {
    const chosen = Array.from(order.subarray(i, i + options.batchSize), (place) => {
      return sequences[place] as Sequence;
    });
    const labels = Int32Array.from(chosen, (sequence) => knownLabel(prepared, sequence));
    yield {
      inputs: paddedSequences(prepared, chosen, time),
      targets: { shape: [chosen.length], data: labels },
    };
  }
}
