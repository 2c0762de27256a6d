/** Trains and judges a model that tells the next class. */
import { compile, type Model, type Tensors } from 'chronograd';
import type { SequencePart } from '../experiment/sequences-document.ts';
import { argMax, ClassTally, frequencies, type ClassScores } from '../judge/classes.ts';
import { epochSeed, fitExperiment } from '../run/fit.ts';
import type { Trained, TrainOptions } from '../run/train.ts';
import type { PreparedGeneration } from './prepare.ts';
import { ClassWindows } from './windows.ts';

/**
 * Trains the model of a generation to tell each next class of the windows of the training part from
 * what comes before (teacher forcing). The order of an epoch depends on the seed and its number.
 *
 * @throws DataError where no window fits a part; what `compile` and `fit` of chronograd throw
 */
export async function trainGeneration(
  prepared: PreparedGeneration,
  options: TrainOptions,
): Promise<Trained> {
  const { training, data } = prepared.spec;
  const { backend, seed = training.seed } = options;
  const { design } = prepared;
  const windows = new ClassWindows(prepared, 'train');
  const validation = data.split.validation ? new ClassWindows(prepared, 'validation') : undefined;
  const model =
    options.model ?? (await compile(design.model, { backend, training: design.training, seed }));
  return fitExperiment(model, training, options, {
    train: (epoch) => windows.batches(training.batchSize, epochSeed(seed, epoch)),
    validation: validation && (() => validation.batches(training.batchSize)),
  });
}

/**
 * Classes of the first windows of the training part, as the model sees them.
 *
 * @param prepared the generation
 * @param most how many. Default 64
 * @throws DataError where no window fits the part
 */
export function sampleGeneration(prepared: PreparedGeneration, most = 64): Tensors {
  const [batch] = new ClassWindows(prepared, 'train').batches(most);
  return batch?.inputs ?? {};
}

/** How well the next classes of a part are told. */
export interface GenerateEvaluation {
  readonly part: SequencePart;
  readonly windows: number;
  /** Sequences left out because they are shorter than a window. */
  readonly short: number;
  /** Number of classes that were told. */
  readonly steps: number;
  /**
   * By `model`; `repeat`, which says what the same column had a row before (in the first row of a
   * window, the class before); and `frequencies`, how often each class occurs in the training part.
   */
  readonly scores: Readonly<Record<string, ClassScores>>;
}

const chunk = 32;

/**
 * Tells each next class of a part's windows from what comes before in the window.
 *
 * @throws DataError where the experiment has no such part, or no window fits it
 */
export async function evaluateGeneration(
  prepared: PreparedGeneration,
  model: Model,
  part: SequencePart,
): Promise<GenerateEvaluation> {
  const { vocabulary, columns } = prepared.design;
  const { size } = vocabulary;
  const windows = new ClassWindows(prepared, part);
  const common = frequencies(prepared.counts);
  const commonest = argMax(common, 0, size);
  const tallies = {
    model: new ClassTally(size),
    repeat: new ClassTally(size),
    frequencies: new ClassTally(size),
  };
  for (const { inputs, targets } of windows.batches(chunk)) {
    const { data: logits } = await model.predict(inputs, { batchSize: chunk });
    targets.data.forEach((truth, i) => {
      const from = i * size;
      const best = argMax(logits, from, size);
      tallies.model.add(truth, best, softmaxOf(logits, from, { size, best, index: truth }));
      const place = i % windows.length;
      const back = Math.min(columns.length - 1, place);
      tallies.repeat.add(truth, inputs.data[i - back] ?? 0, NaN);
      tallies.frequencies.add(truth, commonest, common[truth] ?? NaN);
    });
  }
  const scores = Object.entries(tallies).map(([name, tally]) => [name, tally.scores()] as const);
  return {
    part,
    windows: windows.count,
    short: windows.short,
    steps: tallies.model.count,
    scores: Object.fromEntries(scores),
  };
}

/** The probability of a class by logits, of which `best` is the greatest. */
function softmaxOf(
  logits: ArrayLike<number>,
  from: number,
  of: { readonly size: number; readonly best: number; readonly index: number },
): number {
  const top = logits[from + of.best] ?? NaN;
  let sum = 0;
  for (let k = 0; k < of.size; k++) sum += Math.exp((logits[from + k] ?? NaN) - top);
  return Math.exp((logits[from + of.index] ?? NaN) - top) / sum;
}
