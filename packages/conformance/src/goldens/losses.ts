/** Losses, with weights of samples and steps and with masks of time, their gradients; metrics. */
import { Builder, gradients, meanLoss, measure } from '@chronograd/graph';
import type { LossSpec, MetricSpec } from '@chronograd/spec';
import likelihoods from './likelihoods.json' with { type: 'json' };
import losses from './losses.json' with { type: 'json' };
import masked from './masked_losses.json' with { type: 'json' };
import {
  casesOf,
  funcRun,
  toBools,
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
  /** `[batch, time]` of 0 and 1. */
  readonly mask?: GoldenTensor;
  readonly value: GoldenTensor;
  readonly gradient: GoldenTensor;
  readonly metrics?: Readonly<Record<string, number>>;
}

function build({ loss, prediction, target, weights, mask, ...each }: LossCase): GoldenRun {
  const toTarget = loss.type === 'sparseCategoricalCrossentropy' ? toClasses : toTensor;
  const tensors = [
    toTensor(prediction),
    toTarget(target),
    ...(weights ? [toTensor(weights)] : []),
    ...(mask ? [toBools(mask)] : []),
  ];
  const b = new Builder();
  const guess = b.input({ dtype: 'float32', shape: prediction.shape });
  const wanted = b.input({ dtype: tensors[1]?.dtype ?? 'float32', shape: target.shape });
  const mean = meanLoss(b, loss, {
    prediction: guess,
    target: wanted,
    ...(weights && { weights: b.input({ dtype: 'float32', shape: weights.shape }) }),
    ...(mask && { mask: b.input({ dtype: 'bool', shape: mask.shape }) }),
  });
  const metrics = Object.entries(each.metrics ?? {});
  const measured = metrics.map(([type]) => {
    const metric = (type === 'binaryAccuracy' ? { type, threshold: 0.5 } : { type }) as MetricSpec;
    return measure(b, metric, loss, { prediction: guess, target: wanted }).mean;
  });
  const func = b.finish([mean, ...gradients(b, mean, [guess]), ...measured]);
  return funcRun(func, tensors, [
    ['loss', each.value],
    ['gradient of the prediction', each.gradient],
    ...metrics.map(([type, value]) => [type, { shape: [], data: [value] }] as const),
  ]);
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
  ...casesOf<LossCase>(likelihoods).map((each) =>
    goldenOf({ ...each, name: each.name.replace(/^\w+ ?/, '') || 'plain' }),
  ),
  ...casesOf<LossCase>(masked).map((each) =>
    goldenOf({ ...each, name: `mask of time, ${each.name}` }),
  ),
];
