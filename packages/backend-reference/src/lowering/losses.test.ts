import { gradients, meanLoss, meanMetric, targetType, type Value } from '@chronograd/graph';
import type { LossSpec, MetricSpec } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { funcOf } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';
import {
  GOLDEN_TOLERANCE,
  goldenCases,
  goldenError,
  toTensor,
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

const cases = goldenCases<LossCase>('losses');

function tensorsOf({ loss, prediction, target, weights }: LossCase): Tensor64[] {
  const type = targetType(loss, { dtype: 'float32', shape: prediction.shape });
  const targets: Tensor64 =
    type.dtype === 'int32'
      ? { ...type, data: Int32Array.from(target.data) }
      : float64(type.shape, target.data);
  return [toTensor(prediction), targets, ...(weights ? [toTensor(weights)] : [])];
}

describe('losses', () => {
  it('are all in the golden file, with no weights, of samples, of steps', () => {
    expect(cases).toHaveLength(32);
    expect(new Set(cases.map(({ loss }) => loss.type)).size).toBe(7);
  });

  it.each(cases)('$name', (lossCase) => {
    const { loss, target, value, gradient } = lossCase;
    const tensors = tensorsOf(lossCase);
    expect(tensors[1]?.shape).toEqual(target.shape);
    const func = funcOf(tensors, (b, ...values: Value[]) => {
      const [prediction, targets, weights] = values as [Value, Value, Value?];
      const operands = { prediction, target: targets, ...(weights ? { weights } : {}) };
      const mean = meanLoss(b, loss, operands);
      return [mean, ...gradients(b, mean, [prediction])];
    });
    const [found, slope] = interpret(func, tensors);
    expect(goldenError(found, value)).toBeLessThan(GOLDEN_TOLERANCE);
    expect(goldenError(slope, gradient)).toBeLessThan(GOLDEN_TOLERANCE);
  });
});

describe('metrics', () => {
  const measured = cases.flatMap((lossCase) =>
    Object.entries(lossCase.metrics ?? {}).map(([type, expected]) => ({
      title: `${type} of ${lossCase.name}`,
      type,
      expected,
      lossCase,
    })),
  );

  it.each(measured)('$title', ({ type, expected, lossCase }) => {
    const metric = (type === 'binaryAccuracy' ? { type, threshold: 0.5 } : { type }) as MetricSpec;
    const tensors = tensorsOf(lossCase);
    const func = funcOf(tensors, (b, ...[prediction, target]: Value[]) =>
      meanMetric(b, metric, lossCase.loss, prediction as Value, target as Value),
    );
    const [found] = interpret(func, tensors);
    expect(found?.data[0]).toBeCloseTo(expected, 12);
  });
});
