import type { Backend, Feeds } from '@chronograd/backend';
import { referenceBackend } from '@chronograd/backend-reference';
import { SpecError } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import {
  TrainingError,
  compile,
  earlyStopping,
  type Callback,
  type JsonObject,
  type Model,
} from './index.ts';
import { bits, lineData, lineDocument, rejection, rounding } from './testing/fixtures.ts';

const training: JsonObject = {
  loss: 'mse',
  optimizer: { type: 'sgd', learningRate: 0.1, momentum: 0.9 },
};

async function line(): Promise<Model> {
  return compile(lineDocument, { backend: rounding(referenceBackend()), training, seed: 3 });
}

/** Inputs so large that gradients are. */
const ramp = { data: Float32Array.from({ length: 30 }, (_, i) => 50 + i), shape: [10, 3] };

/** The state of a model that trained without failure up to a step. */
async function stateAt(step: number, options: object): Promise<unknown> {
  const model = await line();
  const onBatchEnd: Callback['onBatchEnd'] = (batch, context) => {
    if (batch.step === step - 1) context.stop();
  };
  await model.fit(lineData(10), {
    epochs: 100,
    batchSize: 3,
    ...options,
    callbacks: [{ onBatchEnd }],
  });
  return bits(await model.getWeights());
}

describe('a training that goes wrong', () => {
  // Float32 ends at 3.4e38: a rate like this makes the weights of step 6 huge, so that the loss of
  // step 7, which is quadratic in them, is infinite.
  const exploding = (step: number): number => (step === 6 ? 1e25 : 0.01);

  it.each([
    ['one step at a time', { callbacks: [{ onBatchEnd: () => undefined }] }],
    ['steps that overlap', {}],
    ['several steps in a call', { stepsPerCall: 3 }],
  ])('stops, names the step and keeps the weights from before it: %s', async (_how, options) => {
    const model = await line();
    const fit = model.fit(lineData(10), {
      epochs: 9,
      batchSize: 3,
      learningRate: exploding,
      ...options,
    });
    const error = await rejection(fit);
    expect(error).toBeInstanceOf(TrainingError);
    // Four steps an epoch.
    expect(error).toMatchObject({ code: 'not-finite', epoch: 1, step: 7 });
    expect((error as TrainingError).message).toContain(
      'epoch 1, step 7 (batch 3 of the epoch): expected a finite loss, finite gradients and finite weights, found a loss of Infinity',
    );
    expect((error as TrainingError).history.map(({ epoch }) => epoch)).toEqual([0]);
    expect(model.position).toEqual({ step: 7, epoch: 1, batch: 3, learningRateFactor: 1 });
    expect(bits(await model.getWeights())).toEqual(await stateAt(7, { learningRate: exploding }));
  });

  it('goes on from there as if the step had never been', async () => {
    const [failed, whole] = [await line(), await line()];
    const data = { ...lineData(10), inputs: ramp };
    const options = { epochs: 2, batchSize: 3, learningRate: 1e-5 };
    const bad = (step: number): number => (step === 6 ? 3e38 : 1e-5);
    await rejection(failed.fit(data, { ...options, learningRate: bad }));
    const { epoch: initialEpoch, batch: initialBatch } = failed.position;
    expect([initialEpoch, initialBatch]).toEqual([1, 2]);
    await failed.fit(data, { ...options, initialEpoch, initialBatch });
    await whole.fit(data, options);
    expect(bits(await failed.getWeights())).toEqual(bits(await whole.getWeights()));
  });

  it('takes back an update that made the weights infinite, though its loss was finite', async () => {
    const model = await line();
    const learningRate = (step: number): number => (step === 2 ? 3e38 : 0.01);
    const error = await rejection(
      model.fit(
        { ...lineData(10), inputs: ramp },
        { epochs: 9, batchSize: 3, shuffle: false, learningRate },
      ),
    );
    expect(error).toMatchObject({ code: 'not-finite', step: 2 });
    expect((error as TrainingError).message).toContain('not finite after it');
    const weights = await model.getWeights();
    for (const { data } of Object.values(weights))
      expect([...data].every(Number.isFinite)).toBe(true);
    expect(model.position.step).toBe(2);
  });

  it('finds it at the end of the training too', async () => {
    const model = await line();
    const data = { ...lineData(10), inputs: ramp };
    const error = await rejection(model.fit(data, { batchSize: 10, learningRate: 3e38 }));
    expect(error).toMatchObject({ code: 'not-finite', epoch: 0, step: 0 });
    expect(model.position).toMatchObject({ step: 0, epoch: 0, batch: 0 });
  });

  it('shows no callback, and so no save, weights that are not finite', async () => {
    const model = await line();
    const seen: number[] = [];
    const onEpochEnd: Callback['onEpochEnd'] = ({ epoch }) => void seen.push(epoch);
    const learningRate = (step: number): number => (step === 3 ? 3e38 : 1e-5);
    const fit = model.fit(
      { ...lineData(10), inputs: ramp },
      { epochs: 5, batchSize: 5, learningRate, callbacks: [{ onEpochEnd }] },
    );
    expect(await rejection(fit)).toMatchObject({ epoch: 1, step: 3, history: [{ epoch: 0 }] });
    expect(seen).toEqual([0]);
  });

  it('goes back no further than weights that were set meanwhile', async () => {
    const model = await line();
    const weights = {
      'dense/kernel': { data: [0.5, 0.25, -1], shape: [3, 1] },
      'dense/bias': { data: [2], shape: [1] },
    };
    const onEpochEnd: Callback['onEpochEnd'] = async (_record, context) => {
      await context.model.setWeights(weights);
    };
    const learningRate = (step: number): number => (step === 4 ? 1e30 : 0.01);
    const fit = model.fit(lineData(10), {
      epochs: 3,
      batchSize: 3,
      learningRate,
      callbacks: [{ onEpochEnd }],
    });
    // The update of step 4, the first with the weights that were set, makes the loss of 5 infinite.
    expect(await rejection(fit)).toMatchObject({ step: 5 });
    const moved = await model.getWeights();
    expect(moved['dense/kernel']?.data[0]).not.toBe(0.5);
  });

  it('holds streamed batches as long as they may be needed', async () => {
    const model = await line();
    const batches = [lineData(3), lineData(3, 1), lineData(2, 2)];
    const error = await rejection(
      model.fit(batches, { epochs: 9, learningRate: (step) => (step === 3 ? 1e25 : 0.01) }),
    );
    expect(error).toMatchObject({ epoch: 1, step: 4 });
    expect(model.position).toMatchObject({ step: 4, epoch: 1, batch: 1 });
  });

  it('does not give the best weights of early stopping in place of the last good ones', async () => {
    const model = await line();
    const fit = model.fit(lineData(10), {
      epochs: 9,
      batchSize: 3,
      learningRate: exploding,
      callbacks: [earlyStopping({ monitor: 'loss' })],
    });
    expect(await rejection(fit)).toMatchObject({ step: 7 });
    expect(bits(await model.getWeights())).toEqual(await stateAt(7, { learningRate: exploding }));
  });
});

