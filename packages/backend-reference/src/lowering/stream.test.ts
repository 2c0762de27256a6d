import { buildProgram } from '@chronograd/graph';
import { parseModel, resolveModel } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { randomTensor, relativeError } from '../gradients/check.ts';
import { float64, type Tensor64 } from '../tensor.ts';
import { runEntry, startState } from './programs.ts';

const [batch, time, features] = [3, 5, 2];

/** Step `t` of `[batch, time, …rest]`. */
function stepOf({ shape, data }: Tensor64, t: number): Tensor64 {
  const [rows = 0, length = 0, width = 0] = shape;
  const at = (row: number): number => (row * length + t) * width;
  const values = Array.from({ length: rows }, (_, row) => [
    ...data.slice(at(row), at(row) + width),
  ]);
  return float64([rows, width], values.flat());
}

const models = [
  ['simpleRnn', { type: 'simpleRnn', units: 4 }],
  ['lstm', { type: 'lstm', units: 4 }],
  ['gru', { type: 'gru', units: 4 }],
  ['gru before', { type: 'gru', units: 4, resetAfter: false }],
  ['stateful lstm', { type: 'lstm', units: 4, stateful: true }],
  ['gru with dropout', { type: 'gru', units: 4, dropout: 0.5, recurrentDropout: 0.5 }],
] as const;

describe('stream', () => {
  it.each(models)('%s: step by step equals one long predict', (_name, layer) => {
    const document = parseModel({
      layers: [
        { type: 'input', shape: [time, features] },
        { ...layer, name: 'first', returnSequences: true },
        { type: 'dropout', rate: 0.3 },
        { type: 'lstm', name: 'second', units: 3, returnSequences: true, returnState: true },
        { type: 'dense', units: 2, activation: 'softmax' },
      ],
      outputs: ['dense', 'second:c'],
    });
    const model = resolveModel(document);
    const program = buildProgram(model, { batch, entries: ['predict', 'stream'] });
    const state = startState(program, model, 5);
    const x = randomTensor(3, [batch, time, features], 2);
    const whole = runEntry(program, 'predict', { input: x }, state);
    for (let t = 0; t < time; t++) {
      const step = runEntry(program, 'stream', { input: stepOf(x, t) }, state);
      const expected = stepOf(whole['dense'] as Tensor64, t);
      expect(step['dense']?.shape).toEqual([batch, 2]);
      expect(relativeError(step['dense'] as Tensor64, expected)).toBeLessThan(1e-14);
      if (t === time - 1)
        expect(
          relativeError(step['second:c'] as Tensor64, whole['second:c'] as Tensor64),
        ).toBeLessThan(1e-14);
    }
  });

  it('returns at every step what predict returns of the sequence so far', () => {
    const documentOf = (length: number) =>
      parseModel({
        layers: [
          { type: 'input', shape: [length, features] },
          { type: 'gru', units: 4 },
          { type: 'flatten' },
          { type: 'dense', units: 2 },
        ],
      });
    const model = resolveModel(documentOf(time));
    const program = buildProgram(model, { batch, entries: ['stream'] });
    const state = startState(program, model, 5);
    const x = randomTensor(4, [batch, time, features]);
    for (let t = 0; t < time; t++) {
      const short = resolveModel(documentOf(t + 1));
      const predict = buildProgram(short, { batch, entries: ['predict'] });
      const rows = Array.from({ length: batch }, (_, row) => [
        ...x.data.slice(row * time * features, (row * time + t + 1) * features),
      ]);
      const input = float64([batch, t + 1, features], rows.flat());
      const expected = runEntry(predict, 'predict', { input }, startState(predict, short, 5));
      const step = runEntry(program, 'stream', { input: stepOf(x, t) }, state);
      expect(relativeError(step['dense'] as Tensor64, expected['dense'] as Tensor64)).toBeLessThan(
        1e-14,
      );
    }
  });
});
