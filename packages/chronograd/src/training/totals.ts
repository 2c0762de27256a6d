/** Means over batches of different sizes. */
import { metricName, type TrainingSpec } from '@chronograd/spec';
import type { StepResult } from './step.ts';

/** Sums of quantities that are means over the samples of a batch. */
export class Totals {
  samples = 0;
  readonly #sums = new Map<string, { sum: number; weight: number }>();
  readonly #roots: ReadonlySet<string>;

  /** @param training whose metrics are summed */
  constructor(training: TrainingSpec | undefined) {
    const metrics = training?.metrics ?? [];
    this.#roots = new Set(metrics.filter(({ type }) => type === 'rmse').map(metricName));
  }

  /** Adds a batch's means: each counts its own weight, or the size of the batch. */
  add(size: number, { means, weights }: Pick<StepResult, 'means' | 'weights'>): void {
    this.samples += size;
    for (const [name, mean] of Object.entries(means)) {
      const weight = weights[name] ?? size;
      const total = this.#sums.get(name) ?? { sum: 0, weight: 0 };
      // A batch without any step for a metric has no mean that counts.
      if (weight !== 0) total.sum += weight * mean;
      total.weight += weight;
      this.#sums.set(name, total);
    }
  }

  /**
   * Means over all samples. Of `rmse`, batches give the mean of the squares, whose root is taken
   * here: a mean of roots would depend on how the samples fall into batches.
   */
  means(): Record<string, number> {
    const means: Record<string, number> = {};
    for (const [name, { sum, weight }] of this.#sums) {
      const mean = weight === 0 ? 0 : sum / weight;
      means[name] = this.#isRoot(name) ? Math.sqrt(mean) : mean;
    }
    return means;
  }

  /** Whether a metric is the root of what programs return: `rmse`, also of one of many outputs. */
  #isRoot(name: string): boolean {
    const [metric = ''] = name.split('/');
    return this.#roots.has(metric);
  }
}
