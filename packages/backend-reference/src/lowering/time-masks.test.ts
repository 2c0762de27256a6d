/** What masks of time promise of ragged sequences. */
import {
  gradients,
  meanLoss,
  recurrent,
  type Builder,
  type RecurrentName,
  type Shape,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { funcOf, randomTensor, relativeError } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';

const [batch, time, features, units] = [5, 6, 2, 4];

/** A layer, and its operands in the order x, states, parameters. */
interface MaskCase {
  readonly title: string;
  readonly type: RecurrentName;
  readonly resetAfter: boolean;
  readonly goBackwards: boolean;
  readonly shapes: Readonly<Record<string, Shape>>;
}

const layers: readonly (readonly [string, RecurrentName, boolean])[] = [
  ['simpleRnn', 'simpleRnn', true],
  ['lstm', 'lstm', true],
  ['gru', 'gru', true],
  ['gru before', 'gru', false],
];

const cases: readonly MaskCase[] = layers.flatMap(([label, type, resetAfter]) =>
  [false, true].map((goBackwards) => {
    const width = { simpleRnn: 1, lstm: 4, gru: 3 }[type] * units;
    return {
      title: goBackwards ? `${label} backwards` : label,
      type,
      resetAfter,
      goBackwards,
      shapes: {
        x: [batch, time, features],
        h: [batch, units],
        ...(type === 'lstm' ? { c: [batch, units] } : {}),
        kernel: [features, width],
        recurrentKernel: [units, width],
        bias: type === 'gru' && resetAfter ? [2, width] : [width],
      },
    };
  }),
);

/** Rows that are whole, padded behind, in front, with holes; nothing at all. */
const mask: Tensor64 = {
  dtype: 'bool',
  shape: [batch, time],
  data: Uint8Array.of(
    ...[1, 1, 1, 1, 1, 1],
    ...[1, 1, 1, 1, 0, 0],
    ...[0, 0, 1, 1, 1, 1],
    ...[0, 1, 0, 0, 1, 0],
    ...[0, 0, 0, 0, 0, 0],
  ),
};

function operandsOf({ shapes }: MaskCase): Tensor64[] {
  return Object.values(shapes).map((shape, i) => randomTensor(40 + i, shape, 0.8));
}

/** The case's layer on its operands and then the mask (none if `false`). */
function layerOf({ type, resetAfter, goBackwards, shapes }: MaskCase, masked = true) {
  const names = Object.keys(shapes);
  return (b: Builder, ...values: Value[]): Value[] => {
    const at = (name: string): Value => values[names.indexOf(name)] as Value;
    const result = recurrent(
      b,
      type,
      {
        x: at('x'),
        kernel: at('kernel'),
        recurrentKernel: at('recurrentKernel'),
        bias: at('bias'),
        states: (type === 'lstm' ? ['h', 'c'] : ['h']).map(at),
        ...(masked ? { timeMask: values[names.length] as Value } : {}),
      },
      {
        units,
        activation: 'tanh',
        recurrentActivation: 'sigmoid',
        useBias: true,
        resetAfter,
        goBackwards,
      },
    );
    return [result.sequence, ...result.states];
  };
}

/** The outputs of the layer, then the gradients of the sum of their squares. */
function withGradients(maskCase: MaskCase, tensors: readonly Tensor64[]): Tensor64[] {
  const write = layerOf(maskCase);
  const func = funcOf(tensors, (b, ...values) => {
    const outputs = write(b, ...values);
    const loss = outputs
      .map((output) => b.reduceSum(b.mul(output, output)))
      .reduce((sum, term) => b.add(sum, term));
    return [...outputs, ...gradients(b, loss, values.slice(0, -1))];
  });
  return interpret(func, tensors);
}

/** The weights that make a mean over all steps one over those that the mask leaves. */
function weightsOf({ shape, data }: Tensor64): Tensor64 {
  const steps = Array.from(data);
  const valid = steps.reduce((sum, step) => sum + step);
  return float64(
    shape,
    steps.map((step) => (step * steps.length) / valid),
  );
}

describe.each(cases)('mask of time: $title', (maskCase) => {
  it('what stands at masked steps is not read', () => {
    const [x, ...others] = operandsOf(maskCase) as [Tensor64, ...Tensor64[]];
    const holed = float64(
      x.shape,
      Array.from(x.data, (value, i) => (mask.data[Math.floor(i / features)] === 1 ? value : NaN)),
    );
    const expected = withGradients(maskCase, [x, ...others, mask]);
    expect(withGradients(maskCase, [holed, ...others, mask])).toEqual(expected);
  });

  it('a mask of nothing is no mask', () => {
    const tensors = operandsOf(maskCase);
    const all: Tensor64 = { ...mask, data: new Uint8Array(batch * time).fill(1) };
    const masked = interpret(funcOf([...tensors, all], layerOf(maskCase)), [...tensors, all]);
    expect(masked).toEqual(interpret(funcOf(tensors, layerOf(maskCase, false)), tensors));
  });
});

describe('losses on ragged lengths', () => {
  // Backwards, the weights of steps would belong to other steps.
  const forwards = cases.filter(({ goBackwards }) => !goBackwards);
  it.each(forwards)('$title: padded in one batch is each alone at its length', (maskCase) => {
    const lengths = [6, 4, 1, 3, 5];
    const [x, ...others] = operandsOf(maskCase) as [Tensor64, ...Tensor64[]];
    const states = maskCase.type === 'lstm' ? 2 : 1;
    const padding: Tensor64 = {
      dtype: 'bool',
      shape: [batch, time],
      data: Uint8Array.from(
        lengths.flatMap((length) => Array.from({ length: time }, (_, t) => +(t < length))),
      ),
    };
    /** Squared outputs, weighted; then the last h, and the gradients of the parameters. */
    const run = (tensors: readonly Tensor64[], weights: Tensor64, timeMask?: Tensor64) => {
      const all = [...tensors, ...(timeMask ? [timeMask] : []), weights];
      const func = funcOf(all, (b, ...values) => {
        const [sequence, h] = layerOf(maskCase, timeMask !== undefined)(b, ...values);
        const prediction = sequence as Value;
        const operands = { prediction, target: b.zeros(prediction.type) };
        const loss = meanLoss(b, { type: 'mse' }, { ...operands, weights: values.at(-1) as Value });
        const parameters = values.slice(1 + states, tensors.length);
        return [loss, h as Value, ...gradients(b, loss, parameters)];
      });
      return interpret(func, all);
    };
    const together = run([x, ...others], weightsOf(padding), padding);

    const steps = lengths.reduce((sum, length) => sum + length);
    const alone = lengths.map((length, sample) => {
      const start = sample * time * features;
      const own = float64([1, length, features], x.data.slice(start, start + length * features));
      const state = others
        .slice(0, states)
        .map(({ data }) => float64([1, units], data.slice(sample * units, (sample + 1) * units)));
      const share = float64(
        [1, length],
        Array.from({ length }, () => length / steps),
      );
      return run([own, ...state, ...others.slice(states)], share);
    });
    together.forEach((found, i) => {
      const parts = alone.map((results) => results[i] as Tensor64);
      const expected =
        i === 1
          ? float64(
              found.shape,
              parts.flatMap(({ data }) => [...data]),
            )
          : float64(
              found.shape,
              Array.from(found.data, (_, at) =>
                parts.reduce((sum, { data }) => sum + (data[at] as number), 0),
              ),
            );
      expect(relativeError(found, expected), `result ${i}`).toBeLessThan(1e-12);
    });
  });
});
