import { parseModel, parseTraining, resolveModel, type ResolvedModel } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { GraphError } from '../ir/errors.ts';
import { formatType, type Entry, type Func, type NamedType, type TensorType } from '../ir/types.ts';
import { prepare } from '../passes/index.ts';
import { initialState } from './initial-state.ts';
import { buildProgram, type ProgramOptions } from './program.ts';

const input = { type: 'input', shape: [5, 2] };
const batch = 3;

function resolve(layers: readonly unknown[], outputs?: readonly string[]): ResolvedModel {
  return resolveModel(parseModel({ layers, ...(outputs ? { outputs } : {}) }));
}

function types(named: readonly NamedType[]): Record<string, string> {
  return Object.fromEntries(named.map(({ name, type }) => [name, formatType(type)]));
}

const training = parseTraining({ loss: 'mse', optimizer: 'adam', metrics: ['mae', 'rmse'] });
const model = resolve([input, { type: 'lstm', units: 4 }, { type: 'dense', units: 3 }]);

function build(from: ResolvedModel, options: Partial<ProgramOptions> = {}) {
  return buildProgram(from, {
    batch,
    training,
    entries: ['predict', 'evaluate', 'trainStep'],
    ...options,
  });
}

function entryOf(program: ReturnType<typeof buildProgram>, name: string): Entry {
  const entry = program.entries[name];
  if (!entry) throw new Error(`no entry ${name}`);
  return entry;
}

/** Operations of a function, of the bodies of its scans too. */
function operations(func: Func): string[] {
  return func.nodes.flatMap((node) =>
    node.op === 'scan' ? ['scan', ...operations(node.attributes.body)] : [node.op],
  );
}

