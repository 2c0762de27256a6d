/** Losses, with weights of samples and steps and with masks of time, their gradients; metrics. */
import { Builder, gradients, meanLoss, meanMetric } from '@chronograd/graph';
import type { LossSpec, MetricSpec } from '@chronograd/spec';
import losses from './losses.json' with { type: 'json' };
import masked from './masked_losses.json' with { type: 'json' };
import {
  casesOf,
  funcRun,
  toClasses,
  toTensor,
  type Golden,
  type GoldenRun,
  type GoldenTensor,
} from './golden.ts';

interface LossCase {
  readonly name: string;
  readonly loss: LossSpec;
  readonly prediction: GoldenTensor;
  readonly target: GoldenTensor;
  /** `[batch]` or `[batch, time]` */
  readonly weights?: GoldenTensor;
  readonly value: GoldenTensor;
  readonly gradient: GoldenTensor;
  readonly metrics?: Readonly<Record<string, number>>;
}

interface MaskedLossCase extends Omit<LossCase, 'weights' | 'metrics'> {
  /** `[batch, time]` of 0 and 1. */
  readonly mask: GoldenTensor;
}

function build({ loss, prediction, target, weights, ...each }: LossCase): GoldenRun {
  const toTarget = loss.type === 'sparseCategoricalCrossentropy' ? toClasses : toTensor;
  const tensors = [toTensor(prediction), toTarget(target), ...(weights ? [toTensor(weights)] : [])];
  const b = new Builder();
  const guess = b.input({ dtype: 'float32', shape: prediction.shape });
  const wanted = b.input({ dtype: tensors[1]?.dtype ?? 'float32', shape: target.shape });
  const mean = meanLoss(b, loss, {
    prediction: guess,
    target: wanted,
    ...(weights && { weights: b.input({ dtype: 'float32', shape: weights.shape }) }),
  });
  const metrics = Object.entries(each.metrics ?? {});
  const measured = metrics.map(([type]) => {
    const metric = (type === 'binaryAccuracy' ? { type, threshold: 0.5 } : { type }) as MetricSpec;
    return meanMetric(b, metric, loss, guess, wanted);
  });
  const func = b.finish([mean, ...gradients(b, mean, [guess]), ...measured]);
  return funcRun(func, tensors, [
    ['loss', each.value],
    ['gradient of the prediction', each.gradient],
    ...metrics.map(([type, value]) => [type, { shape: [], data: [value] }] as const),
  ]);
}

/** The weights that make a mean over all steps one over those that the mask leaves. */
function weightsOf({ shape, data }: GoldenTensor): GoldenTensor {
  const valid = data.reduce((sum, step) => sum + step);
  return { shape, data: data.map((step) => (step * data.length) / valid) };
}

function goldenOf(each: LossCase): Golden {
  return {
    row: { group: 'training', subject: each.loss.type },
    name: each.name,
    build: () => build(each),
  };
}

/** Goldens of losses and metrics. */
export const lossGoldens: readonly Golden[] = [
  ...casesOf<LossCase>(losses).map(goldenOf),
  ...casesOf<MaskedLossCase>(masked).map(({ mask, ...each }) =>
    goldenOf({ ...each, name: `mask of time, ${each.name}`, weights: weightsOf(mask) }),
  ),
];
