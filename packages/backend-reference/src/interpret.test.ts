import { Builder, float32, gradients } from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { interpret } from './interpret.ts';
import { float64 } from './tensor.ts';

/** `x * y` with `y` squared, as a composite. */
function composite(b: Builder, x = b.input(float32(2)), y = b.input(float32(2))) {
  const inner = new Builder();
  const [p, q] = [inner.input(float32(2)), inner.input(float32(2))];
  const decomposition = inner.finish([inner.mul(p, inner.mul(q, q))]);
  const [z] = b.composite('product', {}, decomposition, [x, y]);
  if (!z) throw new TypeError('a composite has an output');
  return { x, y, z };
}

describe('interpret', () => {
  const x = float64([2], [2, 3]);
  const y = float64([2], [5, 7]);

  it('runs composites by their decomposition', () => {
    const b = new Builder();
    const { z } = composite(b);
    const [result] = interpret(b.finish([z]), [x, y]);
    expect(result).toEqual(float64([2], [50, 147]));
  });

  it('expands the gradients of composites', () => {
    const b = new Builder();
    const values = composite(b);
    const func = b.finish(gradients(b, b.reduceSum(values.z), [values.x, values.y]));
    expect(interpret(func, [x, y])).toEqual([float64([2], [25, 49]), float64([2], [20, 42])]);
  });

  it('computes in double precision', () => {
    const b = new Builder();
    const func = b.finish([b.add(b.constant(1), b.constant(1e-12))]);
    expect(interpret(func, [])[0]?.data[0]).toBe(1 + 1e-12);
  });

  it.each([
    ['too few inputs', [x], 'inputs: expected 2, found 1'],
    ['another shape', [x, float64([1], [1])], 'input 1: expected float32[2], found float32[1]'],
    ['another type', [x, { ...y, dtype: 'int32' }], 'input 1: expected float32[2], found int32[2]'],
    ['too few elements', [float64([2], [1]), y], 'input 0: expected 2 elements, found 1'],
  ] as const)('refuses %s', (_case, inputs, message) => {
    const b = new Builder();
    const { z } = composite(b);
    const func = b.finish([z]);
    expect(() => interpret(func, inputs)).toThrow(message);
  });
});
