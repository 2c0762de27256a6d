/** Whether contenders do the same work: from the same weights and batches come the same losses. */

/** Relative differences from the losses that most contenders have. */
export interface LossCheck {
  /** Of the first step: the forward pass alone. */
  readonly first: number;
  /** The largest of the steps compared: gradients and updates too. */
  readonly largest: number;
  readonly agrees: boolean;
}

/** Bound on the first step's loss: float32 rounding gives about 1e-6. */
export const FORWARD_TOLERANCE = 1e-5;

/**
 * Bound on the later losses. Wider, because Adam has two readings: PyTorch adds epsilon to the
 * bias-corrected root, Keras to the uncorrected one. It shows most in a deep network, where many
 * gradients are as small as epsilon: 2e-3 in a WaveNet of twenty layers.
 */
export const TRAINING_TOLERANCE = 5e-3;

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/**
 * Compares the losses of contenders, step by step, with the middle one of each step.
 * @param losses by contender, of the same steps
 */
export function compareLosses(
  losses: Readonly<Record<string, readonly number[]>>,
): Record<string, LossCheck> {
  const series = Object.values(losses);
  const steps = series.length === 0 ? 0 : Math.min(...series.map((values) => values.length));
  const reference = Array.from({ length: steps }, (_, step) =>
    middle(series.map((values) => values[step] ?? Number.NaN).filter(Number.isFinite)),
  );
  return Object.fromEntries(
    Object.entries(losses).map(([id, values]) => {
      const differences = reference.map((loss, step) => {
        const difference = Math.abs((values[step] ?? Number.NaN) - loss) / Math.abs(loss);
        return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
      });
      const first = differences[0] ?? Number.POSITIVE_INFINITY;
      const largest = Math.max(first, ...differences);
      return [
        id,
        { first, largest, agrees: first <= FORWARD_TOLERANCE && largest <= TRAINING_TOLERANCE },
      ];
    }),
  );
}
