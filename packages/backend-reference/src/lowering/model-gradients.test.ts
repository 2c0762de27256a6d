/** The gradient that a training step takes, of whole models, against finite differences. */
import {
  buildProgram,
  eliminateDeadCode,
  prepare,
  type Entry,
  type Program,
} from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { randomTensor } from '../gradients/check.ts';
import { float64, type Tensor64 } from '../tensor.ts';
import { runEntry, startState, type State } from './programs.ts';

const [batch, time, features] = [3, 5, 2];
const input = { type: 'input', shape: [time, features] };

const models: readonly {
  readonly title: string;
  readonly layers: readonly unknown[];
  readonly outputs?: readonly string[];
  readonly loss: unknown;
}[] = [
  {
    title: 'lstm with dropout, backwards gru, dense; huber',
    layers: [
      input,
      { type: 'lstm', units: 4, returnSequences: true, dropout: 0.3, recurrentDropout: 0.4 },
      { type: 'dropout', rate: 0.2 },
      { type: 'gru', units: 3, goBackwards: true, recurrentDropout: 0.3 },
      { type: 'dense', units: 2, activation: 'elu' },
    ],
    loss: { type: 'huber', delta: 0.3 },
  },
  {
    title: 'gru with the reset before, simpleRnn, flatten; quantile',
    layers: [
      input,
      { type: 'gru', units: 4, resetAfter: false, returnSequences: true, recurrentDropout: 0.4 },
      { type: 'simpleRnn', units: 3, activation: 'softsign', returnSequences: true },
      { type: 'flatten' },
      { type: 'dense', units: 4 },
    ],
    loss: { type: 'quantile', quantiles: [0.2, 0.9] },
  },
  {
    title: 'encoder and decoder by state, a shared input, several outputs with losses of their own',
    layers: [
      { ...input, name: 'x' },
      { type: 'lstm', name: 'encoder', units: 4, returnState: true },
      {
        type: 'lstm',
        name: 'decoder',
        units: 4,
        inputs: ['x', 'encoder:h', 'encoder:c'],
        returnSequences: true,
      },
      { type: 'dense', name: 'classes', units: 3, inputs: ['decoder'] },
      { type: 'dense', name: 'level', units: 2, inputs: ['encoder'] },
    ],
    outputs: ['classes', 'level'],
    loss: { classes: 'sparseCategoricalCrossentropy', level: 'mae' },
  },
];

/** The program with a training step that gives the loss and does nothing else. */
function onlyLoss(program: Program): Program {
  const entry = program.entries['trainStep'] as Entry;
  const [loss] = entry.outputs;
  if (loss?.name !== 'loss') throw new TypeError('the first output is not the loss');
  const func = eliminateDeadCode({ ...entry.func, outputs: entry.func.outputs.slice(0, 1) });
  return prepare({
    ...program,
    entries: { trainStep: { ...entry, outputs: [loss], writes: [], func } },
  });
}

describe('the gradient of a whole model', () => {
  it.each(models)('$title', ({ layers, outputs, loss }) => {
    const model = resolveModel(parseModel({ layers, ...(outputs ? { outputs } : {}) }));
    const training = parseTraining({ loss, optimizer: 'sgd' });
    const built = buildProgram(model, {
      batch,
      training,
      entries: ['trainStep'],
      sampleWeights: true,
    });
    const program = prepare(built);
    const entry = program.entries['trainStep'] as Entry;
    const forward = onlyLoss(built);
    const feeds: Record<string, Tensor64> = {};
    entry.inputs.forEach(({ name, type: { dtype, shape } }, i) => {
      const values = randomTensor(20 + i, shape, 2);
      if (dtype === 'float32') feeds[name] = values;
      else if (dtype === 'uint32') feeds[name] = { dtype, shape, data: Uint32Array.of(5, 6) };
      else
        feeds[name] = { dtype, shape, data: Int32Array.from(values.data, (_, k) => (k * 7) % 3) };
    });
    feeds['sampleWeights'] = float64([batch], [0.5, 2, 1]);
    const start = (): State => {
      const state = startState(program, model, 3);
      model.parameters.forEach(({ name, shape }, i) =>
        state.set(name, randomTensor(50 + i, shape, 0.7, 0.05)),
      );
      return state;
    };
    const lossAt = (name: string, element: number, change: number): number => {
      const state = start();
      const parameter = state.get(name) as Tensor64;
      const data = parameter.data.slice();
      data[element] = (data[element] as number) + change;
      state.set(name, { ...parameter, data });
      return runEntry(forward, 'trainStep', feeds, state)['loss']?.data[0] as number;
    };

    // With plain descent and a rate of one, the step is the gradient.
    const state = start();
    const before = new Map(state);
    const results = runEntry(
      program,
      'trainStep',
      { ...feeds, learningRate: float64([], [1]) },
      state,
    );
    let squares = 0;
    for (const { name } of model.parameters) {
      const [old, next] = [before.get(name), state.get(name)] as [Tensor64, Tensor64];
      const gradient = Array.from(old.data, (x, i) => x - (next.data[i] as number));
      squares += gradient.reduce((sum, g) => sum + g * g, 0);
      // A few elements of every parameter, spread over its gates.
      for (let i = 0; i < gradient.length; i += Math.max(1, Math.floor(gradient.length / 5))) {
        const h = 1e-4;
        const near = lossAt(name, i, h) - lossAt(name, i, -h);
        const far = lossAt(name, i, 2 * h) - lossAt(name, i, -2 * h);
        expect(gradient[i], `${name}[${i}]`).toBeCloseTo((8 * near - far) / (12 * h), 8);
      }
      expect(gradient.some((g) => g !== 0)).toBe(true);
    }
    expect(results['gradientNorm']?.data[0]).toBeCloseTo(Math.sqrt(squares), 10);
  });
});
