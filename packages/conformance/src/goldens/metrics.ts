/** Metrics with masks of time, with sample weights, and on a part of time. */
import { Builder, measure } from '@chronograd/graph';
import type { LossSpec, MetricSpec } from '@chronograd/spec';
import {
  casesOf,
  funcRun,
  toBools,
  toClasses,
  toTensor,
  type Golden,
  type GoldenTensor,
} from './golden.ts';
import file from './metrics.json' with { type: 'json' };

interface MetricCase {
  readonly name: string;
  readonly metric: MetricSpec;
  readonly loss: LossSpec;
  readonly prediction: GoldenTensor;
  readonly target: GoldenTensor;
  /** `[batch, time]` of 0 and 1. */
  readonly mask?: GoldenTensor;
  /** `[batch]` or `[batch, time]` */
  readonly weights?: GoldenTensor;
  readonly value: number;
}

function goldenOf(each: MetricCase): Golden {
  const { metric, loss, prediction, target, mask, weights, value } = each;
  return {
    row: { group: 'training', subject: 'metrics' },
    name: each.name,
    build() {
      const toTarget = loss.type === 'sparseCategoricalCrossentropy' ? toClasses : toTensor;
      const tensors = {
        prediction: toTensor(prediction),
        target: toTarget(target),
        ...(mask && { mask: toBools(mask) }),
        ...(weights && { weights: toTensor(weights) }),
      };
      const b = new Builder();
      const given = ({ dtype, shape }: (typeof tensors)['target']) => b.input({ dtype, shape });
      const { mean } = measure(b, metric, loss, {
        prediction: given(tensors.prediction),
        target: given(tensors.target),
        ...(tensors.mask && { mask: given(tensors.mask) }),
        ...(tensors.weights && { weights: given(tensors.weights) }),
      });
      return funcRun(b.finish([mean]), Object.values(tensors), [
        [metric.type, { shape: [], data: [value] }],
      ]);
    },
  };
}

/** Goldens of metrics. */
export const metricGoldens: readonly Golden[] = casesOf<MetricCase>(file).map(goldenOf);
