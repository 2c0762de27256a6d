import { float64, interpret } from '@chronograd/backend-reference';
import {
  buildProgram,
  countNodes,
  optimize,
  expandComposites,
  type Entry,
  type Program,
} from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel, type TrainingDocument } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { onnxBackend } from '../backend.ts';
import { noise, noisy } from '../testing/noise.ts';
import { joinUpdates } from './join-updates.ts';
import { packEntry, packingOf, type Vector } from './pack-state.ts';

const model = resolveModel(
  parseModel({
    formatVersion: 1,
    name: 'model',
    layers: [
      { type: 'input', shape: [3] },
      { type: 'dense', name: 'first', units: 2, activation: 'tanh' },
      { type: 'dense', name: 'last', units: 4 },
    ],
  }),
);

function programOf(
  optimizer: TrainingDocument['optimizer'],
  entries: readonly ('predict' | 'trainStep')[],
): Program {
  const training = parseTraining({ formatVersion: 1, loss: 'mse', optimizer, metrics: [] });
  return buildProgram(model, { batch: 5, training, entries });
}

const isNew = (): boolean => false;
const sizeOf = (vectors: readonly Vector[]) =>
  vectors.map(({ name, type }) => [name, ...type.shape]);

describe('packingOf', () => {
  it('puts parameters in one vector and each slot in another, in one order', () => {
    const vectors = packingOf(programOf('adam', ['trainStep']), [], isNew);
    expect(sizeOf(vectors)).toEqual([
      ['*', 20],
      ['optimizer/m/*', 20],
      ['optimizer/v/*', 20],
    ]);
    expect(vectors[0]?.pieces.map(({ name, start }) => [name, start])).toEqual([
      ['first/kernel', 0],
      ['first/bias', 6],
      ['last/kernel', 8],
      ['last/bias', 16],
    ]);
  });

  it('adds slots to the vector of a program that only predicts', () => {
    const first = packingOf(programOf('adam', ['predict']), [], isNew);
    expect(sizeOf(first)).toEqual([['*', 20]]);
    const known = new Set(first.flatMap(({ pieces }) => pieces.map(({ name }) => name)));
    const second = packingOf(programOf('adam', ['trainStep']), first, (name) => known.has(name));
    expect(second.map(({ name }) => name)).toEqual(['*', 'optimizer/m/*', 'optimizer/v/*']);
  });

  it('leaves state that a store holds by name, and one tensor alone', () => {
    expect(packingOf(programOf('adam', ['trainStep']), [], () => true)).toEqual([]);
    const { state, entries } = programOf('adam', ['predict']);
    const one = { 'first/kernel': state['first/kernel'] } as Program['state'];
    expect(packingOf({ state: one, entries }, [], isNew)).toEqual([]);
  });
});

describe('joinUpdates', () => {
  it.each<TrainingDocument['optimizer']>([
    'adam',
    { type: 'adamW', globalClipNorm: 0.1 },
    { type: 'sgd', momentum: 0.9, nesterov: true, clipValue: 0.02 },
    { type: 'rmsprop', momentum: 0.5, centered: true, clipNorm: 0.05 },
    'nadam',
  ])('updates all parameters at once with %o', (optimizer) => {
    const program = programOf(optimizer, ['trainStep']);
    const entry = program.entries['trainStep'] as Entry;
    const packed = packEntry(entry, program.state, packingOf(program, [], isNew));
    const before = optimize(expandComposites(packed.entry.func));
    const after = optimize(joinUpdates(before));
    const inputs = before.inputs.map((id, i) => {
      const shape = before.types[id]?.shape ?? [];
      const data = noise(
        shape.reduce((size, d) => size * d, 1),
        i + 1,
      );
      return float64(
        shape,
        data.map((value) => 0.1 * Math.abs(value) + 0.1),
      );
    });
    const expected = interpret(before, inputs);
    interpret(after, inputs).forEach(({ data }, i) =>
      Array.from(data).forEach((value, at) =>
        expect(value).toBeCloseTo(expected[i]?.data[at] ?? NaN, 12),
      ),
    );
    expect(countNodes(after, 'sqrt')).toBeLessThanOrEqual(countNodes(before, 'sqrt'));
    // A vector that is written is the result of an operation on vectors.
    const written = after.outputs.slice(
      entry.outputs.length,
      entry.outputs.length + packed.entry.writes.filter((name) => name.endsWith('*')).length,
    );
    for (const id of written)
      expect(after.nodes.find(({ outputs }) => outputs.includes(id))?.op).not.toBe('concat');
  });
});

describe('state in vectors', () => {
  it('is read and written by name, also by executables that share it', async () => {
    const backend = onnxBackend({ device: 'cpu' });
    const predicting = await backend.compile(programOf('adam', ['predict']));
    const training = await backend.compile(programOf('adam', ['trainStep']), {
      shareStateWith: predicting,
    });
    const kernel = noisy([2, 4], 3);
    await predicting.writeState({ 'last/kernel': kernel });
    await training.writeState({ 'first/bias': noisy([2], 4) });
    const state = await training.readState();
    expect(state['last/kernel']).toEqual(kernel);
    expect(state['first/bias']).toEqual(noisy([2], 4));
    expect(Object.keys(state)).not.toContain('*');
    expect(state['optimizer/m/last/bias']).toEqual({
      dtype: 'float32',
      shape: [4],
      data: new Float32Array(4),
    });
    await expect(training.writeState({ '*': noisy([20]) })).rejects.toThrow('found "*"');
    await expect(training.readState(['*'])).rejects.toThrow('found "*"');
    await backend.dispose();
  });
});
