import { referenceBackend } from '@chronograd/backend-reference';
import { describe, expect, it } from 'vitest';
import {
  compile,
  tensor,
  type Callback,
  type FitData,
  type JsonObject,
  type Model,
  type TensorData,
} from './index.ts';
import {
  adamTraining,
  bits,
  gruData,
  gruDocument,
  lineData,
  lineDocument,
  wave,
} from './testing/fixtures.ts';

const sgd = (learningRate: number): JsonObject => ({
  loss: 'mse',
  optimizer: { type: 'sgd', learningRate },
  metrics: ['mae', 'rmse'],
});

async function line(training: JsonObject = sgd(0.1), seed = 1): Promise<Model> {
  return compile(lineDocument, { backend: referenceBackend(), training, seed });
}

async function small(training = adamTraining, seed = 1): Promise<Model> {
  return compile(gruDocument, { backend: referenceBackend(), training, seed });
}

/** Samples first to last - 1 of data whose tensors have shapes. */
function slice({ inputs, targets }: FitData, first: number, last: number): FitData {
  const cut = (value: TensorData): TensorData => {
    const width = value.data.length / (value.shape[0] ?? 1);
    return {
      data: Array.from(value.data).slice(first * width, last * width),
      shape: [last - first, ...value.shape.slice(1)],
    };
  };
  return { inputs: cut(inputs as TensorData), targets: cut(targets as TensorData) };
}

describe('fit', () => {
  it('brings the loss down and tells of every epoch', async () => {
    const model = await small();
    const data = gruData(11);
    const before = await model.evaluate(data);
    const history = await model.fit(data, {
      epochs: 8,
      batchSize: 4,
      validationData: gruData(5, 2),
    });
    expect((await model.evaluate(data)).loss).toBeLessThan(before.loss);
    expect(history.stoppedBy).toBe('epochs');
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(Object.keys(history.epochs[0] ?? {})).toEqual([
      'epoch',
      'loss',
      'mae',
      'valLoss',
      'valMae',
      'learningRate',
      'milliseconds',
    ]);
    expect(model.position).toEqual({ step: 24, epoch: 8, batch: 0, learningRateFactor: 1 });
  });

  it('makes means over samples, not over batches: the last one is smaller', async () => {
    const model = await line();
    const data = lineData(11);
    const whole = await model.evaluate(data, { batchSize: 11 });
    const parts = await model.evaluate(data, { batchSize: 4 });
    const { epochs } = await model.fit(data, { batchSize: 4, learningRate: 0 });
    for (const name of ['loss', 'mae', 'rmse']) {
      expect(parts[name]).toBeCloseTo(whole[name] as number, 6);
      expect(epochs[0]?.[name]).toBeCloseTo(whole[name] as number, 6);
    }
    expect(whole.rmse).toBeCloseTo(Math.sqrt(whole.loss), 6);
    expect(whole.rmse).not.toBeCloseTo(whole.mae as number, 2);
  });

  it('takes a step on the last, smaller batch with the mean over its own samples', async () => {
    const data = lineData(5);
    const [one, two] = [await line(), await line()];
    await one.fit(data, { batchSize: 3, shuffle: false });
    await two.fit(slice(data, 0, 3), { batchSize: 3 });
    await two.fit(slice(data, 3, 5), { batchSize: 2, shuffle: false });
    expect((await two.getWeights())['dense/kernel']?.data).toEqual(
      (await one.getWeights())['dense/kernel']?.data,
    );
  });

  it('takes the same training for the same seed, another one for another', async () => {
    const weightsAfter = async (seed: number): Promise<unknown> => {
      const model = await small(adamTraining, seed);
      await model.fit(gruData(9), { epochs: 2, batchSize: 4 });
      return bits(await model.getWeights());
    };
    expect(await weightsAfter(7)).toEqual(await weightsAfter(7));
    expect(await weightsAfter(7)).not.toEqual(await weightsAfter(8));
  });

  it('shuffles by epoch, and keeps the order where told to', async () => {
    const order = async (shuffle: boolean, initialEpoch = 0): Promise<number[]> => {
      const model = await line(sgd(0));
      const losses: number[] = [];
      const onBatchEnd: Callback['onBatchEnd'] = ({ means }) => void losses.push(means.loss ?? 0);
      const options = { batchSize: 1, shuffle, epochs: initialEpoch + 1, initialEpoch };
      await model.fit(lineData(8), { ...options, callbacks: [{ onBatchEnd }] });
      return losses;
    };
    const plain = await order(false);
    const shuffled = await order(true);
    expect(shuffled).not.toEqual(plain);
    expect([...shuffled].sort()).toEqual([...plain].sort());
    expect(await order(true)).toEqual(shuffled);
    expect(await order(true, 1)).not.toEqual(shuffled);
    expect(await order(false, 1)).toEqual(plain);
  });

  it('goes on where it stopped: two calls are one', async () => {
    const [one, two] = [await small(), await small()];
    await one.fit(gruData(9), { epochs: 4, batchSize: 4 });
    await two.fit(gruData(9), { epochs: 3, batchSize: 4 });
    const { epochs } = await two.fit(gruData(9), { epochs: 1, batchSize: 4 });
    expect(epochs[0]?.epoch).toBe(3);
    expect(bits(await two.getWeights())).toEqual(bits(await one.getWeights()));
  });

  it('takes several steps in a call with the same result', async () => {
    const [one, two] = [await small(), await small()];
    await one.fit(gruData(23), { epochs: 2, batchSize: 4 });
    await two.fit(gruData(23), { epochs: 2, batchSize: 4, stepsPerCall: 4 });
    expect(bits(await two.getWeights())).toEqual(bits(await one.getWeights()));
    expect(two.position).toEqual(one.position);
  });

  it('keeps the optimizer state while programs make room for others', async () => {
    const data = gruData(9);
    const [one, two] = await Promise.all(
      [32, 1].map((programCacheSize) =>
        compile(gruDocument, {
          backend: referenceBackend(),
          training: adamTraining,
          programCacheSize,
        }),
      ),
    );
    for (const model of [one, two])
      await model?.fit(data, { epochs: 2, batchSize: 4, validationData: gruData(6) });
    expect(bits((await two?.getWeights()) ?? {})).toEqual(bits((await one?.getWeights()) ?? {}));
    expect(Object.keys(two?.report().entries ?? {})).toHaveLength(1);
  });

  it('validates on the share that it holds back from the end', async () => {
    const data = lineData(10);
    const [one, two] = [await line(), await line()];
    const split = await one.fit(data, { batchSize: 4, validationSplit: 0.3 });
    const own = await two.fit(slice(data, 0, 7), {
      batchSize: 4,
      validationData: slice(data, 7, 10),
    });
    const { milliseconds: _one, ...expected } = own.epochs[0] ?? {};
    expect(split.epochs[0]).toMatchObject(expected);
  });
});

