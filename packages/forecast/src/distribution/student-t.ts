/** Student's t distribution of location 0 and scale 1. */
import { logGamma } from '@chronograd/graph';
import { quantileOf, type Standard } from './standard.ts';

const { PI } = Math;

/**
 * Student's t distribution.
 *
 * @param degrees of freedom, above 1: with fewer there is no mean, and its CRPS is infinite
 * @throws RangeError for fewer
 */
export function studentT(degrees: number): Standard {
  if (!(degrees > 1)) throw new RangeError(`expected degrees of freedom above 1, found ${degrees}`);
  const logNorm = logGamma((degrees + 1) / 2) - logGamma(degrees / 2) - Math.log(degrees * PI) / 2;
  const logDensity = (z: number): number =>
    logNorm - ((degrees + 1) / 2) * Math.log1p((z * z) / degrees);
  const cdf = (z: number): number => {
    const tail = incompleteBeta(degrees / (degrees + z * z), degrees / 2, 0.5) / 2;
    return z > 0 ? 1 - tail : tail;
  };
  // Twice the mean of |Z - Z'| / 4, in terms of beta functions.
  const spread =
    ((2 * Math.sqrt(degrees)) / (degrees - 1)) *
    Math.exp(logBeta(0.5, degrees - 0.5) - 2 * logBeta(0.5, degrees / 2));
  return {
    cdf,
    logDensity,
    quantile: (level) => quantileOf({ cdf, logDensity }, level),
    // Jordan, Krüger and Lerch (2019), "Evaluating Probabilistic Forecasts with scoringRules",
    // appendix A.2.
    crps: (z) =>
      z * (2 * cdf(z) - 1) +
      (2 * Math.exp(logDensity(z)) * (degrees + z * z)) / (degrees - 1) -
      spread,
  };
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/**
 * The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22),
 * evaluated by the method of Lentz (1976). Where it would be slow, 1 - I_{1-x}(b, a) takes its place.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return (Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a) * fraction;
}
