import { describe, expect, it } from 'vitest';
import { drawBatches, drawWeights } from './draw.ts';
import type { Workload } from './workload.ts';

const gruSequence: Workload = {
  name: 'test',
  batch: 3,
  time: 5,
  features: 2,
  layers: [
    { type: 'gru', name: 'gru', units: 4, returnSequences: true },
    { type: 'lstm', name: 'lstm', units: 6, returnSequences: true },
    { type: 'dense', name: 'dense', units: 7 },
  ],
  optimizer: { learningRate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 1e-7 },
};

const lstm: Workload = {
  ...gruSequence,
  layers: [{ type: 'lstm', name: 'lstm', units: 6 }],
};

const convolution: Workload = {
  ...gruSequence,
  layers: [
    {
      type: 'conv1d',
      name: 'conv',
      filters: 4,
      kernelSize: 6,
      padding: 'causal',
      dilationRate: 7,
      activation: 'relu',
    },
  ],
};

describe('drawWeights', () => {
  it("has Keras's shapes and order", () => {
    const weights = drawWeights(gruSequence, 1);
    expect(Object.entries(weights).map(([name, { shape }]) => [name, shape])).toEqual([
      ['gru/kernel', [2, 12]],
      ['gru/recurrentKernel', [4, 12]],
      ['gru/bias', [2, 12]],
      ['lstm/kernel', [4, 24]],
      ['lstm/recurrentKernel', [6, 24]],
      ['lstm/bias', [24]],
      ['dense/kernel', [6, 7]],
      ['dense/bias', [7]],
    ]);
    const convWeights = Object.entries(drawWeights(convolution, 1));
    expect(convWeights.map(([name, { shape }]) => [name, shape])).toEqual([
      ['conv/kernel', [6, 2, 4]],
      ['conv/bias', [4]],
    ]);
    for (const { shape, data } of Object.values(weights)) {
      expect(data).toHaveLength(shape.reduce((product, size) => product * size, 1));
    }
  });

  it('draws float32 numbers that depend on the seed alone, none of them twice', () => {
    const data = Object.values(drawWeights(gruSequence, 1)).flatMap(({ data }) => data);
    expect(new Set(data).size).toBe(data.length);
    expect(data).toEqual(data.map(Math.fround));
    expect(drawWeights(gruSequence, 1)).toEqual(drawWeights(gruSequence, 1));
    expect(drawWeights(gruSequence, 2)).not.toEqual(drawWeights(gruSequence, 1));
  });
});

describe('drawBatches', () => {
  it('has targets for the last time step, or for each', () => {
    const [batch] = drawBatches(lstm, 2, 1);
    expect(batch?.inputs.shape).toEqual([3, 5, 2]);
    expect(batch?.targets.shape).toEqual([3, 6]);
    expect(drawBatches(gruSequence, 1, 1)[0]?.targets.shape).toEqual([3, 5, 7]);
    expect(drawBatches(convolution, 1, 1)[0]?.targets.shape).toEqual([3, 5, 4]);
  });

  it('has other data in every batch', () => {
    const batches = drawBatches(gruSequence, 3, 1);
    expect(new Set(batches.map(({ inputs }) => inputs.data[0])).size).toBe(3);
    expect(batches.every(({ inputs }) => inputs.data.length === 3 * 5 * 2)).toBe(true);
  });
});
