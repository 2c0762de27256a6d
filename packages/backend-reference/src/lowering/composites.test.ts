/** What composites that no layer of the spec uses yet promise, in words of their own. */
import { causalConv1d, gradients, layerNorm, type Value } from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { funcOf, randomTensor, relativeError } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';

describe('causalConv1d', () => {
  const kernel = randomTensor(1, [3, 2, 4]);
  const convolve = (x: Tensor64, dilation: number): Tensor64 => {
    const tensors = [x, kernel];
    const func = funcOf(tensors, (b, ...[input, taps]) =>
      causalConv1d(b, { x: input as Value, kernel: taps as Value }, { dilation }),
    );
    return interpret(func, tensors)[0] as Tensor64;
  };

  it('reads no step of the future', () => {
    const x = randomTensor(2, [1, 8, 2]);
    const changed = float64(x.shape, [...x.data.slice(0, 10), ...x.data.slice(10).fill(7)]);
    const [before, after] = [convolve(x, 2), convolve(changed, 2)];
    expect(after.data.slice(0, 20)).toEqual(before.data.slice(0, 20));
    expect(after.data.slice(20, 24)).not.toEqual(before.data.slice(20, 24));
  });

  it('sees through its taps at the distances that the dilation says, and nothing between', () => {
    const impulse = float64(
      [1, 8, 2],
      Float64Array.from({ length: 16 }, (_, i) => +(i === 2)),
    );
    const { data } = convolve(impulse, 3);
    // An impulse of channel 0 at step 1 meets the last tap at once, the first six steps later.
    for (let step = 0; step < 8; step++) {
      const tap = { 1: 2, 4: 1, 7: 0 }[step];
      const expected =
        tap === undefined
          ? new Float64Array(4)
          : (kernel.data as Float64Array).slice(tap * 8, tap * 8 + 4);
      expect(data.slice(step * 4, step * 4 + 4), `step ${step}`).toEqual(expected);
    }
  });
});

describe('layerNorm', () => {
  it('gives mean 0 and variance 1, whatever the offset', () => {
    const x = randomTensor(3, [2, 5], 1, 1e6);
    const func = funcOf([x], (b, ...[input]) => layerNorm(b, { x: input as Value }));
    const shifted = float64(
      x.shape,
      Array.from(x.data, (value) => value - 1e6),
    );
    const [found] = interpret(func, [x]);
    const [expected] = interpret(func, [shifted]);
    expect(relativeError(found as Tensor64, expected as Tensor64)).toBeLessThan(1e-9);
  });

  it('of equal elements is the shift, and its gradient finite', () => {
    const x = float64([1, 3], [4, 4, 4]);
    const beta = randomTensor(4, [3]);
    const func = funcOf([x, beta], (b, ...values) => {
      const [input, shift] = values as [Value, Value];
      const y = layerNorm(b, { x: input, beta: shift });
      return [y, ...gradients(b, b.reduceSum(b.mul(y, y)), [input])];
    });
    const [y, slope] = interpret(func, [x, beta]);
    expect(y?.data).toEqual(beta.data);
    expect([...(slope?.data ?? [])].every(Number.isFinite)).toBe(true);
  });
});
