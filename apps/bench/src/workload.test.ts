import { describe, expect, it } from 'vitest';
import { describeWorkload, workloads, workloadSlug, type Workload } from './workload.ts';

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

describe('describeWorkload', () => {
  it('says what is trained', () => {
    expect(describeWorkload(workload('lstm'))).toBe('LSTM 32 + dense 1, T=56, batch 32, 1 feature');
    expect(describeWorkload(gruSequence)).toBe(
      'GRU 4 + LSTM 6 + dense 7, T=5, batch 3, 2 features',
    );
    expect(describeWorkload(workload('convStack'))).toBe(
      'causal conv 20, kernel 2, relu, dilations 1 2 4 8 1 2 4 8 + dense 1, T=50, batch 32, 1 feature',
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
