/** Trains, judges and uses a model that tells categories. */
import { compile, type Model, type Tensors } from 'chronograd';
import type { SequencePart } from '../experiment/sequences-document.ts';
import { argMax, ClassTally, frequencies, type ClassScores } from '../judge/classes.ts';
import { epochSeed, fitExperiment } from '../run/fit.ts';
import type { Trained, TrainOptions } from '../run/train.ts';
import { partOf, type Sequence } from '../sequences/read.ts';
import { labelledBatches, longest, paddedSequences } from './batch.ts';
import { knownLabel, type PreparedClassification } from './prepare.ts';

/**
 * Trains the model of a classification. The order of an epoch depends on the seed and its number.
 *
 * @throws DataError for a sequence without a category; what `compile` and `fit` of chronograd throw
 */
export async function trainClassification(
  prepared: PreparedClassification,
  options: TrainOptions,
): Promise<Trained> {
  const { spec, design, parts } = prepared;
  const { batchSize } = spec.training;
  const { backend, seed = spec.training.seed } = options;
  const sequences = partOf(parts, 'train');
  const { validation } = parts;
  const model =
    options.model ?? (await compile(design.model, { backend, training: design.training, seed }));
  return fitExperiment(model, spec.training, options, {
    train: (epoch) =>
      labelledBatches(prepared, sequences, { batchSize, shuffleSeed: epochSeed(seed, epoch) }),
    validation: validation && (() => labelledBatches(prepared, validation, { batchSize })),
  });
}

/**
 * The first sequences of the training part, as the model sees them.
 *
 * @param prepared the classification
 * @param most how many. Default 64
 * @throws DataError where the experiment has no such part
 */
export function sampleClassification(prepared: PreparedClassification, most = 64): Tensors {
  const sequences = partOf(prepared.parts, 'train').slice(0, most);
  return paddedSequences(prepared, sequences, longest(sequences));
}

/** The categories of a sequence with their probabilities. */
export interface Classified {
  readonly id: string;
  /** The likeliest category. */
  readonly predicted: string;
  /** By category; they add up to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** Tells the categories of sequences. */
export async function classifySequences(
  prepared: PreparedClassification,
  model: Model,
  sequences: readonly Sequence[],
): Promise<readonly Classified[]> {
  const { categories } = prepared.design;
  const values = await probabilitiesOf(prepared, model, sequences);
  return sequences.map(({ id }, i) => {
    const from = i * categories.length;
    const own = categories.map((name, k) => [name, values[from + k] ?? NaN] as const);
    const best = argMax(values, from, categories.length);
    return { id, predicted: categories[best] ?? '', probabilities: Object.fromEntries(own) };
  });
}

const chunk = 64;

/** `[sequences, categories]` */
async function probabilitiesOf(
  prepared: PreparedClassification,
  model: Model,
  sequences: readonly Sequence[],
): Promise<Float32Array> {
  const width = prepared.design.categories.length;
  const time = longest(sequences);
  const all = new Float32Array(sequences.length * width);
  for (let i = 0; i < sequences.length; i += chunk) {
    const inputs = paddedSequences(prepared, sequences.slice(i, i + chunk), time);
    const { data } = await model.predict(inputs, { batchSize: chunk });
    all.set(data, i * width);
  }
  return all;
}

/** How well the categories of a part are told. */
export interface ClassifyEvaluation {
  readonly part: SequencePart;
  readonly sequences: number;
  /** By `model`, and by `majority`, which says what most sequences of the training part are of. */
  readonly scores: Readonly<Record<string, ClassScores>>;
  /** Names of the categories. */
  readonly categories: readonly string[];
  /** How often the model took a category (row) for another (column). */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Tells the categories of a part's sequences and holds them to what they are.
 *
 * @throws DataError where the experiment has no such part, or a sequence no category
 */
export async function evaluateClassification(
  prepared: PreparedClassification,
  model: Model,
  part: SequencePart,
): Promise<ClassifyEvaluation> {
  const { categories } = prepared.design;
  const size = categories.length;
  const sequences = partOf(prepared.parts, part);
  const values = await probabilitiesOf(prepared, model, sequences);
  const common = frequencies(prepared.counts);
  const commonest = argMax(common, 0, size);
  const [own, majority] = [new ClassTally(size), new ClassTally(size)];
  sequences.forEach((sequence, i) => {
    const truth = knownLabel(prepared, sequence);
    own.add(truth, argMax(values, i * size, size), values[i * size + truth] ?? NaN);
    majority.add(truth, commonest, common[truth] ?? NaN);
  });
  return {
    part,
    sequences: sequences.length,
    scores: { model: own.scores(), majority: majority.scores() },
    categories,
    confusion: categories.map((_, k) => [...own.confusion.subarray(k * size, (k + 1) * size)]),
  };
}
