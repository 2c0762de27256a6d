import { referenceBackend } from '@chronograd/backend-reference';
import { describe, expect, it } from 'vitest';
import {
  compile,
  earlyStopping,
  reduceOnPlateau,
  type Callback,
  type EpochRecord,
  type JsonObject,
  type Model,
  type Progress,
} from './index.ts';
import { bits, lineData, lineDocument } from './testing/fixtures.ts';

const training: JsonObject = { loss: 'mse', optimizer: { type: 'sgd', learningRate: 0.1 } };

async function line(): Promise<Model> {
  return compile(lineDocument, { backend: referenceBackend(), training });
}

describe('callbacks', () => {
  it('are called and awaited in order, each hook for each callback', async () => {
    const calls: string[] = [];
    const named = (name: string): Callback => {
      const say = async (what: string): Promise<void> => {
        await Promise.resolve();
        calls.push(`${name} ${what}`);
      };
      return {
        onTrainBegin: () => say('train begin'),
        onEpochBegin: (epoch) => say(`epoch ${epoch} begin`),
        onBatchEnd: ({ epoch, batch, step, size }) => say(`${epoch}.${batch} #${step} of ${size}`),
        onEpochEnd: ({ epoch }) => say(`epoch ${epoch} end`),
        onTrainEnd: ({ stoppedBy, epochs }) => say(`train end ${stoppedBy} ${epochs.length}`),
      };
    };
    const model = await line();
    await model.fit(lineData(5), { epochs: 2, batchSize: 3, callbacks: [named('a'), named('b')] });
    const expected = [
      'train begin',
      'epoch 0 begin',
      '0.0 #0 of 3',
      '0.1 #1 of 2',
      'epoch 0 end',
      'epoch 1 begin',
      '1.0 #2 of 3',
      '1.1 #3 of 2',
      'epoch 1 end',
      'train end epochs 2',
    ];
    expect(calls).toEqual(expected.flatMap((call) => [`a ${call}`, `b ${call}`]));
  });

  it('may stop after a batch or an epoch, and training goes on from there', async () => {
    const [stopped, whole] = [await line(), await line()];
    const onBatchEnd: Callback['onBatchEnd'] = ({ step }, context) => {
      if (step === 3) context.stop();
    };
    const options = { epochs: 3, batchSize: 2 };
    const { epochs, stoppedBy } = await stopped.fit(lineData(5), {
      ...options,
      callbacks: [{ onBatchEnd }],
    });
    expect({ count: epochs.length, stoppedBy }).toEqual({ count: 1, stoppedBy: 'callback' });
    expect(stopped.position).toMatchObject({ step: 4, epoch: 1, batch: 1 });
    const { epoch, batch } = stopped.position;
    await stopped.fit(lineData(5), { ...options, initialEpoch: epoch, initialBatch: batch });
    await whole.fit(lineData(5), options);
    expect(stopped.position).toEqual(whole.position);
    expect(bits(await stopped.getWeights())).toEqual(bits(await whole.getWeights()));
  });

  it('are not told again of an epoch whose batches are all passed over', async () => {
    const model = await line();
    const options = { batchSize: 2, epochs: 2, initialEpoch: 0, initialBatch: 3 };
    const { epochs } = await model.fit(lineData(5), options);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1]);
    expect(model.position).toMatchObject({ step: 3, epoch: 2, batch: 0 });
  });

  it('may use the model: its methods see the weights of that moment', async () => {
    const model = await line();
    const seen: number[] = [];
    const { epochs } = await model.fit(lineData(5), {
      epochs: 2,
      validationData: lineData(4, 1),
      callbacks: [
        {
          async onEpochEnd(_record, context) {
            seen.push((await context.model.evaluate(lineData(4, 1))).loss);
          },
        },
      ],
    });
    expect(seen).toEqual(epochs.map(({ valLoss }) => valLoss));
  });

  it('end the training with their error, and the model stays usable', async () => {
    const model = await line();
    const onEpochEnd = (): void => {
      throw new RangeError('mine');
    };
    await expect(model.fit(lineData(5), { callbacks: [{ onEpochEnd }] })).rejects.toThrow('mine');
    await expect(model.fit(lineData(5))).resolves.toMatchObject({ stoppedBy: 'epochs' });
  });

  it('cannot begin a second training', async () => {
    const model = await line();
    const onEpochEnd: Callback['onEpochEnd'] = async (_record, context) => {
      await context.model.fit(lineData(5));
    };
    await expect(model.fit(lineData(5), { callbacks: [{ onEpochEnd }] })).rejects.toMatchObject({
      name: 'ModelError',
      code: 'busy',
    });
  });
});

