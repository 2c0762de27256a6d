/** Masks of time against Keras, and what they promise of ragged sequences. */
import {
  gradients,
  meanLoss,
  recurrent,
  type Builder,
  type RecurrentName,
  type Value,
} from '@chronograd/graph';
import type { Activation, LossSpec } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { funcOf, gradientError, relativeError } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';
import {
  GOLDEN_TOLERANCE,
  goldenCases,
  goldenError,
  toTensor,
  type GoldenTensor,
} from './golden.ts';

type Tensors = Readonly<Record<string, GoldenTensor>>;

interface MaskCase {
  readonly name: string;
  readonly layer: {
    readonly type: RecurrentName;
    readonly units: number;
    readonly useBias?: boolean;
    readonly resetAfter?: boolean;
    readonly goBackwards?: boolean;
    readonly activation?: Activation;
  };
  /** x, and the initial states h and c. */
  readonly inputs: Tensors;
  /** `[batch, time]` of 0 and 1. */
  readonly timeMask: GoldenTensor;
  readonly parameters: Tensors;
  /** The sequence, and the last states. */
  readonly outputs: readonly GoldenTensor[];
  readonly cotangents: readonly GoldenTensor[];
  readonly gradients: Tensors;
}

const cases = goldenCases<MaskCase>('time_masks');

function boolTensor({ shape, data }: GoldenTensor): Tensor64 {
  return { dtype: 'bool', shape, data: Uint8Array.from(data) };
}

/** The case's layer on operands in the order of inputs, parameters and mask (none if `false`). */
function layerOf({ layer, inputs, parameters }: MaskCase, masked = true) {
  const names = [...Object.keys(inputs), ...Object.keys(parameters)];
  return (b: Builder, ...values: Value[]): Value[] => {
    const at = (name: string): Value => values[names.indexOf(name)] as Value;
    const result = recurrent(
      b,
      layer.type,
      {
        x: at('x'),
        kernel: at('kernel'),
        recurrentKernel: at('recurrentKernel'),
        ...(names.includes('bias') ? { bias: at('bias') } : {}),
        states: layer.type === 'lstm' ? [at('h'), at('c')] : [at('h')],
        ...(masked ? { timeMask: values[names.length] as Value } : {}),
      },
      {
        units: layer.units,
        activation: 'tanh',
        recurrentActivation: 'sigmoid',
        useBias: layer.useBias !== false,
        resetAfter: layer.resetAfter !== false,
        goBackwards: layer.goBackwards === true,
      },
    );
    return [result.sequence, ...result.states];
  };
}

function operandsOf({ inputs, parameters }: MaskCase): Tensor64[] {
  return [...Object.values(inputs), ...Object.values(parameters)].map(toTensor);
}

/** The outputs of the layer, then the gradients of their product with the cotangents. */
function withGradients(maskCase: MaskCase, tensors: readonly Tensor64[]): Tensor64[] {
  const write = layerOf(maskCase);
  const func = funcOf(tensors, (b, ...values) => {
    const outputs = write(b, ...values);
    const loss = maskCase.cotangents
      .map(({ shape, data }, i) => b.reduceSum(b.mul(outputs[i] as Value, b.constant(data, shape))))
      .reduce((sum, term) => b.add(sum, term));
    return [...outputs, ...gradients(b, loss, values.slice(0, -1))];
  });
  return interpret(func, tensors);
}

