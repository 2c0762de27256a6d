import { activate, activationLayer, gradients, type Value } from '@chronograd/graph';
import { activationNames, type Activation } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { funcOf, randomTensor } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';

function valueAndGradient(
  apply: typeof activate,
  activation: Activation,
  x: Tensor64,
): readonly (Tensor64 | undefined)[] {
  const func = funcOf([x], (b, ...[value]) => {
    const input = value as Value;
    const result = apply(b, input, activation);
    return [result, ...gradients(b, b.reduceSum(b.mul(result, result)), [input])];
  });
  return interpret(func, [x]);
}

describe.each(activationNames)('%s', (activation) => {
  it('is the same as a layer', () => {
    const x = randomTensor(1, [3, 5], 4);
    const inside = valueAndGradient(activate, activation, x);
    expect(valueAndGradient(activationLayer, activation, x)).toEqual(inside);
  });

  it('of NaN is NaN', () => {
    const [found] = valueAndGradient(activate, activation, float64([1, 2], [NaN, 1]));
    expect(found?.data[0]).toBeNaN();
  });
});