describe('signal', () => {
  it('stops after the step that is running and returns what there is', async () => {
    const model = await line();
    const controller = new AbortController();
    const { epochs, stoppedBy } = await model.fit(lineData(6), {
      epochs: 100,
      batchSize: 2,
      signal: controller.signal,
      progress: ({ step }) => {
        if (step === 4) controller.abort();
      },
    });
    expect({ count: epochs.length, stoppedBy }).toEqual({ count: 1, stoppedBy: 'abort' });
    expect(model.position.epoch).toBe(1);
    expect(model.position.step).toBeLessThanOrEqual(6);
  });

  it('that was given already lets nothing begin', async () => {
    const model = await line();
    const history = await model.fit(lineData(6), { signal: AbortSignal.abort() });
    expect(history).toEqual({ epochs: [], stoppedBy: 'abort' });
    expect(model.position.step).toBe(0);
  });
});

describe('progress', () => {
  it('tells of every step', async () => {
    const model = await line();
    const told: Progress[] = [];
    const { epochs } = await model.fit(lineData(5), {
      epochs: 2,
      batchSize: 2,
      progress: (progress) => void told.push(progress),
    });
    expect(told.map(({ epoch, batch, step }) => [epoch, batch, step])).toEqual([
      [0, 1, 1],
      [0, 2, 2],
      [0, 3, 3],
      [1, 1, 4],
      [1, 2, 5],
      [1, 3, 6],
    ]);
    expect(told[5]).toMatchObject({ endEpoch: 2, batches: 3, means: { loss: epochs[1]?.loss } });
  });
});

describe('learningRate', () => {
  const rates = async (options: object, document = training): Promise<number[]> => {
    const model = await compile(lineDocument, { backend: referenceBackend(), training: document });
    const seen: number[] = [];
    const onBatchEnd: Callback['onBatchEnd'] = ({ learningRate }) => void seen.push(learningRate);
    await model.fit(lineData(4), {
      epochs: 2,
      batchSize: 2,
      callbacks: [{ onBatchEnd }],
      ...options,
    });
    return seen;
  };

  it('is that of the document, or a schedule by step', async () => {
    expect(await rates({})).toEqual([0.1, 0.1, 0.1, 0.1]);
    const schedule = { type: 'piecewiseConstant', boundaries: [1], values: [0.5, 0.25] };
    const document = { loss: 'mse', optimizer: { type: 'sgd', learningRate: schedule } };
    expect(await rates({}, document)).toEqual([0.5, 0.5, 0.25, 0.25]);
  });

  it('may be a number or a function of the step', async () => {
    expect(await rates({ learningRate: 0.3 })).toEqual([0.3, 0.3, 0.3, 0.3]);
    expect(await rates({ learningRate: (step: number) => step / 8 })).toEqual([
      0, 0.125, 0.25, 0.375,
    ]);
    await expect(rates({ learningRate: () => Number.NaN })).rejects.toThrow(
      'option learningRate: expected a rate from 0 for step 0, found NaN',
    );
  });

  it('is what moves the weights', async () => {
    const model = await line();
    const before = bits(await model.getWeights());
    await model.fit(lineData(4), { learningRate: 0 });
    expect(bits(await model.getWeights())).toEqual(before);
  });
});

/** Values of `valLoss` epoch by epoch, fed to a callback as training would. */
async function observe(callback: Callback, values: readonly number[]): Promise<Model> {
  const model = await line();
  let next = 0;
  const rename: Callback = {
    onTrainBegin: (context) => callback.onTrainBegin?.(context),
    onEpochEnd: (record, context) => {
      const valLoss = values[next++] ?? Number.NaN;
      return callback.onEpochEnd?.({ ...record, valLoss } as EpochRecord, context);
    },
    onTrainEnd: (history, context) => callback.onTrainEnd?.(history, context),
  };
  await model.fit(lineData(4), { epochs: values.length, callbacks: [rename] });
  return model;
}