describe('masks of time', () => {
  it('are all in the golden file', () => {
    expect(cases).toHaveLength(12);
  });

  it.each(cases)('$name', (maskCase) => {
    const { inputs, parameters, outputs, timeMask } = maskCase;
    const found = withGradients(maskCase, [...operandsOf(maskCase), boolTensor(timeMask)]);
    outputs.forEach((output, i) =>
      expect(goldenError(found[i], output), `output ${i}`).toBeLessThan(GOLDEN_TOLERANCE),
    );
    Object.keys({ ...inputs, ...parameters }).forEach((name, i) => {
      const expected = maskCase.gradients[name] as GoldenTensor;
      const error = goldenError(found[outputs.length + i], expected);
      expect(error, `gradient of ${name}`).toBeLessThan(GOLDEN_TOLERANCE);
    });
  });

  const backwards = cases.filter(({ layer }) => layer.goBackwards);
  it.each(backwards)('$name: the gradient of finite differences', (maskCase) => {
    const tensors = [...operandsOf(maskCase), boolTensor(maskCase.timeMask)];
    expect(gradientError(funcOf(tensors, layerOf(maskCase)), tensors)).toBeLessThan(1e-8);
  });

  it.each(cases)('$name: what stands at masked steps is not read', (maskCase) => {
    const [x, ...others] = operandsOf(maskCase) as [Tensor64, ...Tensor64[]];
    const mask = boolTensor(maskCase.timeMask);
    const features = x.shape[2] as number;
    const holed = float64(
      x.shape,
      Array.from(x.data, (value, i) => (mask.data[Math.floor(i / features)] === 1 ? value : NaN)),
    );
    const expected = withGradients(maskCase, [x, ...others, mask]);
    expect(withGradients(maskCase, [holed, ...others, mask])).toEqual(expected);
  });

  it.each(cases)('$name: a mask of nothing is no mask', (maskCase) => {
    const tensors = operandsOf(maskCase);
    const { shape, data } = maskCase.timeMask;
    const all = boolTensor({ shape, data: data.map(() => 1) });
    const masked = interpret(funcOf([...tensors, all], layerOf(maskCase)), [...tensors, all]);
    expect(masked).toEqual(interpret(funcOf(tensors, layerOf(maskCase, false)), tensors));
  });
});

interface MaskedLossCase {
  readonly name: string;
  readonly loss: LossSpec;
  readonly prediction: GoldenTensor;
  readonly target: GoldenTensor;
  readonly mask: GoldenTensor;
  readonly value: GoldenTensor;
  readonly gradient: GoldenTensor;
}

/** The weights that make a mean over all steps one over those that the mask leaves. */
function weightsOf({ shape, data }: GoldenTensor): Tensor64 {
  const valid = data.reduce((sum, step) => sum + step);
  return float64(
    shape,
    data.map((step) => (step * data.length) / valid),
  );
}

describe('losses on ragged lengths', () => {
  it.each(goldenCases<MaskedLossCase>('masked_losses'))(
    '$name: masked as in Keras, by weights of steps',
    ({ loss, prediction, target, mask, value, gradient }) => {
      const isInteger = loss.type === 'sparseCategoricalCrossentropy';
      const targets: Tensor64 = isInteger
        ? { dtype: 'int32', shape: target.shape, data: Int32Array.from(target.data) }
        : toTensor(target);
      const tensors = [toTensor(prediction), targets, weightsOf(mask)];
      const func = funcOf(tensors, (b, ...values) => {
        const [guess, wanted, weights] = values as [Value, Value, Value];
        const mean = meanLoss(b, loss, { prediction: guess, target: wanted, weights });
        return [mean, ...gradients(b, mean, [guess])];
      });
      const [found, slope] = interpret(func, tensors);
      expect(goldenError(found, value)).toBeLessThan(GOLDEN_TOLERANCE);
      expect(goldenError(slope, gradient)).toBeLessThan(GOLDEN_TOLERANCE);
    },
  );

  const whole = cases.filter(({ name }) => name.endsWith('from given states'));
  it.each(whole)('$name: padded in one batch is each alone at its length', (maskCase) => {
    const lengths = [6, 4, 1, 3, 5];
    const [x, ...others] = operandsOf(maskCase) as [Tensor64, ...Tensor64[]];
    const [batch, time, features] = x.shape as [number, number, number];
    const states = Object.keys(maskCase.inputs).length - 1;
    const mask = {
      shape: [batch, time],
      data: lengths.flatMap((length) => Array.from({ length: time }, (_, t) => +(t < length))),
    };
    const { units } = maskCase.layer;
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
    const together = run([x, ...others], weightsOf(mask), boolTensor(mask));

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
      expect(relativeError(found, expected), `result ${i}`).toBeLessThan(GOLDEN_TOLERANCE);
    });
  });
});