describe('sample weights', () => {
  const weighted = async (weights: number[], samples = 3): Promise<number[]> => {
    const model = await line();
    const data = slice(lineData(4), 0, samples);
    const sampleWeights = weights.length > 0 ? { sampleWeights: weights } : {};
    await model.fit({ ...data, ...sampleWeights }, { batchSize: 4, shuffle: false });
    return bits(await model.getWeights())['dense/kernel'] ?? [];
  };

  it('leaves out a sample of weight 0, but counts it in the mean', async () => {
    const masked = await weighted([4 / 3, 4 / 3, 4 / 3, 0], 4);
    const without = await weighted([]);
    masked.forEach((value, i) => expect(value).toBeCloseTo(without[i] as number, 6));
  });

  it('makes a difference', async () => {
    expect(await weighted([1, 1, 1])).toEqual(await weighted([]));
    expect(await weighted([2, 1, 0.5])).not.toEqual(await weighted([]));
  });

  it('may weigh each step of a sequence', async () => {
    const document = {
      layers: [
        { type: 'input', shape: [4, 2] },
        { type: 'simpleRnn', units: 3, returnSequences: true },
        { type: 'dense', units: 1 },
      ],
    };
    const model = await compile(document, { backend: referenceBackend(), training: sgd(0.1) });
    const data = { inputs: wave([3, 4, 2]), targets: wave([3, 4, 1], 1) };
    const plain = await model.evaluate(data);
    const sampleWeights = tensor(new Float32Array(12).fill(2), [3, 4]);
    expect((await model.evaluate({ ...data, sampleWeights })).loss).toBeCloseTo(2 * plain.loss, 6);
    const some = tensor(
      Float32Array.from({ length: 12 }, (_, i) => i % 2),
      [3, 4],
    );
    const odd = await model.evaluate({ ...data, sampleWeights: some });
    expect(odd.loss).toBeLessThan(plain.loss);
    expect(odd.mae).toBeCloseTo(plain.mae as number, 6);
  });
});

