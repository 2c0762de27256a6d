import { expect, it } from 'vitest';
import { dense, dropout, input, model } from './builders.ts';
import { parseModel } from './documents/model.ts';
import * as build from './layer-builders.ts';
import { resolveModel } from './resolve/resolve.ts';

it('builders write the documents of all plain layers and blocks', () => {
  const document = model({
    layers: [
      input({ shape: [24, 4] }),
      build.conv1d({ name: 'a', filters: 6, kernelSize: 2, padding: 'causal' }),
      build.batchNormalization(),
      build.gaussianNoise({ name: 'b', stddev: 0.1 }),
      build.add({ inputs: ['a', 'b'] }),
      build.residual({ layers: [build.layerNormalization(), dropout({ rate: 0.1 })] }),
      build.repeat({
        times: 2,
        layers: [build.conv1d({ filters: 8, kernelSize: 2 }), build.gatedActivation()],
        vary: { dilationRate: [1, 2] },
      }),
      build.maxPooling1d(),
      build.timeDistributed({ layer: dense({ units: 3 }) }),
      build.globalAveragePooling1d(),
      build.repeatVector({ n: 5 }),
      build.permute({ dims: [2, 1] }),
      build.reshape({ targetShape: [-1, 5] }),
      build.wavenet({ layersPerStack: 2, head: { type: 'linear', units: 2 } }),
    ],
  });
  const resolved = resolveModel(parseModel(document));
  expect(resolved.outputs).toEqual([{ reference: 'wavenet', shape: [3, 2], dtype: 'float32' }]);
  expect(document.layers[7]).toEqual({ type: 'maxPooling1d' });
});
