import { describe, expect, it } from 'vitest';
import { parseModel } from './model.ts';

const modelWith = (kernelRegularizer: unknown) =>
  parseModel({
    layers: [
      { type: 'input', shape: [3] },
      { type: 'dense', units: 1, kernelRegularizer },
    ],
  });

describe('l1l2', () => {
  it('has no part that is not given, as L1L2 of Keras', () => {
    expect(modelWith({ type: 'l1l2', l2: 0.1 }).layers[1]).toMatchObject({
      kernelRegularizer: { l1: 0, l2: 0.1 },
    });
  });
});
