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

const masked: readonly (readonly [string, readonly JsonObject[], readonly number[][]])[] = [
  [
    'masking',
    [
      { type: 'input', shape: [null, 2] },
      { type: 'masking', maskValue: 9 },
      { type: 'lstm', units: 3, returnSequences: true },
    ],
    [
      [9, 9],
      [0.5, 9],
      [9, 9],
      [-0.5, 0.25],
    ],
  ],
  [
    'an embedding with maskZero',
    [
      { type: 'input', shape: [null], dtype: 'int32' },
      { type: 'embedding', name: 'words', inputDim: 4, outputDim: 2, maskZero: true },
      { type: 'dense', name: 'wide', units: 2 },
      { type: 'concatenate', inputs: ['words', 'wide'] },
      { type: 'gru', units: 3, returnSequences: true },
    ],
    [[0], [3], [0], [1]],
  ],
];

it.each(masked)('steps that %s passes over leave a stream as it is', async (_name, layers, x) => {
  const model = await compile({ layers: [...layers] }, { backend: referenceBackend(), seed: 3 });
  const isVector = x[0]?.length === 2;
  const whole = await model.predict([isVector ? x : x.flat()]);
  const stream = await model.stream();
  const found: number[] = [];
  for (const step of x) found.push(...(await stream.step(isVector ? [step] : step)).data);
  expect(found).toEqual([...whole.data].map((value) => expect.closeTo(value, 6)));
  // None before the first, and after it the one before.
  expect(found.slice(0, 3)).toEqual([0, 0, 0]);
  expect(found.slice(6, 9)).toEqual(found.slice(3, 6));
  await model.dispose();
});

it('a cell whose output is no state does not stream where steps may be passed over', async () => {
  const [, , [, cell] = []] = cells;
  const layers = [{ type: 'input', shape: [null, 2] }, { type: 'masking' }, cell as JsonObject];
  const model = await compile({ layers }, { backend: referenceBackend() });
  await expect(model.stream()).rejects.toThrow(
    'stream: layer rnn: expected a cell whose output is a state, for steps that are passed over, found y',
  );
});
