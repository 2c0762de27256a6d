/** What is known of a distribution that is symmetric about 0 and has scale 1. */
export interface Standard {
  /** P(Z ≤ z). */
  cdf(z: number): number;
  /** Logarithm of the density. */
  logDensity(z: number): number;
  /** The value that a share of 0 < level < 1 does not exceed. */
  quantile(level: number): number;
  /**
   * Continuous ranked probability score of z, the integral of (P(Z ≤ x) - [z ≤ x])² over x: that of
   * a value y under location μ and scale σ is σ times that of (y - μ) / σ. Less is better.
   */
  crps(z: number): number;
}

/**
 * The quantile of a distribution with one mode, symmetric about it at 0, by Newton's method. Above 0
 * such a distribution function is concave, so that from 0 the steps never pass the quantile.
 */
export function quantileOf(
  { cdf, logDensity }: Pick<Standard, 'cdf' | 'logDensity'>,
  level: number,
): number {
  if (level < 0.5) return -quantileOf({ cdf, logDensity }, 1 - level);
  let z = 0;
  for (let i = 0; i < 200; i++) {
    const step = (level - cdf(z)) / Math.exp(logDensity(z));
    z += step;
    // Within rounding the steps no longer shrink.
    if (!(step > 1e-15 * z)) return z;
  }
  return z;
}
