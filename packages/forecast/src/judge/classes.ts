/** How good predicted classes are. */

/** Scores of predicted classes. */
export interface ClassScores {
  /** Share that was told right. */
  readonly accuracy: number;
  /** Mean over the classes that occur of the share of each that was told right. */
  readonly balancedAccuracy: number;
  /** Mean of -log of the probability of what came, in nats; NaN of a forecaster without any. */
  readonly logLoss: number;
}

/** Least probability that counts, so that one sure error does not make a mean infinite. */
const leastProbability = 1e-15;

/** Counts predictions of classes as they come. */
export class ClassTally {
  /** `[classes, classes]`: how often a class (row) was taken for another (column). */
  readonly confusion: Float64Array;
  #loss = 0;

  constructor(readonly classes: number) {
    this.confusion = new Float64Array(classes * classes);
  }

  /**
   * Counts one prediction.
   *
   * @param truth the class that came
   * @param predicted the class that was said to be likeliest
   * @param probability that was given to what came; NaN where none is given
   */
  add(truth: number, predicted: number, probability: number): void {
    const place = truth * this.classes + predicted;
    this.confusion[place] = (this.confusion[place] ?? 0) + 1;
    this.#loss -= Math.log(Math.max(probability, leastProbability));
  }

  /** Number of predictions. */
  get count(): number {
    return this.confusion.reduce((sum, each) => sum + each, 0);
  }

  /** The scores of all that was counted. */
  scores(): ClassScores {
    const recalls: number[] = [];
    let right = 0;
    for (let k = 0; k < this.classes; k++) {
      const row = this.confusion.subarray(k * this.classes, (k + 1) * this.classes);
      const occurs = row.reduce((sum, each) => sum + each, 0);
      const own = row[k] ?? 0;
      right += own;
      if (occurs > 0) recalls.push(own / occurs);
    }
    const { count } = this;
    return {
      accuracy: right / count,
      balancedAccuracy: recalls.reduce((sum, each) => sum + each, 0) / recalls.length,
      logLoss: this.#loss / count,
    };
  }
}

/** Index of the greatest of `count` values from `from` on; the first of equals. */
export function argMax(values: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let k = 1; k < count; k++)
    if ((values[from + k] ?? NaN) > (values[from + best] ?? NaN)) best = k;
  return best;
}

/**
 * Probabilities of classes by how often each occurs, one added to each count: what is not seen is
 * not impossible (Laplace's rule of succession).
 *
 * @param counts `[classes]`
 */
export function frequencies(counts: Float64Array): Float64Array {
  const all = counts.reduce((sum, count) => sum + count + 1, 0);
  return counts.map((count) => (count + 1) / all);
}