describe('buildProgram', () => {
  const program = build(model);

  it('predicts from the inputs by layer name', () => {
    const { inputs, outputs, reads, writes } = entryOf(program, 'predict');
    expect(types(inputs)).toEqual({ input: 'float32[3,5,2]' });
    expect(types(outputs)).toEqual({ dense: 'float32[3,3]' });
    expect([...reads].sort()).toEqual(model.parameters.map(({ name }) => name).sort());
    expect(writes).toEqual([]);
  });

  it('evaluates against targets', () => {
    const { inputs, outputs, writes } = entryOf(program, 'evaluate');
    expect(types(inputs)).toEqual({ input: 'float32[3,5,2]', targets: 'float32[3,3]' });
    expect(types(outputs)).toEqual({ loss: 'float32[]', mae: 'float32[]', rmse: 'float32[]' });
    expect(writes).toEqual([]);
  });

  it('trains with a learning rate at every step and writes all that it changes', () => {
    const { inputs, outputs, reads, writes } = entryOf(program, 'trainStep');
    expect(types(inputs)).toEqual({
      input: 'float32[3,5,2]',
      targets: 'float32[3,3]',
      learningRate: 'float32[]',
    });
    expect(outputs.map(({ name }) => name)).toEqual(['loss', 'mae', 'rmse', 'gradientNorm']);
    expect([...writes].sort()).toEqual(Object.keys(program.state).sort());
    expect([...reads].sort()).toEqual(Object.keys(program.state).sort());
  });

  it('keeps parameters, slots and the count of steps in the state', () => {
    const slots = model.parameters.flatMap(({ name }) => [
      `optimizer/m/${name}`,
      `optimizer/v/${name}`,
    ]);
    const names = model.parameters.map(({ name }) => name);
    expect(Object.keys(program.state).sort()).toEqual(
      [...names, ...slots, 'optimizer/step'].sort(),
    );
    expect(formatType(program.state['optimizer/v/lstm/kernel'] as TensorType)).toBe(
      'float32[2,16]',
    );
  });

  it('asks for a seed only where something is dropped', () => {
    for (const layer of [
      { type: 'dropout', rate: 0.1 },
      { type: 'gru', units: 4, dropout: 0.1 },
      { type: 'simpleRnn', units: 4, recurrentDropout: 0.1 },
    ]) {
      const dropping = build(resolve([input, layer]));
      const seed = (name: string) =>
        entryOf(dropping, name).inputs.find((fed) => fed.name === 'seed')?.type;
      expect(seed('trainStep')).toEqual({ dtype: 'uint32', shape: [2] });
      expect(seed('evaluate')).toBeUndefined();
    }
    const still = build(resolve([input, { type: 'dropout', rate: 0 }, { type: 'flatten' }]));
    expect(types(entryOf(still, 'trainStep').inputs)).not.toHaveProperty('seed');
  });

  it.each([
    [true, 'float32[3]'],
    ['sample', 'float32[3]'],
    ['step', 'float32[3,5]'],
  ] as const)('takes sample weights (%s)', (sampleWeights, expected) => {
    const sequence = resolve([input, { type: 'gru', units: 4, returnSequences: true }]);
    const weighted = build(sequence, { sampleWeights });
    for (const name of ['evaluate', 'trainStep'])
      expect(types(entryOf(weighted, name).inputs)['sampleWeights']).toBe(expected);
    expect(types(entryOf(weighted, 'predict').inputs)).toEqual({ input: 'float32[3,5,2]' });
  });

  it('names targets and metrics of several outputs by their references', () => {
    const two = resolve(
      [
        input,
        { type: 'lstm', name: 'body', units: 4, returnState: true },
        { type: 'dense', name: 'classes', units: 6, inputs: ['body'] },
        { type: 'dense', name: 'range', units: 4, inputs: ['body:c'] },
      ],
      ['range', 'classes', 'body:h'],
    );
    const losses = {
      classes: 'sparseCategoricalCrossentropy',
      range: { type: 'quantile', quantiles: [0.1, 0.9] },
    };
    const program = build(two, {
      training: parseTraining({ loss: losses, optimizer: 'sgd' }),
    });
    expect(types(entryOf(program, 'evaluate').inputs)).toEqual({
      input: 'float32[3,5,2]',
      'targets/range': 'float32[3,2]',
      'targets/classes': 'int32[3]',
    });
    expect(types(entryOf(program, 'predict').outputs)).toEqual({
      range: 'float32[3,4]',
      classes: 'float32[3,6]',
      'body:h': 'float32[3,4]',
    });
    const measured = build(two, {
      training: parseTraining({ loss: 'mse', optimizer: 'sgd', metrics: ['mae'] }),
    });
    expect(entryOf(measured, 'evaluate').outputs.map(({ name }) => name)).toEqual([
      'loss',
      'mae/range',
      'mae/classes',
      'mae/body:h',
    ]);
  });

  it('reads and writes the states of stateful layers in every entry but stream', () => {
    const stateful = resolve([input, { type: 'lstm', name: 'body', units: 4, stateful: true }]);
    const program = build(stateful, { entries: ['predict', 'evaluate', 'trainStep', 'stream'] });
    expect(formatType(program.state['body/state/c'] as TensorType)).toBe('float32[3,4]');
    for (const name of ['predict', 'evaluate', 'trainStep']) {
      const { reads, writes } = entryOf(program, name);
      for (const state of ['body/state/h', 'body/state/c']) {
        expect(reads).toContain(state);
        expect(writes).toContain(state);
      }
    }
    expect(entryOf(program, 'stream').writes).toEqual(['stream/body/h', 'stream/body/c']);
  });

  it('streams one step, without the axis of time', () => {
    const sequence = resolve([
      input,
      { type: 'gru', name: 'body', units: 4, returnSequences: true },
      { type: 'dense', units: 3 },
    ]);
    const stream = entryOf(build(sequence, { entries: ['stream'] }), 'stream');
    expect(types(stream.inputs)).toEqual({ input: 'float32[3,2]' });
    expect(types(stream.outputs)).toEqual({ dense: 'float32[3,3]' });
    expect(stream.writes).toEqual(['stream/body/h']);
  });

  it('leaves nothing of training in predict, and one scan each way in trainStep', () => {
    const { entries } = prepare(program);
    const count = (name: string, op: string): number =>
      operations((entries[name] as Entry).func).filter((found) => found === op).length;
    expect(count('predict', 'scan')).toBe(1);
    expect(count('predict', 'matmul')).toBe(3);
    expect(count('evaluate', 'scan')).toBe(1);
    expect(count('trainStep', 'scan')).toBe(2);
    // Forward 3; backward: dense 2, recurrence 1, and one for each kernel of the lstm.
    expect(count('trainStep', 'matmul')).toBe(8);
  });

  it('keeps one recurrent product inside of the loop', () => {
    const cells: readonly (readonly [Record<string, unknown>, number])[] = [
      [{ type: 'simpleRnn' }, 1],
      [{ type: 'lstm' }, 1],
      [{ type: 'gru' }, 1],
      [{ type: 'gru', resetAfter: false }, 2],
    ];
    for (const [layer, expected] of cells) {
      const { entries } = prepare(build(resolve([input, { ...layer, units: 4 }])));
      const scan = (entries['predict'] as Entry).func.nodes.find(({ op }) => op === 'scan');
      const body = scan?.op === 'scan' ? scan.attributes.body : undefined;
      expect(body?.nodes.filter(({ op }) => op === 'matmul').length).toBe(expected);
    }
  });
});

