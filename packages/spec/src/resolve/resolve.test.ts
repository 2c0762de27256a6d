import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { dense, flatten, gru, input, lstm, simpleRnn } from '../builders.ts';
import { parseModel } from '../documents/model.ts';
import { countParameters } from './parameters.ts';
import { resolveModel } from './resolve.ts';
import type { ResolvedModel } from './resolved.ts';

function resolved(layers: readonly unknown[], outputs?: readonly string[]): ResolvedModel {
  return resolveModel(parseModel({ layers, ...(outputs && { outputs }) }));
}

function faults(...layers: unknown[]): string[] {
  return faultsOf(() => resolved(layers));
}

const shapes = (model: ResolvedModel): unknown[] =>
  model.layers.map(({ outputs }) => outputs.map(({ shape }) => shape));

describe('shapes', () => {
  it('of a chain with an unknown length of time', () => {
    const model = resolved([
      input({ shape: [null, 5] }),
      lstm({ units: 7, returnSequences: true }),
      dense({ units: 4 }),
      { type: 'dropout', rate: 0.5 },
      { type: 'activation', activation: 'relu' },
      simpleRnn({ units: 3, returnSequences: true, goBackwards: true }),
      gru({ units: 2 }),
    ]);
    expect(shapes(model).flat()).toEqual([
      [null, 5],
      [null, 7],
      [null, 4],
      [null, 4],
      [null, 4],
      [null, 3],
      [2],
    ]);
  });

  it('of dense layers, which act on the last axis of any rank', () => {
    const model = resolved([input({ shape: [6, null, 3, 2] }), dense({ units: 9 })]);
    expect(shapes(model).flat()).toEqual([
      [6, null, 3, 2],
      [6, null, 3, 9],
    ]);
    expect(model.parameters.map(({ shape }) => shape)).toEqual([[2, 9], [9]]);
  });

  it('of flatten, which keeps the element type', () => {
    const model = resolved([input({ shape: [6, 5, 2], dtype: 'int32' }), flatten()]);
    expect(model.outputs).toEqual([{ reference: 'flatten', shape: [60], dtype: 'int32' }]);
  });

  it('of returned states', () => {
    const model = resolved(
      [
        input({ name: 'past', shape: [8, 3] }),
        lstm({ name: 'encoder', units: 6, returnState: true, returnSequences: true }),
        input({ name: 'future', shape: [null, 2] }),
        lstm({ name: 'decoder', units: 6, inputs: ['future', 'encoder:h', 'encoder:c'] }),
        gru({ name: 'third', units: 6, inputs: ['encoder', 'encoder:c'], returnState: true }),
      ],
      ['third:h', 'decoder', 'encoder:c'],
    );
    expect(model.inputs.map(({ reference, shape }) => [reference, shape])).toEqual([
      ['past', [8, 3]],
      ['future', [null, 2]],
    ]);
    expect(model.outputs.map(({ reference, shape }) => [reference, shape])).toEqual([
      ['third:h', [6]],
      ['decoder', [6]],
      ['encoder:c', [6]],
    ]);
    expect(model.layers[3]?.inputs.map(({ reference, shape }) => [reference, shape])).toEqual([
      ['future', [null, 2]],
      ['encoder:h', [6]],
      ['encoder:c', [6]],
    ]);
    expect(model.layers[1]?.outputs.map(({ reference, shape }) => [reference, shape])).toEqual([
      ['encoder', [8, 6]],
      ['encoder:h', [6]],
      ['encoder:c', [6]],
    ]);
  });
});

