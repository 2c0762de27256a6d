import { activate, activationLayer, gradients, type Value } from '@chronograd/graph';
import type { Activation } from '@chronograd/spec';
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

interface ActivationCase {
  readonly activation: Activation;
  readonly x: GoldenTensor;
  readonly y: GoldenTensor;
  /** Gradient of the sum of y₀ + 2 y₁ + 3 y₂ + … */
  readonly dx: GoldenTensor;
}

const cases = goldenCases<ActivationCase>('activations');

function valueAndGradient(
  apply: typeof activate,
  activation: Activation,
  x: Tensor64,
): readonly (Tensor64 | undefined)[] {
  const func = funcOf([x], (b, ...[value]) => {
    const input = value as Value;
    const result = apply(b, input, activation);
    const { shape } = result.type;
    const weights = b.reshape(
      b.add(b.cast(b.iota('int32', [x.data.length], 0), 'float32'), 1),
      shape,
    );
    return [result, ...gradients(b, b.reduceSum(b.mul(result, weights)), [input])];
  });
  return interpret(func, [x]);
}

/** The greatest error of an element, relative where it is above one. */
function greatestError(found: Tensor64 | undefined, { data }: GoldenTensor): number {
  const errors = data.map(
    (y, i) => Math.abs((found?.data[i] ?? NaN) - y) / Math.max(1, Math.abs(y)),
  );
  return Math.max(...errors);
}

describe('activations', () => {
  it('are all in the golden file', () => {
    expect(cases).toHaveLength(15);
  });

  for (const { activation, x, y, dx } of cases) {
    it(`${activation} has the values and the gradient of Keras, saturated too`, () => {
      const [found, gradient] = valueAndGradient(activate, activation, toTensor(x));
      expect(goldenError(found, y)).toBeLessThan(GOLDEN_TOLERANCE);
      expect(goldenError(gradient, dx)).toBeLessThan(GOLDEN_TOLERANCE);
      expect(greatestError(found, y)).toBeLessThan(GOLDEN_TOLERANCE);
      expect(greatestError(gradient, dx)).toBeLessThan(GOLDEN_TOLERANCE);
    });

    it(`${activation} is the same as a layer`, () => {
      const inside = valueAndGradient(activate, activation, toTensor(x));
      expect(valueAndGradient(activationLayer, activation, toTensor(x))).toEqual(inside);
    });

    it(`${activation} of NaN is NaN`, () => {
      const [found] = valueAndGradient(activate, activation, float64([1, 2], [NaN, 1]));
      expect(found?.data[0]).toBeNaN();
    });
  }
});
