import { referenceBackend } from '@chronograd/backend-reference';
import { describe, expect, it } from 'vitest';
import { compile, type JsonObject } from '../index.ts';
import { rejection } from '../testing/fixtures.ts';

/** Five sequences of 2 features: 3, 1, 0, 4 and 2 steps. */
const sequences = [3, 1, 0, 4, 2].map((length, row) =>
  Array.from({ length }, (_, step) => [Math.sin(7 * row + step), Math.cos(5 * row - step)]),
);
const stepTargets = sequences.map((steps, row) => steps.map((_, step) => [0.3 * row - 0.2 * step]));

/** The sequences padded by hand, with numbers that would be seen if they counted. */
function paddedTo(time: number, padding: number) {
  const data = sequences.flatMap((steps) =>
    Array.from({ length: time }, (_, step) => steps[step] ?? [padding, -padding]).flat(),
  );
  return { data, shape: [5, time, 2], lengths: sequences.map(({ length }) => length) };
}

const toSequence: JsonObject = {
  layers: [
    { type: 'input', shape: [null, 2], ragged: true },
    { type: 'bidirectional', layer: { type: 'lstm', units: 3, returnSequences: true } },
    { type: 'gru', units: 4, returnSequences: true, layerNormalization: true },
    { type: 'dense', units: 1 },
  ],
};
const toLast: JsonObject = {
  layers: [
    { type: 'input', shape: [null, 2], ragged: true },
    { type: 'simpleRnn', units: 3, goBackwards: true, returnSequences: true },
    { type: 'lstm', units: 4 },
    { type: 'dense', units: 1 },
  ],
};
const training: JsonObject = {
  loss: 'mse',
  optimizer: { type: 'sgd', learningRate: 0.05 },
  metrics: ['mae', 'rmse', { type: 'mae', time: 'last' }],
};

const modelOf = (document: JsonObject, withTraining = true) =>
  compile(document, {
    backend: referenceBackend(),
    seed: 5,
    ...(withTraining && { training }),
  });

describe('ragged sequences', () => {
  it('are predicted as each by itself', async () => {
    const model = await modelOf(toLast, false);
    const all = await model.predict(sequences);
    for (const [row, steps] of sequences.entries()) {
      if (steps.length === 0) continue;
      const alone = await model.predict([steps]);
      expect(alone.data[0]).toBeCloseTo(all.data[row] as number, 6);
    }
    await model.dispose();
  });

  it('give what padded ones with lengths give, whatever pads them and how far', async () => {
    const model = await modelOf(toLast, false);
    const all = await model.predict(sequences);
    for (const [time, padding] of [
      [4, 0],
      [4, 1e4],
      [9, -33],
    ] as const) {
      const padded = await model.predict(paddedTo(time, padding));
      padded.data.forEach((value, row) => expect(value).toBeCloseTo(all.data[row] as number, 6));
    }
    await model.dispose();
  });

  it('are trained and judged alike, however they are padded', async () => {
    const trained = async (inputs: unknown, targets: unknown) => {
      const model = await modelOf(toSequence);
      const data = { inputs, targets } as Parameters<typeof model.evaluate>[0];
      const before = await model.evaluate(data);
      const { history } = await model
        .fit(data, { epochs: 2, batchSize: 2, shuffle: false })
        .then((found) => ({ history: found }));
      const after = await model.evaluate(data, { batchSize: 5 });
      await model.dispose();
      return [before, after, history] as const;
    };
    const pad = (time: number, value: number) => ({
      data: stepTargets.flatMap((steps) =>
        Array.from({ length: time }, (_, step) => steps[step]?.[0] ?? value),
      ),
      shape: [5, time, 1],
    });
    const [before, after] = await trained(sequences, stepTargets);
    const [beforeToo, afterToo] = await trained(paddedTo(7, 50), pad(7, 1e3));
    for (const [name, value] of Object.entries(before))
      expect(beforeToo[name], name).toBeCloseTo(value as number, 5);
    for (const [name, value] of Object.entries(after))
      expect(afterToo[name], name).toBeCloseTo(value as number, 5);
    expect(after.loss).not.toBeCloseTo(before.loss, 3);
  });

  it('count every step once in metrics, however the samples fall into batches', async () => {
    const model = await modelOf(toSequence);
    const data = { inputs: sequences, targets: stepTargets };
    const whole = await model.evaluate(data, { batchSize: 5 });
    const parts = await model.evaluate(data, { batchSize: 2 });
    for (const name of ['mae', 'rmse', 'maeLast'])
      expect(parts[name], name).toBeCloseTo(whole[name] as number, 5);
    await model.dispose();
  });

  it('are refused where lengths do not fit', async () => {
    const model = await modelOf(toLast, false);
    const tensor = paddedTo(4, 0);
    expect(await rejection(model.predict({ ...tensor, lengths: [3, 1, 0, 5, 2] }))).toMatchObject({
      code: 'bad-value',
      message: expect.stringContaining('lengths[3]') as string,
    });
    expect(await rejection(model.predict({ ...tensor, lengths: [3, 1] }))).toMatchObject({
      code: 'bad-shape',
    });
    await model.dispose();
  });
});