describe('parameters', () => {
  const layout = (layer: unknown): unknown[] =>
    resolved([input({ shape: [4, 5] }), layer]).parameters.map(({ name, shape }) => [name, shape]);

  it('lie as in Keras', () => {
    expect(layout(dense({ units: 3 }))).toEqual([
      ['dense/kernel', [5, 3]],
      ['dense/bias', [3]],
    ]);
    expect(layout(simpleRnn({ units: 3 }))).toEqual([
      ['simpleRnn/kernel', [5, 3]],
      ['simpleRnn/recurrentKernel', [3, 3]],
      ['simpleRnn/bias', [3]],
    ]);
    expect(layout(lstm({ units: 3, name: 'encoder' }))).toEqual([
      ['encoder/kernel', [5, 12]],
      ['encoder/recurrentKernel', [3, 12]],
      ['encoder/bias', [12]],
    ]);
    expect(layout(gru({ units: 3 }))).toEqual([
      ['gru/kernel', [5, 9]],
      ['gru/recurrentKernel', [3, 9]],
      ['gru/bias', [2, 9]],
    ]);
    expect(layout(gru({ units: 3, resetAfter: false })).at(-1)).toEqual(['gru/bias', [9]]);
  });

  it.each([dense({ units: 3, useBias: false }), gru({ units: 3, useBias: false })])(
    'leave out a bias that is not used',
    (layer) => {
      const names = resolved([input({ shape: [4, 5] }), layer]).parameters.map(
        ({ variable }) => variable,
      );
      expect(names).not.toContain('bias');
      expect(names).toContain('kernel');
    },
  );

  it('know how they start', () => {
    const { parameters } = resolved([
      input({ shape: [4, 5] }),
      lstm({
        units: 3,
        kernelInitializer: 'heNormal',
        recurrentInitializer: { type: 'orthogonal', gain: 2 },
        biasInitializer: { type: 'constant', value: 0.5 },
      }),
    ]);
    expect(parameters).toEqual([
      {
        name: 'lstm/kernel',
        layer: 'lstm',
        variable: 'kernel',
        shape: [5, 12],
        initializer: { type: 'heNormal' },
        gates: 4,
      },
      {
        name: 'lstm/recurrentKernel',
        layer: 'lstm',
        variable: 'recurrentKernel',
        shape: [3, 12],
        initializer: { type: 'orthogonal', gain: 2 },
        gates: 4,
      },
      {
        name: 'lstm/bias',
        layer: 'lstm',
        variable: 'bias',
        shape: [12],
        initializer: { type: 'constant', value: 0.5 },
        gates: 4,
        unitForgetBias: true,
      },
    ]);
  });

  it.each([
    [
      5250,
      [
        input({ shape: [null, 1] }),
        lstm({ units: 20, returnSequences: true }),
        lstm({ units: 20 }),
        dense({ units: 10 }),
      ],
    ],
    [
      4110,
      [
        input({ shape: [null, 1] }),
        gru({ units: 20, returnSequences: true }),
        gru({ units: 20 }),
        dense({ units: 10 }),
      ],
    ],
    [
      1281,
      [
        input({ shape: [null, 1] }),
        simpleRnn({ units: 20, returnSequences: true }),
        simpleRnn({ units: 20 }),
        dense({ units: 1 }),
      ],
    ],
    [1678, [input({ shape: [null, 5] }), simpleRnn({ units: 32 }), dense({ units: 14 })]],
  ])('are %i, as Keras counts them', (count, layers) => {
    expect(countParameters(resolved(layers))).toBe(count);
  });
});