describe('an engine that fails in a step', () => {
  /** A backend whose `trainStep` fails once, at the nth run. */
  function failingAt(n: number): Backend {
    const inner = rounding(referenceBackend());
    let count = 0;
    return {
      ...inner,
      async compile(program, options) {
        const executable = await inner.compile(program, options);
        const { run } = executable;
        return Object.assign(executable, {
          run: async (entry: string, feeds: Feeds) => {
            if (entry === 'trainStep' && ++count === n) throw new RangeError('out of memory');
            return run(entry, feeds);
          },
        });
      },
    };
  }

  it('leaves the state from before it, from which training goes on', async () => {
    const whole = await line();
    const failed = await compile(lineDocument, { backend: failingAt(7), training, seed: 3 });
    const options = { epochs: 3, batchSize: 3 };
    await whole.fit(lineData(10), options);
    await expect(failed.fit(lineData(10), options)).rejects.toThrow('out of memory');
    const { epoch: initialEpoch, batch: initialBatch, step } = failed.position;
    expect([step, initialEpoch, initialBatch]).toEqual([6, 1, 2]);
    await failed.fit(lineData(10), { ...options, initialEpoch, initialBatch });
    expect(bits(await failed.getWeights())).toEqual(bits(await whole.getWeights()));
  });
});

