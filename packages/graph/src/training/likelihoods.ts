/** Negative log-likelihoods of distributions whose parameters a model gives. */
import type { Builder, Value } from '../ir/builder.ts';
import { logSoftmax, logSumExp, softplus } from '../model/activations.ts';
import { logGamma } from './log-gamma.ts';

/** Half of log(2 π). */
const HALF_LOG_TWO_PI = 0.9189385332046727;

/**
 * Of the normal distribution: `½ ((y - μ) / σ)² + log σ + ½ log 2π`, for `[…, features]` targets.
 *
 * @param prediction `[…, 2 · features]`: μ and log σ of each feature next to each other
 */
export function gaussianNll(b: Builder, prediction: Value, target: Value): Value {
  const [mean, logScale] = parametersOf(b, prediction, target, 2) as [Value, Value];
  const z = b.mul(b.sub(target, mean), b.exp(b.neg(logScale)));
  return b.add(b.add(b.mul(b.mul(z, z), 0.5), logScale), HALF_LOG_TWO_PI);
}

/**
 * Of Student's t distribution with location μ, scale σ and `degrees` ν of freedom (Lange, Little
 * and Taylor 1989): `(ν + 1) / 2 · log(1 + z² / ν) + log σ + c`, `z = (y - μ) / σ`.
 *
 * @param prediction `[…, 2 · features]`: μ and log σ of each feature next to each other
 */
export function studentTNll(b: Builder, prediction: Value, target: Value, degrees: number): Value {
  const [mean, logScale] = parametersOf(b, prediction, target, 2) as [Value, Value];
  const z = b.mul(b.sub(target, mean), b.exp(b.neg(logScale)));
  const tail = b.mul(b.log(b.add(b.mul(b.mul(z, z), 1 / degrees), 1)), (degrees + 1) / 2);
  const constant =
    logGamma(degrees / 2) - logGamma((degrees + 1) / 2) + Math.log(degrees * Math.PI) / 2;
  return b.add(b.add(tail, logScale), constant);
}

/**
 * Of a mixture of logistic distributions (Salimans et al. 2017, "PixelCNN++", without rounding to
 * levels): `-log Σ π_i f((y - μ_i) / s_i) / s_i`, where `log f(z) = -z - 2 log(1 + exp(-z))`.
 *
 * @param prediction `[…, 3 · mixtures]` for targets `[…, 1]`: logits of the weights, means, and
 *   logarithms of the scales
 */
export function logisticsNll(b: Builder, prediction: Value, target: Value): Value {
  const axis = prediction.type.shape.length - 1;
  const [logits, means, logScales] = b.split(prediction, axis, 3) as [Value, Value, Value];
  const z = b.mul(b.sub(target, means), b.exp(b.neg(logScales)));
  const density = b.sub(b.neg(z), b.mul(softplus(b, b.neg(z)), 2));
  const terms = b.add(logSoftmax(b, logits), b.sub(density, logScales));
  return b.neg(logSumExp(b, terms));
}

/** The `count` parameters of each target, which stand next to each other, apart. */
function parametersOf(b: Builder, prediction: Value, target: Value, count: number): Value[] {
  const { shape } = target.type;
  const apart = b.reshape(prediction, [...shape, count]);
  return b.split(apart, shape.length, count).map((part) => b.reshape(part, shape));
}
