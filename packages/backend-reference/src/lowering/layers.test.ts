/** Every layer and option against Keras, forward and backward. */
import {
  buildProgram,
  gradients,
  recurrent,
  type Builder,
  type Func,
  type RecurrentName,
  type Value,
} from '@chronograd/graph';
import { parseModel, resolveModel } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { funcOf } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import type { Tensor64 } from '../tensor.ts';
import {
  GOLDEN_TOLERANCE,
  goldenCases,
  goldenError,
  toTensor,
  type GoldenTensor,
} from './golden.ts';

type Tensors = Readonly<Record<string, GoldenTensor>>;

interface LayerCase {
  readonly name: string;
  readonly layer: {
    readonly type: string;
    readonly units: number;
    readonly [option: string]: unknown;
  };
  /** x, and the initial states h and c where given. */
  readonly inputs: Tensors;
  readonly masks?: { readonly input: GoldenTensor; readonly recurrent: GoldenTensor };
  readonly parameters: Tensors;
  /** The outputs of each call; a stateful layer is called twice. */
  readonly calls: readonly (readonly GoldenTensor[])[];
  readonly cotangents?: readonly GoldenTensor[];
  readonly gradients?: Tensors;
}

const cases = goldenCases<LayerCase>('layers');
const plain = cases.filter(({ masks, layer }) => !masks && layer['stateful'] !== true);
const masked = cases.filter(({ masks }) => masks);
const stateful = cases.filter(({ layer }) => layer['stateful'] === true);

/** The case's layer alone in a model, its inputs fed. */
function programOf({ layer, inputs }: LayerCase) {
  const names = Object.keys(inputs);
  const states = layer['returnState'] === true ? (layer.type === 'lstm' ? ['h', 'c'] : ['h']) : [];
  const document = parseModel({
    layers: [
      ...Object.entries(inputs).map(([name, { shape }]) => ({
        type: 'input',
        name,
        shape: shape.slice(1),
      })),
      { ...layer, name: 'layer', inputs: names },
    ],
    outputs: ['layer', ...states.map((state) => `layer:${state}`)],
  });
  const model = resolveModel(document);
  const batch = inputs['x']?.shape[0] as number;
  return buildProgram(model, { batch, entries: ['predict'] });
}

/** The outputs of a function, then the gradients of their product with the cotangents. */
function withGradients(
  func: Func,
  inputs: readonly Tensor64[],
  cotangents: readonly GoldenTensor[],
): Func {
  return funcOf(inputs, (b: Builder, ...values: Value[]) => {
    const outputs = b.inline(func, values);
    const loss = cotangents
      .map(({ shape, data }, i) => b.reduceSum(b.mul(outputs[i] as Value, b.constant(data, shape))))
      .reduce((sum, term) => b.add(sum, term));
    return [...outputs, ...gradients(b, loss, values)];
  });
}

function expectCase(
  { calls, gradients: expected = {} }: LayerCase,
  found: readonly Tensor64[],
  names: readonly string[],
): void {
  const [outputs = []] = calls;
  outputs.forEach((output, i) =>
    expect(goldenError(found[i], output), `output ${i}`).toBeLessThan(GOLDEN_TOLERANCE),
  );
  names.forEach((name, i) => {
    const gradient = found[outputs.length + i];
    const wanted = expected[name] as GoldenTensor;
    expect(goldenError(gradient, wanted), `gradient of ${name}`).toBeLessThan(GOLDEN_TOLERANCE);
  });
}

describe('layers', () => {
  it('are all in the golden file', () => {
    expect([plain.length, masked.length, stateful.length]).toEqual([27, 4, 4]);
  });

  it.each(plain)('$name', (layerCase) => {
    const { inputs, parameters, cotangents = [] } = layerCase;
    const { predict } = programOf(layerCase).entries;
    if (!predict) throw new Error('no predict');
    const read = predict.reads.map((name) => name.slice('layer/'.length));
    const tensors = [
      ...Object.values(inputs),
      ...read.map((name) => parameters[name] as GoldenTensor),
    ].map(toTensor);
    expect([...read].sort()).toEqual(Object.keys(parameters).sort());
    const found = interpret(withGradients(predict.func, tensors, cotangents), tensors);
    expectCase(layerCase, found, [...Object.keys(inputs), ...read]);
  });

  it.each(masked)('$name', (layerCase) => {
    const { layer, inputs, parameters, masks, cotangents = [] } = layerCase;
    if (!masks) throw new Error('no masks');
    const names = [...Object.keys(inputs), ...Object.keys(parameters)];
    const tensors = [
      ...Object.values(inputs),
      ...Object.values(parameters),
      masks.input,
      masks.recurrent,
    ].map(toTensor);
    const func = funcOf(tensors, (b, ...values: Value[]) => {
      const at = (name: string): Value => values[names.indexOf(name)] as Value;
      const result = recurrent(
        b,
        layer.type as RecurrentName,
        {
          x: at('x'),
          kernel: at('kernel'),
          recurrentKernel: at('recurrentKernel'),
          bias: at('bias'),
          states: layer.type === 'lstm' ? [at('h'), at('c')] : [at('h')],
          inputMask: values[names.length] as Value,
          recurrentMask: values[names.length + 1] as Value,
        },
        {
          units: layer.units,
          activation: 'tanh',
          recurrentActivation: 'sigmoid',
          useBias: true,
          resetAfter: layer['resetAfter'] !== false,
          goBackwards: false,
        },
      );
      return [result.sequence, ...result.states];
    });
    const found = interpret(withGradients(func, tensors, cotangents), tensors);
    expectCase(layerCase, found, names);
  });

  it.each(stateful)('$name: the second call starts where the first ended', (layerCase) => {
    const { inputs, parameters, calls } = layerCase;
    const { state, entries } = programOf(layerCase);
    const { predict } = entries;
    if (!predict) throw new Error('no predict');
    const kept = new Map<string, Tensor64>(
      Object.entries(state).map(([name, { dtype, shape }]) => {
        const given = parameters[name.slice('layer/'.length)];
        const size = shape.reduce((product, dimension) => product * dimension, 1);
        return [name, given ? toTensor(given) : { dtype, shape, data: new Float64Array(size) }];
      }),
    );
    for (const outputs of calls) {
      const found = interpret(predict.func, [
        ...Object.values(inputs).map(toTensor),
        ...predict.reads.map((name) => kept.get(name) as Tensor64),
      ]);
      outputs.forEach((output, i) =>
        expect(goldenError(found[i], output)).toBeLessThan(GOLDEN_TOLERANCE),
      );
      predict.writes.forEach((name, i) =>
        kept.set(name, found[predict.outputs.length + i] as Tensor64),
      );
    }
    expect(goldenError(kept.get('layer/state/h'), calls[1]?.[1] as GoldenTensor)).toBeLessThan(
      GOLDEN_TOLERANCE,
    );
  });
});
