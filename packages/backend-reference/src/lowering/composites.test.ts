/** Composites that no layer of the spec uses yet against Keras and PyTorch, forward and backward. */
import {
  causalConv1d,
  gatedTanhSigmoid,
  gradients,
  layerNorm,
  type Builder,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { funcOf, gradientError, randomTensor, relativeError } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';
import {
  GOLDEN_TOLERANCE,
  goldenCases,
  goldenError,
  toTensor,
  type GoldenTensor,
} from './golden.ts';

interface CompositeCase {
  readonly name: string;
  readonly composite: 'causalConv1d' | 'gatedTanhSigmoid' | 'layerNorm';
  readonly options: { readonly dilation?: number; readonly epsilon?: number };
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly output: GoldenTensor;
  readonly cotangent: GoldenTensor;
  readonly gradients: Readonly<Record<string, GoldenTensor>>;
}

type Operands = Readonly<Record<string, Value>>;

const builders: {
  readonly [N in CompositeCase['composite']]: (
    b: Builder,
    operands: Operands,
    options: CompositeCase['options'],
  ) => Value;
} = {
  causalConv1d: (b, { x, kernel, bias }, options) =>
    causalConv1d(b, { x: x as Value, kernel: kernel as Value, ...(bias ? { bias } : {}) }, options),
  gatedTanhSigmoid: (b, { x }) => gatedTanhSigmoid(b, x as Value),
  layerNorm: (b, { x, gamma, beta }, options) =>
    layerNorm(
      b,
      { x: x as Value, ...(gamma ? { gamma } : {}), ...(beta ? { beta } : {}) },
      options,
    ),
};

const cases = goldenCases<CompositeCase>('composites');

/** The case's composite as a function of its inputs. */
const apply =
  ({ composite, options, inputs }: CompositeCase) =>
  (b: Builder, ...values: Value[]): Value => {
    const named = Object.keys(inputs).map((name, i) => [name, values[i] as Value]);
    return builders[composite](b, Object.fromEntries(named) as Operands, options);
  };

/** Differences of numbers near 1000 keep three digits less. */
const OFFSET_TOLERANCE = 1000 * GOLDEN_TOLERANCE;

describe('composites', () => {
  it('are all in the golden file', () => {
    expect(new Set(cases.map(({ composite }) => composite))).toEqual(
      new Set(Object.keys(builders)),
    );
    expect(cases).toHaveLength(17);
  });

  it.each(cases)('$name', (compositeCase) => {
    const { name, inputs, output, cotangent } = compositeCase;
    const tensors = Object.values(inputs).map(toTensor);
    const write = apply(compositeCase);
    const func = funcOf(tensors, (b, ...values) => {
      const result = write(b, ...values);
      const weights = b.constant(cotangent.data, cotangent.shape);
      return [result, ...gradients(b, b.reduceSum(b.mul(result, weights)), values)];
    });
    const [found, ...slopes] = interpret(func, tensors);
    const tolerance = name.includes('offset') ? OFFSET_TOLERANCE : GOLDEN_TOLERANCE;
    expect(goldenError(found, output)).toBeLessThan(tolerance);
    Object.keys(inputs).forEach((input, i) => {
      const expected = compositeCase.gradients[input] as GoldenTensor;
      expect(goldenError(slopes[i], expected), `gradient of ${input}`).toBeLessThan(tolerance);
    });
  });

  const smooth = cases.filter(({ name }) => !/saturated|offset/.test(name));
  it.each(smooth)('$name: the gradient of finite differences', (compositeCase) => {
    const tensors = Object.values(compositeCase.inputs).map(toTensor);
    expect(gradientError(funcOf(tensors, apply(compositeCase)), tensors)).toBeLessThan(1e-7);
  });
});

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
