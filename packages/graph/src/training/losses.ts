/**
 * Loss functions, with Keras's formulas and its reduction `sum_over_batch_size`: a value for each
 * sample (and time step), times its weight, summed and divided by the number of values.
 */
import type { LossSpec } from '@chronograd/spec';
import { logSoftmax, softplus } from '../model/activations.ts';
import type { Builder, Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { sizeOf, type TensorType } from '../ir/types.ts';
import { gaussianNll, logisticsNll, studentTNll } from './likelihoods.ts';

/** Probabilities are kept this far from 0 and 1: Keras's `epsilon()`. */
const EPSILON = 1e-7;

/** What the target of an output must be, given the type of the prediction `[batch, …, last]`. */
export function targetType(loss: LossSpec, prediction: TensorType): TensorType {
  const lead = prediction.shape.slice(0, -1);
  const last = prediction.shape[lead.length] ?? 1;
  switch (loss.type) {
    case 'sparseCategoricalCrossentropy':
      return { dtype: 'int32', shape: lead };
    case 'quantile': {
      const { length } = loss.quantiles;
      if (length === 0 || last % length !== 0)
        throw new GraphError(
          'quantile',
          'prediction',
          `a last axis divisible by ${length}`,
          `${last}`,
        );
      return { dtype: 'float32', shape: [...lead, last / length] };
    }
    case 'gaussian':
    case 'studentT':
      if (last % 2 !== 0)
        throw new GraphError(loss.type, 'prediction', 'an even last axis', `${last}`);
      return { dtype: 'float32', shape: [...lead, last / 2] };
    case 'logistics':
      if (last % 3 !== 0)
        throw new GraphError('logistics', 'prediction', 'a last axis divisible by 3', `${last}`);
      return { dtype: 'float32', shape: [...lead, 1] };
    default:
      return { dtype: 'float32', shape: prediction.shape };
  }
}

/** What a loss compares. */
export interface LossOperands {
  /** `[batch, …, last]` */
  readonly prediction: Value;
  /** As {@link targetType} says. */
  readonly target: Value;
  /**
   * `[batch]`, or the shape of the prediction without its last axis. Default 1 for all.
   */
  readonly weights?: Value;
  /** bool `[batch, time]`: steps that are there. Default all. */
  readonly mask?: Value;
}

/**
 * The mean loss, a scalar. Under a mask, as Keras reduces it, it is the weighted sum divided by the
 * number of steps that are there (whatever their weights), or 0 where there are none; what a masked
 * step holds, even NaN, reaches neither the loss nor its gradient.
 */
export function meanLoss(
  b: Builder,
  loss: LossSpec,
  { prediction, target, weights, mask }: LossOperands,
): Value {
  const there = mask && alignedWith(b, mask, prediction);
  // A half is a probability and a logit: no loss divides by zero there.
  const shown = there ? b.select(there, prediction, 0.5) : prediction;
  const { values, size } = lossValues(b, loss, shown, target);
  const weighted = weights ? b.mul(values, alignedWith(b, weights, values)) : values;
  if (!mask) return b.mul(b.reduceSum(weighted), 1 / size);
  const counted = b.select(alignedWith(b, mask, values), weighted, 0);
  const steps = b.reduceSum(b.cast(mask, 'float32'));
  const scale = sizeOf(mask.type.shape) / size;
  return b.div(b.mul(b.reduceSum(counted), scale), b.max(steps, 1));
}

/** `[batch, …, 1, …]`: aligned with values at the first axis. */
function alignedWith(b: Builder, weights: Value, values: Value): Value {
  const missing = values.type.shape.length - weights.type.shape.length;
  const ones = Array.from({ length: missing }, () => 1);
  return b.reshape(weights, [...weights.type.shape, ...ones]);
}

/** The loss of every element, and by what their sum is divided. */
function lossValues(
  b: Builder,
  loss: LossSpec,
  prediction: Value,
  target: Value,
): { readonly values: Value; readonly size: number } {
  const perElement = (values: Value) => ({ values, size: sizeOf(values.type.shape) });
  /** Summed over classes, so that the mean is over samples and steps. */
  const perSample = (values: Value) => {
    const { shape } = values.type;
    return { values, size: sizeOf(shape.slice(0, -1)) };
  };
  switch (loss.type) {
    case 'mse': {
      const error = b.sub(prediction, target);
      return perElement(b.mul(error, error));
    }
    case 'mae':
      return perElement(b.abs(b.sub(prediction, target)));
    case 'huber':
      return perElement(huber(b, b.sub(prediction, target), loss.delta));
    case 'binaryCrossentropy':
      return perElement(binaryCrossentropy(b, prediction, target, loss.fromLogits));
    case 'categoricalCrossentropy':
      return perSample(b.neg(b.mul(target, logProbabilities(b, prediction, loss.fromLogits))));
    case 'sparseCategoricalCrossentropy': {
      const log = logProbabilities(b, prediction, loss.fromLogits);
      return perSample(b.select(isClass(b, target, log.type), b.neg(log), 0));
    }
    case 'gaussian':
      return perElement(gaussianNll(b, prediction, target));
    case 'studentT':
      return perElement(studentTNll(b, prediction, target, loss.degrees));
    case 'logistics':
      return perElement(logisticsNll(b, prediction, target));
    case 'quantile':
      return perElement(pinball(b, prediction, target, loss.quantiles));
  }
}

/** Huber, "Robust estimation of a location parameter", 1964. */
function huber(b: Builder, error: Value, delta: number): Value {
  const size = b.abs(error);
  const square = b.mul(b.mul(error, error), 0.5);
  const line = b.sub(b.mul(size, delta), 0.5 * delta * delta);
  return b.select(b.less(delta, size), line, square);
}

function binaryCrossentropy(b: Builder, x: Value, target: Value, fromLogits: boolean): Value {
  // -t log σ(x) - (1 - t) log(1 - σ(x)) = log(1 + exp(x)) - t x
  if (fromLogits) return b.sub(softplus(b, x), b.mul(target, x));
  const p = clip(b, x);
  const yes = b.mul(target, b.log(p));
  const no = b.mul(b.sub(1, target), b.log(b.sub(1, p)));
  return b.neg(b.add(yes, no));
}

function logProbabilities(b: Builder, x: Value, fromLogits: boolean): Value {
  if (fromLogits) return logSoftmax(b, x);
  const total = b.reduceSum(x, [x.type.shape.length - 1], true);
  return b.log(clip(b, b.div(x, total)));
}

function clip(b: Builder, p: Value): Value {
  return b.min(b.max(p, EPSILON), 1 - EPSILON);
}

/** bool `[…, classes]`: true at the class that `target` `[…]` names. */
function isClass(b: Builder, target: Value, { shape }: TensorType): Value {
  const classes = b.iota('int32', shape, shape.length - 1);
  return b.equal(classes, b.reshape(target, [...target.type.shape, 1]));
}

/**
 * The pinball loss of quantile regression (Koenker and Bassett 1978), for every target and
 * quantile: `max(q e, (q - 1) e)` of the error `e = target - prediction`. Predictions of one target
 * stand next to each other, in the order of the quantiles.
 */
function pinball(
  b: Builder,
  prediction: Value,
  target: Value,
  quantiles: readonly number[],
): Value {
  const { shape } = target.type;
  const wanted = b.reshape(target, [...shape, 1]);
  const error = b.sub(wanted, b.reshape(prediction, [...shape, quantiles.length]));
  const q = b.constant(quantiles, [quantiles.length]);
  return b.mul(error, b.select(b.less(error, 0), b.sub(q, 1), q));
}
