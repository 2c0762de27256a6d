import { describe, expect, it } from 'vitest';
import {
  describeWorkload,
  drawBatches,
  drawWeights,
  workloads,
  workloadSlug,
  type Workload,
} from './workload.ts';

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

function workload(name: string): Workload {
  const found = workloads[name];
  if (!found) throw new Error(`no workload ${name}`);
  return found;
}

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
    const [batch] = drawBatches(workload('lstm'), 2, 1);
    expect(batch?.inputs.shape).toEqual([32, 56, 1]);
    expect(batch?.targets.shape).toEqual([32, 1]);
  });

  it('has other data in every batch', () => {
    const batches = drawBatches(gruSequence, 3, 1);
    expect(new Set(batches.map(({ inputs }) => inputs.data[0])).size).toBe(3);
    expect(batches.every(({ inputs }) => inputs.data.length === 3 * 5 * 2)).toBe(true);
  });
});

describe('describeWorkload', () => {
  it('says what is trained', () => {
    expect(describeWorkload(workload('lstm'))).toBe('LSTM 32 + dense 1, T=56, batch 32, 1 feature');
    expect(describeWorkload(gruSequence)).toBe(
      'GRU 4 + LSTM 6 + dense 7, T=5, batch 3, 2 features',
    );
  });
});

describe('workloadSlug', () => {
  it('tells other sizes apart from the named ones', () => {
    expect(workloadSlug(workload('lstm'))).toBe('lstm');
    expect(workloadSlug({ ...workload('lstm'), time: 9 })).toBe('lstm-t9-b32');
    expect(workloadSlug({ ...workload('gru'), batch: 1 })).toBe('gru-t56-b1');
  });
});