describe('batches as they come', () => {
  it('train as the same samples in memory do', async () => {
    const data = lineData(7);
    const [memory, streamed] = [await line(), await line()];
    await memory.fit(data, { epochs: 2, batchSize: 3, shuffle: false });
    const epochs: number[] = [];
    async function* batches(epoch: number): AsyncGenerator<FitData> {
      epochs.push(epoch);
      for (const [first, last] of [
        [0, 3],
        [3, 6],
        [6, 7],
      ] as const) {
        await Promise.resolve();
        yield slice(data, first, last);
      }
    }
    await streamed.fit(batches, { epochs: 2 });
    expect(epochs).toEqual([0, 1]);
    expect(bits(await streamed.getWeights())).toEqual(bits(await memory.getWeights()));
    expect(await streamed.evaluate(batches)).toEqual(await memory.evaluate(data, { batchSize: 3 }));
  });

  it('may come from an array, for each epoch anew', async () => {
    const model = await line();
    const { epochs } = await model.fit([lineData(3), lineData(2)], { epochs: 2 });
    expect(epochs).toHaveLength(2);
    expect(model.position.step).toBe(4);
  });

  it('must be there in every epoch', async () => {
    const model = await line();
    function* once(): Generator<FitData> {
      yield lineData(3);
    }
    await expect(model.fit(once(), { epochs: 2 })).rejects.toThrow(
      'batches of epoch 1: expected at least one batch, found none. A generator can be gone through only once',
    );
  });
});

describe('several inputs and outputs', () => {
  const document: JsonObject = {
    layers: [
      { type: 'input', name: 'past', shape: [4, 2] },
      { type: 'input', name: 'start', shape: [3] },
      { type: 'gru', name: 'gru', units: 3, inputs: ['past', 'start'] },
      { type: 'dense', name: 'level', units: 1, inputs: ['gru'] },
      { type: 'dense', name: 'kind', units: 5, inputs: ['gru'] },
    ],
    outputs: ['level', 'kind'],
  };
  const training: JsonObject = {
    loss: { level: 'mse', kind: 'sparseCategoricalCrossentropy' },
    optimizer: { type: 'adam', learningRate: 0.05 },
  };
  const inputs = { past: wave([6, 4, 2]), start: wave([6, 3], 1) };
  const targets = { level: wave([6, 1], 2), kind: [0, 4, 2, 1, 3, 0] };

  it('are given and returned by name', async () => {
    const model = await compile(document, { backend: referenceBackend(), training });
    const before = await model.evaluate({ inputs, targets });
    await model.fit({ inputs, targets }, { epochs: 10, batchSize: 4 });
    expect((await model.evaluate({ inputs, targets })).loss).toBeLessThan(before.loss);
    const outputs = await model.predictAll(inputs, { batchSize: 4 });
    expect(outputs.level?.shape).toEqual([6, 1]);
    expect(outputs.kind?.shape).toEqual([6, 5]);
    await expect(model.predict(inputs)).rejects.toThrow(
      'predict: expected a model with one output, found 2: level, kind. Call predictAll',
    );
  });

  it('are refused where one is missing, unknown or of another length', async () => {
    const model = await compile(document, { backend: referenceBackend(), training });
    const cases: [FitData, string][] = [
      [{ inputs: { past: inputs.past }, targets } as FitData, 'inputs.start: expected a tensor'],
      [{ inputs: { ...inputs, strat: [1] }, targets }, 'Did you mean "start"?'],
      [{ inputs: inputs.past, targets }, 'a tensor for each of past, start, found a single tensor'],
      [
        { inputs, targets: { ...targets, kind: [1, 2] } },
        '6 in past, 6 in start, 6 in targets/level, 2 in targets/kind',
      ],
      [
        { inputs, targets: { ...targets, kind: [0, 1, 2, 3, 4, 0.5] } },
        'targets/kind[5]: expected the index of a class, a whole number from 0 to 4, found 0.5',
      ],
    ];
    for (const [data, message] of cases) await expect(model.fit(data)).rejects.toThrow(message);
  });
});
