import { referenceBackend } from '@chronograd/backend-reference';
import { describe, expect, it } from 'vitest';
import { compile, tensor } from './index.ts';

describe('fit', () => {
  it('brings the loss down', async () => {
    const model = await compile(
      {
        layers: [
          { type: 'input', shape: [5, 2] },
          { type: 'gru', units: 3 },
          { type: 'dense', units: 1 },
        ],
      },
      {
        backend: referenceBackend(),
        training: { loss: 'mse', optimizer: { type: 'adam', learningRate: 0.05 } },
        seed: 3,
      },
    );
    const inputs = tensor(
      Float32Array.from({ length: 110 }, (_, i) => Math.sin(i)),
      [11, 5, 2],
    );
    const targets = tensor(
      Float32Array.from({ length: 11 }, (_, i) => Math.cos(i)),
      [11, 1],
    );
    const before = await model.evaluate({ inputs, targets });
    await model.fit({ inputs, targets }, { epochs: 5, batchSize: 4 });
    const after = await model.evaluate({ inputs, targets });
    expect(after.loss).toBeLessThan(before.loss);
  });
});
