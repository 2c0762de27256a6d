/** The standard normal distribution. */
import { erf } from '@chronograd/graph';
import { quantileOf, type Standard } from './standard.ts';

const { PI, SQRT1_2 } = Math;

/** Half of log(2 π). */
const HALF_LOG_TWO_PI = Math.log(2 * PI) / 2;

const cdf = (z: number): number => (1 + erf(z * SQRT1_2)) / 2;
const logDensity = (z: number): number => -(z * z) / 2 - HALF_LOG_TWO_PI;

/** The normal distribution of mean 0 and variance 1. */
export const normal: Standard = {
  cdf,
  logDensity,
  quantile: (level) => quantileOf({ cdf, logDensity }, level),
  // Gneiting and Raftery (2007), "Strictly Proper Scoring Rules, Prediction, and Estimation",
  // equation 21, with the sign turned over: here less is better.
  crps: (z) => z * (2 * cdf(z) - 1) + 2 * Math.exp(logDensity(z)) - 1 / Math.sqrt(PI),
};