describe('buildProgram refuses', () => {
  const refused = (from: ResolvedModel, options: Partial<ProgramOptions>): string => {
    try {
      build(from, options);
    } catch (error) {
      expect(error).toBeInstanceOf(GraphError);
      return (error as GraphError).message;
    }
    throw new Error('not refused');
  };
  const streaming: Partial<ProgramOptions> = { entries: ['stream'] };

  it('shapes that are not bound', () => {
    const open = resolve([
      { type: 'input', shape: [null, 2] },
      { type: 'gru', units: 4 },
    ]);
    expect(refused(open, {})).toBe(
      'model: input: expected a shape without null: bind the shapes first, found [null, 2]',
    );
  });

  it('training entries without a training', () => {
    const message = (() => {
      try {
        buildProgram(model, { batch, entries: ['trainStep'] });
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    })();
    expect(message).toBe('trainStep: training: expected a loss and an optimizer, found none');
  });

  it('a loss for what is no output', () => {
    const wrong = parseTraining({ loss: { lstm: 'mse' } });
    expect(refused(model, { training: wrong })).toBe(
      'loss: lstm: expected an output of the model: dense, found lstm',
    );
  });

  it('quantiles that do not divide the prediction', () => {
    const quantile = parseTraining({ loss: { type: 'quantile', quantiles: [0.1, 0.9] } });
    expect(refused(model, { training: quantile })).toMatch(/divisible by 2, found 3/);
  });

  it('weights of steps where an output has none', () => {
    expect(refused(model, { sampleWeights: 'step' })).toMatch(
      /sampleWeights: dense: expected an output \[batch, time, …\]/,
    );
  });

  it('metrics that do not fit the targets', () => {
    const wrong = parseTraining({ loss: 'sparseCategoricalCrossentropy', metrics: ['mae'] });
    expect(refused(model, { training: wrong })).toBe(
      'metric: mae: expected a metric that fits the targets, found loss sparseCategoricalCrossentropy',
    );
  });

  it('to stream what reads the future or all of the past at once', () => {
    const backwards = resolve([input, { type: 'gru', units: 4, goBackwards: true }]);
    expect(refused(backwards, streaming)).toBe(
      'stream: layer gru: expected a layer that reads the past only, found goBackwards: true',
    );
    const both = resolve([input, { type: 'bidirectional', layer: { type: 'gru', units: 4 } }]);
    expect(refused(both, streaming)).toBe(
      'stream: layer bidirectional: expected a layer that reads the past only, found bidirectional, which reads from the last step too',
    );
    expect(refused(resolve([input, { type: 'flatten' }]), streaming)).toMatch(
      /found flatten over the time axis/,
    );
    const fed = resolve([
      { ...input, name: 'x' },
      { type: 'input', name: 'h', shape: [4] },
      { type: 'gru', units: 4, inputs: ['x', 'h'] },
    ]);
    expect(refused(fed, streaming)).toMatch(/found initial states from h/);
  });
});

describe('initialState', () => {
  it('has every tensor of the state, of its type', () => {
    const program = build(model);
    const state = initialState(program, model, 42);
    expect(Object.keys(state)).toEqual(Object.keys(program.state));
    for (const [name, type] of Object.entries(program.state)) {
      const { dtype, shape, data } = state[name] as (typeof state)[string];
      expect({ dtype, shape }).toEqual(type);
      expect(data.length).toBe(shape.reduce((product, dimension) => product * dimension, 1));
    }
    expect([...(state['lstm/bias']?.data.slice(4, 8) ?? [])]).toEqual([1, 1, 1, 1]);
    expect(state['optimizer/step']?.data).toEqual(Float32Array.of(0));
  });

  it("starts nadam's product of momenta at one", () => {
    const nadam = parseTraining({ loss: 'mse', optimizer: 'nadam' });
    const program = build(model, { training: nadam });
    expect(initialState(program, model, 1)['optimizer/uProduct']?.data).toEqual(Float32Array.of(1));
  });

  it('gives a layer the same weights wherever it stands', () => {
    const alone = resolve([input, { type: 'gru', name: 'body', units: 4 }]);
    const after = resolve([
      input,
      { type: 'dense', units: 2 },
      { type: 'gru', name: 'body', units: 4 },
    ]);
    const kernels = [alone, after].map(
      (from) => initialState(build(from), from, 7)['body/kernel']?.data,
    );
    expect(kernels[0]).toEqual(kernels[1]);
  });
});
