/** Metrics: what is told of a step beside its loss. */
import type { LossSpec, MetricSpec } from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';

/** What mape and smape divide by is at least this: Keras's `epsilon()`. */
const EPSILON = 1e-7;

/** What a metric is taken of. */
export interface MetricOperands {
  /** `[batch, …, last]` */
  readonly prediction: Value;
  /** As the loss wants it. */
  readonly target: Value;
  /** bool `[batch, time]`: steps that are there. */
  readonly mask?: Value;
  /** Sample weights, `[batch]` or `[batch, time]`; used by metrics that are `weighted`. */
  readonly weights?: Value;
}

/** A metric of a batch. */
export interface Measured {
  /** The mean over elements (or samples and steps), weighted if there are weights; a scalar. */
  readonly mean: Value;
  /**
   * What the mean counts beside those of other batches: the sum of all weights, a scalar. Without
   * it, the batch counts as many as it has samples, as in Keras.
   */
  readonly weight?: Value;
}

/**
 * A metric over a batch. Of `rmse` it is the mean square: whoever averages over batches takes the
 * root at the end. `accuracy` is that of the loss: categorical, sparse categorical, or binary for
 * all others. A prediction of quantiles is measured at the quantile nearest to the median,
 * one of a distribution at its location.
 *
 * Steps that the mask leaves out do not count; as Keras does with weighted metrics (of others it
 * ignores masks), the mean is Σ value weight / Σ weight.
 * @throws {@link GraphError} where the metric means nothing for the loss or the output
 */
export function measure(
  b: Builder,
  metric: MetricSpec,
  loss: LossSpec,
  operands: MetricOperands,
): Measured {
  const { prediction, target, mask, weights } = inTime(b, metric, operands);
  const values = valuesOf(b, metric, loss, prediction, target);
  const counted = metric.weighted ? weights : undefined;
  if (!mask && !counted) return { mean: b.reduceMean(values) };
  const perStep = mask
    ? b.cast(mask, 'float32')
    : b.constant(1, (counted as Value).type.shape, 'float32');
  const weight = counted ? b.mul(perStep, alongSteps(b, counted, perStep)) : perStep;
  // What stands behind the axes of the weights is averaged: all features count the same.
  const rank = weight.type.shape.length;
  const behind = values.type.shape.slice(rank).map((_, i) => rank + i);
  const each = behind.length > 0 ? b.reduceMean(values, behind) : values;
  const total = b.reduceSum(weight);
  const counts = b.select(mask ?? b.not(b.equal(weight, 0)), b.mul(each, weight), 0);
  const divisor = b.select(b.equal(total, 0), 1, total);
  return { mean: b.div(b.reduceSum(counts), divisor), weight: total };
}

/** Weights `[batch]` as `[batch, 1]` beside those of steps. */
function alongSteps(b: Builder, weights: Value, { type }: Value): Value {
  const missing = type.shape.length - weights.type.shape.length;
  const ones = Array.from({ length: Math.max(0, missing) }, () => 1);
  return b.reshape(weights, [...weights.type.shape, ...ones]);
}

/** The operands at the steps that the metric looks at. */
function inTime(b: Builder, metric: MetricSpec, operands: MetricOperands): MetricOperands {
  const { time } = metric;
  if (time === undefined) return operands;
  const { prediction, mask } = operands;
  const length = prediction.type.shape[1] ?? 0;
  const refuse = (expected: string, found: string): never => {
    throw new GraphError('metric', metric.type, expected, found);
  };
  const { shape } = prediction.type;
  if (shape.length < 3)
    refuse('an output [batch, time, …] for a part of time', `[${shape.join()}]`);
  // The last step of a masked sequence is the last that is there, another one in each row.
  if (time === 'last' && mask) return { ...operands, mask: lastOf(b, mask) };
  const from = time === 'last' ? length - 1 : time.from;
  const to = time === 'last' ? length : Math.min(time.to ?? length, length);
  if (from >= to) refuse(`a part of ${length} steps`, `steps from ${from}`);
  const cut = (value: Value): Value => b.sliceAxis(value, 1, from, to);
  const { target, weights } = operands;
  return {
    prediction: cut(prediction),
    target: cut(target),
    ...(mask && { mask: cut(mask) }),
    ...(weights && { weights: weights.type.shape.length > 1 ? cut(weights) : weights }),
  };
}

/** True at the last true step of each row. */
function lastOf(b: Builder, mask: Value): Value {
  const counted = b.add(b.iota('int32', mask.type.shape, 1), 1);
  const own = b.select(mask, counted, 0);
  return b.and(mask, b.equal(own, b.broadcastTo(b.reduceMax(own, [1], true), own.type.shape)));
}

