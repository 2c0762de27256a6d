import { describe, expect, it } from 'vitest';
import { parseModel } from '../documents/model.ts';
import { expandModel } from './expand-model.ts';

const input = { type: 'input', name: 'x', shape: [null, 2] };
const conv = { type: 'conv1d', filters: 2, kernelSize: 2, padding: 'causal' };

describe('expandModel', () => {
  it('writes blocks out as ordinary layers, with what differs from the defaults', () => {
    const block = {
      type: 'repeat',
      name: 'stack',
      times: 2,
      vary: { dilationRate: [1, 2] },
      layers: [{ ...conv, dilationRate: 1 }],
    };
    expect(expandModel({ layers: [input, block] })).toEqual({
      formatVersion: 1,
      name: 'model',
      layers: [
        input,
        { ...conv, name: 'stack.1.conv1d' },
        { ...conv, name: 'stack', dilationRate: 2 },
      ],
      outputs: ['stack'],
    });
  });

  it.each([
    {
      type: 'wavenet',
      filters: 3,
      layersPerStack: 2,
      stacks: 2,
      head: { type: 'softmax', classes: 9 },
    },
    { type: 'residual', layers: [conv, { type: 'dropout', rate: 0.1 }] },
    { type: 'bidirectional', layer: { type: 'gru', units: 3, returnSequences: true } },
    { type: 'timeDistributed', layer: { type: 'dense', units: 3, activation: 'relu' } },
  ])('stands for the same model: $type', (each) => {
    const document = { name: 'own', layers: [input, each, { type: 'add', inputs: ['x', 'x'] }] };
    const expanded = expandModel(document);
    expect(expanded.layers.map(({ type }) => type)).not.toContain('wavenet');
    expect(parseModel(JSON.parse(JSON.stringify(expanded)))).toEqual(parseModel(document));
  });
});