describe('layers that do not fit', () => {
  it('a recurrent layer after one that gave up time, with what to set', () => {
    expect(
      faults(input({ shape: [9, 5] }), gru({ name: 'first', units: 20 }), lstm({ units: 3 })),
    ).toEqual([
      '$.layers[2].inputs[0]: expected [time, features] into lstm, found [20] from first (set "returnSequences": true on "first")',
    ]);
  });

  it('also through layers between', () => {
    const [fault] = faults(
      input({ shape: [9, 5] }),
      gru({ name: 'first', units: 20 }),
      { type: 'dropout', rate: 0.1 },
      dense({ units: 8 }),
      lstm({ units: 3 }),
    );
    expect(fault).toBe(
      '$.layers[4].inputs[0]: expected [time, features] into lstm, found [8] from dense (set "returnSequences": true on "first")',
    );
  });

  it('a recurrent layer after flatten, on a flat input, on a state, on four axes', () => {
    expect(faults(input({ shape: [9, 5] }), flatten(), simpleRnn({ units: 3 }))).toEqual([
      '$.layers[2].inputs[0]: expected [time, features] into simpleRnn, found [45] from flatten (leave out "flatten", which makes one axis of all)',
    ]);
    expect(faults(input({ shape: [5] }), gru({ units: 3 }))).toEqual([
      '$.layers[1].inputs[0]: expected [time, features] into gru, found [5] from input (write the shape of "input" as [time, features], null being any length of time)',
    ]);
    expect(
      faults(
        input({ shape: [9, 5] }),
        gru({ units: 4, returnState: true }),
        gru({ units: 3, inputs: ['gru:h'] }),
      ),
    ).toEqual([
      '$.layers[2].inputs[0]: expected [time, features] into gru, found [4] from gru:h (read "gru" itself, not its state)',
    ]);
    expect(faults(input({ shape: [9, 5, 2] }), gru({ units: 3 }))).toEqual([
      '$.layers[1].inputs[0]: expected [time, features] into gru, found [9, 5, 2] from input',
    ]);
  });

  it('an unknown last dimension', () => {
    const hint = 'the kernel has its size: give the input layer a number there';
    expect(faults(input({ shape: [5, null] }), dense({ units: 3 }))).toEqual([
      `$.layers[1].inputs[0]: expected a known last dimension into dense, found [5, null] from input (${hint})`,
    ]);
    expect(faults(input({ shape: [5, null] }), lstm({ units: 3 }))).toEqual([
      `$.layers[1].inputs[0]: expected a known last dimension into lstm, found [5, null] from input (${hint})`,
    ]);
  });

  it('no dimension at all', () => {
    expect(faults(input({ shape: [] }), dense({ units: 3 }))).toEqual([
      '$.layers[1].inputs[0]: expected [..., features] into dense, found [] from input',
    ]);
    expect(
      faults(input({ shape: [] }), { type: 'activation', activation: 'softmax' }),
    ).toHaveLength(1);
    expect(faults(input({ shape: [] }), { type: 'activation', activation: 'tanh' })).toEqual([]);
  });

  it('flatten of a shape with null', () => {
    expect(faults(input({ shape: [null, 5] }), flatten())).toEqual([
      '$.layers[1].inputs[0]: expected a shape without null into flatten, found [null, 5] from input (give the input layer its whole shape, or bind it before)',
    ]);
  });

  it.each([
    dense({ units: 3 }),
    { type: 'dropout', rate: 0.1 },
    { type: 'activation', activation: 'tanh' },
    gru({ units: 3 }),
  ])('whole numbers into layers that calculate', (layer) => {
    expect(faults(input({ shape: [4, 2], dtype: 'int32' }), layer)).toEqual([
      `$.layers[1].inputs[0]: expected float32 into ${layer.type}, found int32 from input`,
    ]);
  });

  it('initial states of another size or rank', () => {
    expect(
      faults(
        input({ name: 'a', shape: [4] }),
        input({ name: 'b', shape: [1, 6] }),
        input({ name: 'x', shape: [9, 5] }),
        lstm({ units: 6, inputs: ['x', 'a', 'b'] }),
      ),
    ).toEqual([
      '$.layers[3].inputs[1]: expected an initial state [6] into lstm, found [4] from a',
      '$.layers[3].inputs[2]: expected an initial state [6] into lstm, found [1, 6] from b',
    ]);
  });

  it('are all told at once, each once', () => {
    const found = faults(
      input({ shape: [null, 5] }),
      flatten(),
      dense({ units: 3 }),
      gru({ units: 2, inputs: ['input'] }),
      lstm({ units: 2 }),
      dense({ units: 1 }),
    ).map((line) => line.slice(0, line.indexOf(': ')));
    expect(found).toEqual(['$.layers[1].inputs[0]', '$.layers[4].inputs[0]']);
  });

  it('are refused also in a model that nobody parsed', () => {
    const spec = parseModel({ layers: [input({ shape: [5] }), dense({ units: 2 })] });
    expect(faultsOf(() => resolveModel({ ...spec, outputs: ['dens'] }))).toEqual([
      '$.outputs[0]: expected the name of a layer: input, dense, found "dens" (did you mean "dense"?)',
    ]);
  });
});