describe('fit refuses', () => {
  const refusals: [what: string, fit: (model: Model) => Promise<unknown>, message: string][] = [
    ['data that are none', (m) => m.fit({} as never), 'data: expected { inputs, targets }'],
    [
      'inputs of another shape',
      (m) =>
        m.fit({
          ...lineData(4),
          inputs: [
            [1, 2],
            [3, 4],
          ],
        }),
      'inputs: expected [?, 3], samples first, for the input "input", found [2, 2]',
    ],
    [
      'a sample without the samples axis',
      (m) => m.fit({ inputs: [1, 2, 3], targets: [[1]] }),
      'The first axis is that of the samples, also for a single one',
    ],
    [
      'targets of another shape',
      (m) => m.fit({ ...lineData(4), targets: [1, 2, 3, 4] }),
      'targets: expected [?, 1], samples first, found [4]. The number of elements is right',
    ],
    [
      'counts that differ',
      (m) => m.fit({ inputs: lineData(4).inputs, targets: lineData(5).targets }),
      'data: expected as many samples in every tensor, found 4 in input, 5 in targets',
    ],
    [
      'sample weights of another length',
      (m) => m.fit({ ...lineData(4), sampleWeights: [1, 2] }),
      '2 in sampleWeights',
    ],
    [
      'NaN in the inputs',
      (m) =>
        m.fit({
          inputs: [
            [1, 2, 3],
            [4, Number.NaN, 6],
          ],
          targets: [[1], [2]],
        }),
      'inputs[1, 1]: expected a finite number, found NaN',
    ],
    [
      'infinite targets',
      (m) => m.fit({ inputs: [[1, 2, 3]], targets: [[-Infinity]] }),
      'targets[0, 0]: expected a finite number, found -Infinity',
    ],
    [
      'no samples',
      (m) => m.fit({ inputs: { data: [], shape: [0, 3] }, targets: { data: [], shape: [0, 1] } }),
      'expected at least one sample',
    ],
    [
      'half an epoch',
      (m) => m.fit(lineData(4), { epochs: 0.5 }),
      'option epochs: expected a whole number from 0, found 0.5',
    ],
    ['batches of nothing', (m) => m.fit(lineData(4), { batchSize: 0 }), 'option batchSize'],
    [
      'a misspelt option',
      (m) => m.fit(lineData(4), { epoch: 3 } as never),
      'option epoch: expected an option of fit, found "epoch". Did you mean "epochs"?',
    ],
    [
      'two validations',
      (m) => m.fit(lineData(4), { validationSplit: 0.5, validationData: lineData(2) }),
      'option validationSplit: expected none beside validationData',
    ],
    [
      'a split that leaves nothing',
      (m) => m.fit(lineData(4), { validationSplit: 0.1 }),
      '0.1 of 4 samples',
    ],
    [
      'to shuffle what comes in batches',
      (m) => m.fit([lineData(4)], { shuffle: true }),
      'option shuffle: expected none for data that come in batches',
    ],
    ['what is no batch', (m) => m.fit([5] as never), 'data: expected { inputs, targets }'],
    [
      'a function that gives no batches',
      (m) => m.fit((() => 5) as never),
      'batches of epoch 0: expected an iterable',
    ],
  ];
  it.each(refusals)('%s, and changes nothing', async (_what, fit, message) => {
    const model = await line();
    const before = bits(await model.getWeights());
    await expect(fit(model)).rejects.toThrow(message);
    expect(bits(await model.getWeights())).toEqual(before);
    expect(model.position.step).toBe(0);
  });

  it('a model without a training document', async () => {
    const model = await compile(lineDocument, { backend: referenceBackend() });
    await expect(model.fit(lineData(4))).rejects.toThrow(
      'fit: expected a model with a training document, found none. Give it to compile',
    );
    await expect(model.evaluate(lineData(4))).rejects.toMatchObject({ code: 'no-training' });
    await expect(model.predict(lineData(4).inputs)).resolves.toBeDefined();
  });
});

describe('a training document that does not fit the model', () => {
  it('is refused at once, with every fault and its place', async () => {
    const compiled = compile(lineDocument, {
      backend: referenceBackend(),
      training: { loss: { elsewhere: 'mse' }, optimizer: 'sgd' },
    });
    const error = await rejection(compiled);
    expect(error).toBeInstanceOf(SpecError);
    expect(String(error)).toContain('$.loss.elsewhere: expected an output of the model');
  });
});
