import { buildProgram, randomWords } from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { randomTensor } from '../gradients/check.ts';
import { float64, type Tensor64 } from '../tensor.ts';
import { runEntry, startState } from './programs.ts';

const training = parseTraining({ loss: 'mse', optimizer: 'sgd' });

function meanSquare(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x * x, 0) / values.length;
}

function lossOf(layers: readonly unknown[], shape: readonly number[], seed: readonly number[]) {
  const model = resolveModel(parseModel({ layers: [{ type: 'input', shape }, ...layers] }));
  const batch = 3;
  const program = buildProgram(model, { batch, training, entries: ['evaluate', 'trainStep'] });
  const [output] = model.outputs;
  const feeds = {
    input: randomTensor(1, [batch, ...shape], 1, 3),
    targets: float64(
      [batch, ...(output?.shape as number[])],
      new Float64Array(batch * (output?.shape as number[]).reduce((a, b) => a * b, 1)),
    ),
    learningRate: float64([], [0]),
    seed: { dtype: 'uint32', shape: [2], data: Uint32Array.from(seed) } as Tensor64,
  };
  const loss = (entry: string): number =>
    runEntry(program, entry, feeds, startState(program, model, 9))['loss']?.data[0] as number;
  return { trained: loss('trainStep'), evaluated: loss('evaluate'), feeds };
}

describe('dropout', () => {
  const rate = 0.3;

  it('drops by the words of its own stream and scales what it keeps', () => {
    const shape = [4, 5];
    const layers = [
      { type: 'dropout', rate: 0.9 },
      { type: 'dropout', rate },
    ];
    const { trained, feeds } = lossOf(layers, shape, [7, 8]);
    const size = 3 * 4 * 5;
    const [first, second] = [1, 2].map((place) => randomWords([7, 8], 2 * place, size));
    const kept = Array.from(feeds.input.data, (x, i) => {
      const one = (first?.[i] as number) < Math.round(0.9 * 2 ** 32) ? 0 : 1 / (1 - 0.9);
      const two = (second?.[i] as number) < Math.round(rate * 2 ** 32) ? 0 : 1 / (1 - rate);
      return x * one * two;
    });
    const mean = meanSquare(kept);
    expect(mean).toBeGreaterThan(0);
    expect(trained).toBeCloseTo(mean, 10);
  });

  it('drops nothing outside of training', () => {
    const { evaluated, feeds } = lossOf([{ type: 'dropout', rate }], [4, 5], [7, 8]);
    const mean = meanSquare([...feeds.input.data]);
    expect(evaluated).toBeCloseTo(mean, 10);
  });

  it('drops about the rate it is given, and everything at 1', () => {
    const shape = [40, 50];
    const { trained, feeds } = lossOf([{ type: 'dropout', rate }], shape, [1, 2]);
    const mean = meanSquare([...feeds.input.data]);
    expect(Math.abs((trained * (1 - rate)) / mean - 1)).toBeLessThan(0.02);
  });

  it.each(['simpleRnn', 'lstm', 'gru'])('of a %s follows the seed, for input and state', (type) => {
    for (const options of [{ dropout: 0.5 }, { recurrentDropout: 0.5 }]) {
      const layers = [{ type, units: 4, ...options }];
      const loss = (seed: readonly number[]) => lossOf(layers, [5, 2], seed);
      const one = loss([1, 2]);
      expect(loss([1, 2]).trained).toBe(one.trained);
      expect(loss([2, 2]).trained).not.toBe(one.trained);
      expect(one.trained).not.toBe(one.evaluated);
    }
  });

  it('of a recurrent layer keeps one mask for the whole sequence', () => {
    // Units that only pass their own state on: h' = h * mask, from a state of ones.
    const document = parseModel({
      layers: [
        { type: 'input', name: 'x', shape: [6, 2] },
        { type: 'input', name: 'h', shape: [4] },
        {
          type: 'simpleRnn',
          name: 'rnn',
          inputs: ['x', 'h'],
          units: 4,
          activation: 'linear',
          useBias: false,
          recurrentDropout: 0.5,
          returnSequences: true,
        },
      ],
    });
    const model = resolveModel(document);
    const program = buildProgram(model, { batch: 3, training, entries: ['trainStep'] });
    const identity = Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
    const state = startState(program, model, 0, {
      'rnn/kernel': float64([2, 4], new Array<number>(8).fill(0)),
      'rnn/recurrentKernel': float64([4, 4], identity),
    });
    const words = randomWords([3, 4], 2 * 2 + 1, 12);
    const mask = Array.from(words, (word) => (word < 2 ** 31 ? 0 : 2));
    const targets = mask.flatMap((_, i) => (i % 4 === 0 ? [mask.slice(i, i + 4)] : []));
    const expected = targets.flatMap((row) =>
      Array.from({ length: 6 }, (_, t) => row.map((m) => m ** (t + 1))).flat(),
    );
    const { loss } = runEntry(
      program,
      'trainStep',
      {
        x: randomTensor(1, [3, 6, 2]),
        h: float64([3, 4], new Array<number>(12).fill(1)),
        targets: float64([3, 6, 4], expected),
        learningRate: float64([], [0]),
        seed: { dtype: 'uint32', shape: [2], data: Uint32Array.of(3, 4) },
      },
      state,
    );
    expect(new Set(mask).size).toBe(2);
    expect(loss?.data[0]).toBe(0);
  });
});
