import { referenceBackend } from '@chronograd/backend-reference';
import { expect, it } from 'vitest';
import { compile, tensor, type JsonObject } from '../index.ts';
import { wave } from '../testing/fixtures.ts';

const cells: readonly (readonly [string, JsonObject])[] = [
  ['an lstm with layer normalisation', { type: 'lstm', units: 3, layerNormalization: true }],
  ['a gru with layer normalisation', { type: 'gru', units: 3, layerNormalization: true }],
  [
    'a cell written as equations, with an output that is no state',
    {
      type: 'rnn',
      units: 3,
      cell: {
        states: { h: 'units', mean: 'features' },
        parameters: { W: { shape: ['features', 'units'] }, U: { shape: ['units', 'units'] } },
        equations: {
          mean: '0.8 * mean + 0.2 * x',
          h: 'tanh(x @ W + h @ U)',
          y: 'concat(h * h, mean)',
        },
        output: 'y',
      },
    },
  ],
];

it.each(cells)('%s streams what it predicts', async (_name, layer) => {
  const model = await compile(
    {
      layers: [
        { type: 'input', shape: [null, 2] },
        { ...layer, returnSequences: true },
        { type: 'dense', units: 1 },
      ],
    },
    { backend: referenceBackend(), seed: 3 },
  );
  const [rows, time] = [3, 6];
  const x = wave([rows, time, 2]);
  const whole = await model.predict(x);
  const stream = await model.stream({ batch: rows });
  for (let step = 0; step < time; step++) {
    const values = Array.from({ length: rows }, (_, row) =>
      Array.from(x.data.slice((row * time + step) * 2, (row * time + step + 1) * 2)),
    ).flat();
    const found = await stream.step(tensor(Float32Array.from(values), [rows, 2]));
    for (let row = 0; row < rows; row++)
      expect(found.data[row]).toBeCloseTo(whole.data[row * time + step] as number, 6);
  }
  await model.dispose();
});