function valuesOf(
  b: Builder,
  metric: MetricSpec,
  loss: LossSpec,
  prediction: Value,
  target: Value,
): Value {
  const point = (): Value => pointOf(b, metric, loss, prediction, target);
  const distance = (): Value => b.abs(b.sub(point(), target));
  const needs = (dtype: 'float32' | 'int32'): void => {
    if (target.type.dtype !== dtype || distributions.has(loss.type)) throw unfit(metric, loss);
  };
  switch (metric.type) {
    case 'mae':
      return distance();
    case 'mse':
    case 'rmse': {
      const error = b.sub(point(), target);
      return b.mul(error, error);
    }
    case 'mape':
      return b.mul(b.div(distance(), b.max(b.abs(target), EPSILON)), 100);
    case 'smape': {
      const sum = b.add(b.abs(point()), b.abs(target));
      return b.mul(b.div(distance(), b.max(sum, EPSILON)), 200);
    }
    case 'accuracy':
      return accuracy(b, loss, prediction, target);
    case 'binaryAccuracy':
      needs('float32');
      return binaryAccuracy(b, loss, prediction, target, metric.threshold);
    case 'categoricalAccuracy':
      needs('float32');
      return hits(b, prediction, classOf(b, target));
    case 'sparseCategoricalAccuracy':
      needs('int32');
      return hits(b, prediction, target);
    case 'topKCategoricalAccuracy':
      needs('float32');
      return amongLargest(b, prediction, classOf(b, target), metric.k);
    case 'sparseTopKCategoricalAccuracy':
      needs('int32');
      return amongLargest(b, prediction, target, metric.k);
  }
}

/** Losses whose predictions are several numbers for each target. */
const distributions: ReadonlySet<LossSpec['type']> = new Set<LossSpec['type']>([
  'quantile',
  'gaussian',
  'studentT',
  'logistics',
]);

function unfit(metric: Pick<MetricSpec, 'type'>, loss: LossSpec): GraphError {
  return new GraphError(
    'metric',
    metric.type,
    'a metric that fits the targets',
    `loss ${loss.type}`,
  );
}

/** The prediction of each target: of quantiles the one nearest to the median, of distributions the location. */
function pointOf(
  b: Builder,
  metric: MetricSpec,
  loss: LossSpec,
  prediction: Value,
  target: Value,
): Value {
  if (target.type.dtype !== 'float32') throw unfit(metric, loss);
  const { shape } = target.type;
  if (loss.type === 'gaussian' || loss.type === 'studentT') {
    const each = b.reshape(prediction, [...shape, 2]);
    return b.reshape(b.sliceAxis(each, shape.length, 0, 1), shape);
  }
  if (loss.type === 'logistics') throw unfit(metric, loss);
  if (loss.type !== 'quantile') return prediction;
  const { quantiles } = loss;
  const distances = quantiles.map((q) => Math.abs(q - 0.5));
  const median = distances.indexOf(Math.min(...distances));
  const each = b.reshape(prediction, [...shape, quantiles.length]);
  return b.reshape(b.sliceAxis(each, shape.length, median, median + 1), shape);
}

function accuracy(b: Builder, loss: LossSpec, prediction: Value, target: Value): Value {
  switch (loss.type) {
    case 'sparseCategoricalCrossentropy':
      return hits(b, prediction, target);
    case 'categoricalCrossentropy':
      return hits(b, prediction, classOf(b, target));
    case 'quantile':
    case 'gaussian':
    case 'studentT':
    case 'logistics':
      throw unfit({ type: 'accuracy' }, loss);
    default:
      return binaryAccuracy(b, loss, prediction, target, 0.5);
  }
}

/**
 * How often prediction and target lie on the same side of a threshold. It is one of probability:
 * logits are compared with the logit of the threshold (Keras compares them with the threshold
 * itself).
 */
function binaryAccuracy(
  b: Builder,
  loss: LossSpec,
  prediction: Value,
  target: Value,
  threshold: number,
): Value {
  const isLogit = loss.type === 'binaryCrossentropy' && loss.fromLogits;
  const bound = isLogit ? Math.log(threshold / (1 - threshold)) : threshold;
  const yes = b.less(bound, prediction);
  return b.cast(b.equal(yes, b.less(0.5, target)), 'float32');
}

/** int32 `[…]`, the class of one-hot targets `[…, classes]`. */
function classOf(b: Builder, target: Value): Value {
  return b.argMax(target, target.type.shape.length - 1);
}

/** `[…]`: 1 where the largest entry is that of the class. */
function hits(b: Builder, prediction: Value, classes: Value): Value {
  const largest = b.argMax(prediction, prediction.type.shape.length - 1);
  return b.cast(b.equal(largest, classes), 'float32');
}

/**
 * `[…]`: 1 where fewer than k entries are larger than that of the class, so that ties count as in
 * Keras; 0 where that is NaN.
 */
function amongLargest(b: Builder, prediction: Value, classes: Value, k: number): Value {
  const { shape } = prediction.type;
  const axis = shape.length - 1;
  const isClass = b.equal(
    b.iota('int32', shape, axis),
    b.broadcastTo(b.reshape(classes, [...classes.type.shape, 1]), shape),
  );
  const own = b.reduceSum(b.select(isClass, prediction, 0), [axis], true);
  const larger = b.reduceSum(b.cast(b.less(own, prediction), 'float32'), [axis], true);
  const isHit = b.and(b.less(larger, k), b.equal(own, own));
  return b.reshape(b.cast(isHit, 'float32'), classes.type.shape);
}
