import {
  Builder,
  countNodes,
  expandComposites,
  gradients,
  optimize,
  prepareFunc,
  recurrent,
  validateFunc,
  type Func,
  type RecurrentName,
  type RecurrentOptions,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { randomTensor, relativeError } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import type { Tensor64 } from '../tensor.ts';

const [batch, time, features, units] = [2, 5, 3, 4];
const gates = { simpleRnn: 1, lstm: 4, gru: 3 } as const;

interface Layer {
  readonly name: RecurrentName;
  readonly resetAfter?: boolean;
  /** Whether the loss reads each step, or the last only. */
  readonly sequence?: boolean;
}

/** Gradients of a loss with respect to all operands of a layer. */
function gradientOf({ name, resetAfter = true, sequence = false }: Layer): {
  func: Func;
  inputs: Tensor64[];
} {
  const width = gates[name] * units;
  const shapes = [
    [batch, time, features],
    [features, width],
    [units, width],
    name === 'gru' && resetAfter ? [2, width] : [width],
    [batch, units],
    ...(name === 'lstm' ? [[batch, units]] : []),
  ];
  const b = new Builder();
  const inputs = shapes.map((shape) => b.input({ dtype: 'float32', shape }));
  const [x, kernel, recurrentKernel, bias, ...states] = inputs as [
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  const options: RecurrentOptions = {
    units,
    activation: 'tanh',
    recurrentActivation: 'sigmoid',
    useBias: true,
    resetAfter,
    goBackwards: false,
  };
  const layer = recurrent(b, name, { x, kernel, recurrentKernel, bias, states }, options);
  const read = sequence ? layer.sequence : (layer.states[0] as Value);
  const loss = b.reduceSum(b.mul(read, b.sin(read)));
  const func = b.finish(gradients(b, loss, inputs));
  return { func, inputs: shapes.map((shape, i) => randomTensor(200 + i, shape, 0.8)) };
}

/** The operations of each scan's body, in the order of the scans. */
function bodies(func: Func): string[] {
  return func.nodes.flatMap((node) =>
    node.op === 'scan' ? [node.attributes.body.nodes.map(({ op }) => op).join(' ')] : [],
  );
}

const layers: readonly (Layer & { readonly backward: string })[] = [
  { name: 'simpleRnn', backward: 'mul matmul' },
  { name: 'simpleRnn', sequence: true, backward: 'add mul matmul' },
  { name: 'lstm', backward: 'mul add mul concat mul matmul' },
  { name: 'lstm', sequence: true, backward: 'add mul add mul concat mul matmul' },
  { name: 'gru', backward: 'mul concat mul matmul add' },
  { name: 'gru', sequence: true, backward: 'add mul concat mul matmul add' },
];

describe.each(layers)('a step back of $name, sequence: $sequence', ({ backward, ...layer }) => {
  const { func } = gradientOf(layer);

  it('holds only what depends on what is carried', () => {
    expect(bodies(prepareFunc(func))[1]).toBe(backward);
  });

  it('is shorter than before', () => {
    const plain = bodies(optimize(expandComposites(func)))[1] ?? '';
    expect(backward.split(' ').length).toBeLessThanOrEqual(plain.split(' ').length);
  });
});

describe.each([
  ...layers,
  { name: 'gru', resetAfter: false },
  { name: 'gru', resetAfter: false, sequence: true },
] as readonly Layer[])('$name, sequence: $sequence, prepared', (layer) => {
  const { func, inputs } = gradientOf(layer);
  const prepared = prepareFunc(func);

  it('gives the same gradients', () => {
    validateFunc(prepared);
    const expected = interpret(func, inputs);
    interpret(prepared, inputs).forEach((gradient, i) =>
      expect(relativeError(gradient, expected[i] as Tensor64)).toBeLessThan(1e-13),
    );
  });

  it('projects its inputs in one matmul, and back in another', () => {
    // Forward: inputs and state; backward: state, inputs, kernel, recurrent kernels.
    const perStep = layer.name === 'gru' && layer.resetAfter === false ? 2 : 1;
    const outside = prepared.nodes.filter(({ op }) => op === 'matmul').length;
    expect(outside).toBe(3 + perStep);
    expect(countNodes(prepared, 'matmul') - outside).toBe(2 * perStep);
    expect(countNodes(prepared, 'scan')).toBe(2);
  });
});
