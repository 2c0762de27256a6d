import {
  applyOptimizer,
  clipGradients,
  scalarsOf,
  slotsOf,
  type Func,
  type Value,
} from '@chronograd/graph';
import { parseTraining, type OptimizerSpec } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { funcOf, relativeError } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';
import {
  GOLDEN_TOLERANCE,
  goldenCases,
  goldenError,
  toTensor,
  type GoldenTensor,
} from './golden.ts';

interface OptimizerCase {
  readonly name: string;
  readonly optimizer: unknown;
  readonly learningRates: readonly number[];
  readonly parameters: readonly GoldenTensor[];
  /** By step, then by parameter. */
  readonly gradients: readonly (readonly GoldenTensor[])[];
  readonly after: readonly (readonly GoldenTensor[])[];
}

const cases = goldenCases<OptimizerCase>('optimizers');

const zeros = ({ shape, data }: Tensor64): Tensor64 =>
  float64(shape, new Float64Array(data.length));

interface OptimizerState {
  readonly scalars: readonly Tensor64[];
  readonly parameters: readonly Tensor64[];
  /** By parameter, then by slot. */
  readonly slots: readonly (readonly Tensor64[])[];
}

/** `[rate, scalars…, (parameter, gradient, slots…)…] -> [scalars…, (parameter, slots…)…]` */
function stepFunc(optimizer: OptimizerSpec, inputs: readonly Tensor64[]): Func {
  const scalarCount = scalarsOf(optimizer).length;
  const width = 2 + slotsOf(optimizer).length;
  return funcOf(inputs, (b, ...values: Value[]) => {
    const [learningRate, ...others] = values as [Value, ...Value[]];
    const groups: Value[][] = [];
    for (let at = scalarCount; at < others.length; at += width)
      groups.push(others.slice(at, at + width));
    const raw = groups.map(([, gradient]) => gradient as Value);
    const { gradients } = clipGradients(b, raw, optimizer);
    const result = applyOptimizer(b, optimizer, {
      learningRate,
      scalars: others.slice(0, scalarCount),
      updates: groups.map(([parameter, , ...slots], i) => ({
        parameter: parameter as Value,
        gradient: gradients[i] as Value,
        slots,
      })),
    });
    return [
      ...result.scalars,
      ...result.updates.flatMap(({ parameter, slots }) => [parameter, ...slots]),
    ];
  });
}

function step(
  optimizer: OptimizerSpec,
  rate: number,
  gradients: readonly Tensor64[],
  { scalars, parameters, slots }: OptimizerState,
): OptimizerState {
  const inputs = [
    float64([], [rate]),
    ...scalars,
    ...parameters.flatMap((parameter, i) => [
      parameter,
      gradients[i] as Tensor64,
      ...(slots[i] ?? []),
    ]),
  ];
  const found = interpret(stepFunc(optimizer, inputs), inputs);
  const size = 1 + slotsOf(optimizer).length;
  const group = (i: number): Tensor64[] =>
    found.slice(scalars.length + i * size, scalars.length + (i + 1) * size);
  return {
    scalars: found.slice(0, scalars.length),
    parameters: parameters.map((_, i) => group(i)[0] as Tensor64),
    slots: parameters.map((_, i) => group(i).slice(1)),
  };
}

describe('optimizers', () => {
  it('are all in the golden file', () => {
    expect(cases).toHaveLength(15);
  });

  it.each(cases)('$name: five steps as Keras takes them', (optimizerCase) => {
    const { learningRates, gradients, after } = optimizerCase;
    const training = parseTraining({ loss: 'mse', optimizer: optimizerCase.optimizer });
    const { optimizer } = training;
    const parameters = optimizerCase.parameters.map(toTensor);
    let state: OptimizerState = {
      scalars: scalarsOf(optimizer).map(({ initial }) => float64([], [initial])),
      parameters,
      slots: parameters.map((parameter) => slotsOf(optimizer).map(() => zeros(parameter))),
    };
    learningRates.forEach((rate, i) => {
      state = step(optimizer, rate, (gradients[i] as GoldenTensor[]).map(toTensor), state);
      after[i]?.forEach((expected, k) =>
        expect(goldenError(state.parameters[k], expected), `step ${i}`).toBeLessThan(
          GOLDEN_TOLERANCE,
        ),
      );
    });
    expect(state.scalars[0]?.data[0]).toBe(5);
  });
});

describe('clipGradients', () => {
  const gradients = [float64([2], [3, -4]), float64([1, 2], [0, 12])];
  const clip = (options: Parameters<typeof clipGradients>[2]): Tensor64[] =>
    interpret(
      funcOf(gradients, (b, ...values: Value[]) => {
        const clipped = clipGradients(b, values, options);
        return [clipped.norm, ...clipped.gradients];
      }),
      gradients,
    );

  it('tells the norm of all gradients before clipping', () => {
    for (const options of [{}, { clipValue: 1 }, { clipNorm: 1 }, { globalClipNorm: 1 }])
      expect(clip(options)[0]?.data[0]).toBeCloseTo(13, 12);
  });

  it('leaves gradients within the norm as they are', () => {
    const [, ...kept] = clip({ globalClipNorm: 13.5 });
    expect(kept.map(({ data }) => [...data])).toEqual([
      [3, -4],
      [0, 12],
    ]);
  });

  it('keeps the direction of all gradients together', () => {
    const [, first] = clip({ globalClipNorm: 6.5 });
    expect(relativeError(first as Tensor64, float64([2], [1.5, -2]))).toBeLessThan(1e-15);
  });
});
