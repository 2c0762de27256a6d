import { float64, interpret } from '@chronograd/backend-reference';
import { Builder, float32, int32 } from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { differentiate } from './differentiate.ts';

/** `x, classes, y -> x y, classes, x` */
function func() {
  const b = new Builder();
  const [x, classes, y] = [b.input(float32(2)), b.input(int32(2)), b.input(float32(2))];
  return b.finish([b.mul(x, y), classes, x]);
}

const inputs = [
  float64([2], [2, 3]),
  { dtype: 'int32', shape: [2], data: Int32Array.of(4, 5) } as const,
  float64([2], [5, 7]),
];
const cotangents = [float64([2], [10, 100]), float64([2], [1, 2])];

describe('differentiate', () => {
  it('gives the outputs, then the gradient of every float32 input', () => {
    const { func: both, cotangents: types, wrt } = differentiate(func());
    expect(types).toEqual([float32(2), float32(2)]);
    expect(wrt).toEqual([0, 2]);
    const found = interpret(both, [...inputs, ...cotangents]);
    expect(found.map(({ data }) => [...data])).toEqual([
      [10, 21],
      [4, 5],
      [2, 3],
      [10 * 5 + 1, 100 * 7 + 2],
      [10 * 2, 100 * 3],
    ]);
  });

  it('leaves out inputs that no gradient is wanted for', () => {
    const { func: both, wrt } = differentiate(func(), [0]);
    expect(wrt).toEqual([2]);
    expect(interpret(both, [...inputs, ...cotangents])).toHaveLength(4);
  });
});
