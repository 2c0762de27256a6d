import { describe, expect, it } from 'vitest';
import { dense, input, lstm, model } from '../builders.ts';
import { parseModel } from '../documents/model.ts';
import { resolveModel } from './resolve.ts';
import { summary } from './summary.ts';

describe('summary', () => {
  it('of a chain', () => {
    const chain = model({
      name: 'forecaster',
      layers: [
        input({ shape: [null, 1] }),
        lstm({ units: 20, returnSequences: true }),
        lstm({ units: 20 }),
        dense({ units: 10 }),
      ],
    });
    expect(`\n${summary(resolveModel(parseModel(chain)))}\n`).toBe(`
Model "forecaster"
layer   type   output      parameters
──────  ─────  ──────────  ──────────
input   input  [null, 1]            0
lstm    lstm   [null, 20]       1,760
lstm_1  lstm   [20]             3,280
dense   dense  [10]               210
──────  ─────  ──────────  ──────────
outputs: dense
parameters: 5,250
`);
  });

  it('of a graph, with what each layer reads and all that it gives', () => {
    const graph = model({
      name: 'two',
      layers: [
        input({ name: 'past', shape: [8, 3] }),
        lstm({ name: 'encoder', units: 4, returnState: true }),
        input({ name: 'future', shape: [5, 2] }),
        lstm({ name: 'decoder', units: 4, inputs: ['future', 'encoder:h', 'encoder:c'] }),
      ],
      outputs: ['decoder', 'encoder:h'],
    });
    expect(`\n${summary(resolveModel(parseModel(graph)))}\n`).toBe(`
Model "two"
layer    type   output       parameters  reads
───────  ─────  ───────────  ──────────  ────────────────────────────
past     input  [8, 3]                0
encoder  lstm   [4] [4] [4]         128  past
future   input  [5, 2]                0
decoder  lstm   [4]                 112  future, encoder:h, encoder:c
───────  ─────  ───────────  ──────────  ────────────────────────────
outputs: decoder, encoder:h
parameters: 240
`);
  });
});
