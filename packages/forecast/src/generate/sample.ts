/** Makes new sequences. */
import { DataError } from '@chronograd/data';
import type { Model } from 'chronograd';
import type { Sequence } from '../sequences/read.ts';
import { classesOf, type PreparedGeneration } from './prepare.ts';

/** Options of {@link generateSequence}. */
export interface GenerateSequenceOptions {
  /** Rows to make. */
  readonly steps: number;
  /** What comes before; its rows stand first in the result. */
  readonly prime: Sequence;
  /** How many rows of it, from its first. Default: all. */
  readonly primeSteps?: number;
  /** How freely: 1 as the model says, less for likelier rows, 0 for the likeliest. Default 1. */
  readonly temperature?: number;
  /** Of what is drawn: the same seed gives the same rows on every backend. Default 0. */
  readonly seed?: number;
}

/** A sequence that a model has made. */
export interface GeneratedSequence {
  /** Id of the sequence that it goes on from. */
  readonly prime: string;
  /** Rows of that which stand first. */
  readonly primeSteps: number;
  readonly columns: readonly string[];
  /** `[primeSteps + steps]`, a number for each column. */
  readonly rows: readonly (readonly number[])[];
}

/**
 * Makes a sequence: each class is drawn from what the model says of it, and is the input of the
 * next.
 *
 * @throws DataError for a prime of another vocabulary, or without a row; what `model.generate` throws
 */
export async function generateSequence(
  prepared: PreparedGeneration,
  model: Model,
  options: GenerateSequenceOptions,
): Promise<GeneratedSequence> {
  const { steps, prime, temperature = 1, seed = 0 } = options;
  const { columns, vocabulary } = prepared.design;
  const width = columns.length;
  const primeSteps = Math.min(options.primeSteps ?? prime.length, prime.length);
  if (primeSteps < 1)
    throw new DataError({
      code: 'empty',
      file: prime.file,
      expected: 'at least one row to go on from',
      found: 'none',
    });
  const before = classesOf(prepared, prime).subarray(0, primeSteps * width);
  const made = await model.generate({
    steps: steps * width,
    prime: { shape: [1, before.length], data: before },
    temperature,
    seed,
    distribution: 'softmax',
  });
  const values = [...before, ...made.data].map((index) => vocabulary.valueOf(index));
  const rows = Array.from({ length: primeSteps + steps }, (_, i) =>
    values.slice(i * width, (i + 1) * width),
  );
  return { prime: prime.id, primeSteps, columns, rows };
}
