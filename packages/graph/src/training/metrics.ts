/** Metrics: what is told of a step beside its loss. Not weighted by sample weights, as in Keras. */
import type { LossSpec, MetricSpec } from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';

/**
 * The mean of a metric over all elements (or samples and steps), a scalar. Of `rmse` it is the mean
 * square: whoever averages over batches takes the root at the end. `accuracy` is that of the loss:
 * categorical, sparse categorical, or binary
 * for all others. A prediction of quantiles is measured
 * at the quantile nearest to the median.
 * @param prediction `[batch, …, last]`
 * @param target as the loss wants it
 * @throws {@link GraphError} where the metric means nothing for the loss
 */
export function meanMetric(
  b: Builder,
  metric: MetricSpec,
  loss: LossSpec,
  prediction: Value,
  target: Value,
): Value {
  switch (metric.type) {
    case 'mae':
      return b.reduceMean(b.abs(difference(b, metric, loss, prediction, target)));
    case 'mse':
    case 'rmse': {
      const error = difference(b, metric, loss, prediction, target);
      return b.reduceMean(b.mul(error, error));
    }
    case 'accuracy':
      return accuracy(b, loss, prediction, target);
    case 'binaryAccuracy':
      if (target.type.dtype !== 'float32' || loss.type === 'quantile') throw unfit(metric, loss);
      return binaryAccuracy(b, loss, prediction, target, metric.threshold);
    case 'categoricalAccuracy':
      if (target.type.dtype !== 'float32' || loss.type === 'quantile') throw unfit(metric, loss);
      return categoricalAccuracy(b, prediction, target);
    case 'sparseCategoricalAccuracy':
      if (target.type.dtype !== 'int32') throw unfit(metric, loss);
      return sparseAccuracy(b, prediction, target);
  }
}

function unfit(metric: MetricSpec, loss: LossSpec): GraphError {
  return new GraphError(
    'metric',
    metric.type,
    'a metric that fits the targets',
    `loss ${loss.type}`,
  );
}

function difference(
  b: Builder,
  metric: MetricSpec,
  loss: LossSpec,
  prediction: Value,
  target: Value,
): Value {
  if (target.type.dtype !== 'float32') throw unfit(metric, loss);
  if (loss.type !== 'quantile') return b.sub(prediction, target);
  const { quantiles } = loss;
  const distances = quantiles.map((q) => Math.abs(q - 0.5));
  const median = distances.indexOf(Math.min(...distances));
  const { shape } = target.type;
  const each = b.reshape(prediction, [...shape, quantiles.length]);
  return b.sub(b.reshape(b.sliceAxis(each, shape.length, median, median + 1), shape), target);
}

function accuracy(b: Builder, loss: LossSpec, prediction: Value, target: Value): Value {
  switch (loss.type) {
    case 'sparseCategoricalCrossentropy':
      return sparseAccuracy(b, prediction, target);
    case 'categoricalCrossentropy':
      return categoricalAccuracy(b, prediction, target);
    case 'quantile':
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
  return b.reduceMean(b.cast(b.equal(yes, b.less(0.5, target)), 'float32'));
}

function categoricalAccuracy(b: Builder, prediction: Value, target: Value): Value {
  const axis = prediction.type.shape.length - 1;
  const hit = b.equal(b.argMax(prediction, axis), b.argMax(target, axis));
  return b.reduceMean(b.cast(hit, 'float32'));
}

function sparseAccuracy(b: Builder, prediction: Value, target: Value): Value {
  const axis = prediction.type.shape.length - 1;
  const hit = b.equal(b.argMax(prediction, axis), target);
  return b.reduceMean(b.cast(hit, 'float32'));
}
