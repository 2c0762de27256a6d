/** How far the results of backends are apart. */
import type { Measurement } from './measure.ts';

/** A backend beside the one that the others are held to. */
export interface Agreement {
  /** Greatest relative difference of a step's loss. */
  readonly losses: number;
  /** Norm of the differences of all predictions, by the norm of the predictions. */
  readonly predictions: number;
}

/** Compares a backend's losses and predictions with those of another. */
export function agreement(own: Measurement, yardstick: Measurement): Agreement {
  return {
    losses: Math.max(
      ...own.losses.map((loss, i) => {
        const expected = yardstick.losses[i] ?? NaN;
        return loss === expected ? 0 : Math.abs(loss - expected) / Math.abs(expected);
      }),
    ),
    predictions: relativeNorm(own.predictions, yardstick.predictions),
  };
}

function relativeNorm(own: readonly number[], expected: readonly number[]): number {
  if (own.length !== expected.length) return NaN;
  const differences = own.map((value, i) => value - (expected[i] ?? NaN));
  return norm(differences) / norm(expected);
}

function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
}
