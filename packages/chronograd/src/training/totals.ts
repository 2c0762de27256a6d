/** Means over batches of different sizes. */

/** Sums of quantities that are means over the samples of a batch. */
export class Totals {
  samples = 0;
  readonly #sums = new Map<string, number>();

  /** Adds a batch's means. */
  add(size: number, means: Readonly<Record<string, number>>): void {
    this.samples += size;
    for (const [name, mean] of Object.entries(means))
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + size * mean);
  }

  /**
   * Means over all samples. Of `rmse`, batches give the mean of the squares, whose root is taken
   * here: a mean of roots would depend on how the samples fall into batches.
   */
  means(): Record<string, number> {
    const means: Record<string, number> = {};
    for (const [name, sum] of this.#sums) {
      const mean = sum / this.samples;
      means[name] = isRoot(name) ? Math.sqrt(mean) : mean;
    }
    return means;
  }
}

/** Whether a metric is the root of what programs return: `rmse`, also of one of several outputs. */
function isRoot(name: string): boolean {
  return name === 'rmse' || name.startsWith('rmse/');
}