describe('earlyStopping', () => {
  it('stops after patience epochs without a better value', async () => {
    const epochs = async (options: object, values: number[]): Promise<number> =>
      (await observe(earlyStopping(options), values)).position.epoch;
    expect(await epochs({ patience: 2 }, [5, 4, 4, 4.5, 1, 1])).toBe(4);
    expect(await epochs({ patience: 3 }, [5, 4, 4, 4.5, 1, 1])).toBe(6);
    expect(await epochs({ patience: 0 }, [5, 4, 4, 1])).toBe(3);
    expect(await epochs({ patience: 2, minDelta: 0.5 }, [5, 4.8, 4.6, 1])).toBe(3);
    expect(await epochs({ patience: 2, mode: 'max' }, [1, 2, 3, 2, 2.5, 9])).toBe(5);
  });

  it('gives the model the weights of its best epoch', async () => {
    const weights: Record<string, number[]>[] = [];
    const model = await line();
    const keep: Callback = {
      onEpochEnd: async (_record, context) => {
        weights.push(bits(await context.model.getWeights()));
      },
    };
    // A rate that makes the loss rise after a while.
    const learningRate = (step: number): number => (step < 4 ? 0.05 : 5);
    const { epochs, stoppedBy, restoredEpoch } = await model.fit(lineData(6), {
      epochs: 20,
      learningRate,
      validationData: lineData(5),
      callbacks: [keep, earlyStopping({ patience: 2 })],
    });
    const losses = epochs.map(({ valLoss }) => valLoss as number);
    const best = losses.indexOf(Math.min(...losses));
    expect(stoppedBy).toBe('earlyStopping');
    expect(best).toBeLessThan(epochs.length - 1);
    expect(restoredEpoch).toBe(best);
    expect(bits(await model.getWeights())).toEqual(weights[best]);
    expect((await model.evaluate(lineData(5))).loss).toBe(losses[best]);
  });

  it('leaves the last weights where told to', async () => {
    const [kept, plain] = [await line(), await line()];
    const learningRate = 5;
    const callbacks = [earlyStopping({ monitor: 'loss', patience: 9, restoreBestWeights: false })];
    const { restoredEpoch } = await kept.fit(lineData(6), { epochs: 3, learningRate, callbacks });
    expect(restoredEpoch).toBeUndefined();
    await plain.fit(lineData(6), { epochs: 3, learningRate });
    expect(bits(await kept.getWeights())).toEqual(bits(await plain.getWeights()));
  });

  it('goes on with what it knew where a signal ended the training', async () => {
    const [stopped, whole] = [await line(), await line()];
    const learningRate = (step: number): number => (step < 4 ? 0.05 : 5);
    const options = { epochs: 20, learningRate, validationData: lineData(5) };
    const stopper = new AbortController();
    // In the second of the epochs that are worse than the best, the fourth.
    const onEpochEnd: Callback['onEpochEnd'] = (_record, { epoch }) => {
      if (epoch === 5) stopper.abort();
    };
    const keeping = { patience: 3, restoreBestWeights: 'unlessAborted' } as const;
    const first = earlyStopping(keeping);
    const { stoppedBy, restoredEpoch } = await stopped.fit(lineData(6), {
      ...options,
      callbacks: [first, { onEpochEnd }],
      signal: stopper.signal,
    });
    expect({ stoppedBy, restoredEpoch }).toEqual({ stoppedBy: 'abort' });
    expect(first.state.wait).toBeGreaterThan(0);
    expect(bits(first.state.weights ?? {})).not.toEqual(bits(await stopped.getWeights()));
    const callbacks = [earlyStopping({ ...keeping, from: first.state })];
    const end = await stopped.fit(lineData(6), { ...options, callbacks });
    const same = await whole.fit(lineData(6), { ...options, callbacks: [earlyStopping(keeping)] });
    expect(end.stoppedBy).toBe('earlyStopping');
    expect(end.epochs.at(-1)?.epoch).toBe(same.epochs.at(-1)?.epoch);
    expect(end.restoredEpoch).toBe(same.restoredEpoch);
    expect(end.restoredEpoch).toBeLessThan(end.epochs[0]?.epoch ?? NaN);
    expect(bits(await stopped.getWeights())).toEqual(bits(await whole.getWeights()));
  });

  it('says what is measured where it watches something else', async () => {
    const model = await line();
    const fit = (monitor: string): Promise<unknown> =>
      model.fit(lineData(6), { callbacks: [earlyStopping({ monitor })] });
    await expect(fit('valLoss')).rejects.toThrow(
      'option monitor: expected a quantity that is measured: loss, found "valLoss". Give fit validationData',
    );
    await expect(fit('losss')).rejects.toThrow('Did you mean "loss"?');
    expect(() => earlyStopping({ patience: -1 })).toThrow('option patience');
  });
});

describe('reduceOnPlateau', () => {
  it('multiplies the rate after patience epochs, then waits for the cooldown', async () => {
    const factor = async (options: object, values: number[]): Promise<number> =>
      (await observe(reduceOnPlateau(options), values)).position.learningRateFactor;
    expect(await factor({ factor: 0.5, patience: 2 }, [3, 2, 2])).toBe(1);
    expect(await factor({ factor: 0.5, patience: 2 }, [3, 2, 2, 2])).toBe(0.5);
    expect(await factor({ factor: 0.5, patience: 1 }, [3, 3, 3, 3])).toBe(0.125);
    expect(await factor({ factor: 0.5, patience: 1, cooldown: 1 }, [3, 3, 3, 3])).toBe(0.25);
    expect(await factor({ factor: 0.5, patience: 1, minFactor: 0.2 }, [3, 3, 3, 3])).toBe(0.2);
  });
});
