/** One training step: what is fed to it, and what it tells. */
import type { Feeds, HostTensor, Results } from '@chronograd/backend';
import { WEIGHT, type Entry } from '@chronograd/graph';
import type { Batch } from '../data/batches.ts';
import { stepKey } from '../data/random.ts';

/** A step that was or will be taken. */
export interface Step {
  readonly batch: Batch;
  readonly epoch: number;
  /** Place of the batch in its epoch. */
  readonly index: number;
  /** Steps since the model was made. */
  readonly step: number;
  readonly learningRate: number;
}

/** What a step tells. */
export interface StepResult {
  /** The loss (before the update) and the metrics, means over the batch. */
  readonly means: Readonly<Record<string, number>>;
  /** What some of the means count beside those of other batches; the others count its size. */
  readonly weights: Readonly<Record<string, number>>;
  /** Euclidean norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
}

/** The feeds of a step. */
export function stepFeeds({ batch, step, learningRate }: Step, entry: Entry, seed: number): Feeds {
  const feeds: Record<string, HostTensor> = batch.feeds(entry.inputs);
  for (const { name } of entry.inputs) {
    if (name === 'learningRate')
      feeds[name] = { dtype: 'float32', shape: [], data: Float32Array.of(learningRate) };
    if (name === 'seed') feeds[name] = { dtype: 'uint32', shape: [2], data: stepKey(seed, step) };
  }
  return feeds;
}

/** Waits for the outputs of `trainStep` or `evaluate`. */
export async function stepResult(results: Results): Promise<StepResult> {
  const values = await Promise.all(
    Object.entries(results).map(
      async ([name, result]) => [name, (await result.data()).data[0] ?? Number.NaN] as const,
    ),
  );
  const named = (isWeight: boolean) =>
    values.filter(([name]) => name.startsWith(WEIGHT) === isWeight);
  const weights = named(true).map(([name, value]) => [name.slice(WEIGHT.length), value] as const);
  const { gradientNorm = 0, ...means } = Object.fromEntries(named(false));
  return { means, weights: Object.fromEntries(weights), gradientNorm };
}

/** What is not finite in a step's result, in a few words; undefined where all is well. */
export function fault({ means, gradientNorm }: StepResult): string | undefined {
  const loss = means.loss ?? Number.NaN;
  if (!Number.isFinite(loss)) return `a loss of ${loss}`;
  if (!Number.isFinite(gradientNorm))
    return `gradients of norm ${gradientNorm} at a loss of ${loss}`;
  return undefined;
}
