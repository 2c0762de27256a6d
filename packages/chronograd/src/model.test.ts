import { BackendError, type Backend } from '@chronograd/backend';
import { exportOnnx, onnxBackend } from '@chronograd/backend-onnx-cuda';
import { referenceBackend } from '@chronograd/backend-reference';
import { describe, expect, it } from 'vitest';
import { compile, type JsonObject, type Model } from './index.ts';
import {
  adamTraining,
  bits,
  gruData,
  gruDocument,
  lineData,
  lineDocument,
  wave,
} from './testing/fixtures.ts';

describe('compile', () => {
  const training = adamTraining;

  it.each<[what: string, backend: unknown, message: string]>([
    [
      'an id',
      'onnx',
      'option backend: expected a backend, as the factory of a backend package makes it, found the string "onnx". There is no registry',
    ],
    [
      'a factory',
      referenceBackend,
      'found a function. Call the factory: backend: referenceBackend()',
    ],
    ['nothing', undefined, 'found undefined. For instance, import { onnxBackend }'],
    ['a promise', Promise.resolve(referenceBackend()), 'found a promise of one. Await it first'],
    ['part of one', { id: 'x', compile: () => undefined }, 'without capabilities, dispose'],
    ['one without an id', { ...referenceBackend(), id: 5 }, 'without an id'],
  ])('refuses %s for a backend', async (_what, backend, message) => {
    const compiling = compile(lineDocument, { backend: backend as Backend });
    await expect(compiling).rejects.toMatchObject({ name: 'ModelError', code: 'bad-backend' });
    await expect(compiling).rejects.toThrow(message);
  });

  it('lets errors of documents and engines pass', async () => {
    const backend = referenceBackend();
    const wrong = {
      layers: [
        { type: 'input', shape: [3] },
        { type: 'dense', unit: 1 },
      ],
    };
    await expect(compile(wrong, { backend })).rejects.toMatchObject({ name: 'SpecError' });
    await expect(
      compile(lineDocument, { backend, training: { loss: 'msee' } }),
    ).rejects.toMatchObject({ name: 'SpecError' });
    const accuracy = { loss: { type: 'quantile', quantiles: [0.5] }, metrics: ['accuracy'] };
    await expect(compile(lineDocument, { backend, training: accuracy })).rejects.toMatchObject({
      name: 'GraphError',
    });
    await backend.dispose();
    await expect(compile(lineDocument, { backend })).rejects.toBeInstanceOf(BackendError);
  });

  it.each<[what: string, layers: JsonObject[], steps: number]>([
    ['a kernel without padding', [{ type: 'conv1d', filters: 3, kernelSize: 4, strides: 2 }], 9],
    [
      'a kernel that reaches far',
      [{ type: 'conv1d', filters: 3, kernelSize: 2, dilationRate: 70 }],
      75,
    ],
    ['a pool', [{ type: 'maxPooling1d', poolSize: 5 }], 12],
    ['a crop', [{ type: 'cropping1d', cropping: 2 }], 6],
    [
      'steps of a given number beside them',
      [
        { type: 'globalMaxPooling1d', name: 'most' },
        { type: 'repeatVector', name: 'again', n: 7 },
        { type: 'add', inputs: ['x', 'again'] },
      ],
      7,
    ],
  ])('trains a model of any length of time with %s', async (_what, layers, steps) => {
    const document = {
      layers: [
        { type: 'input', name: 'x', shape: [null, 2] },
        ...layers,
        { type: 'gru', units: 2 },
      ],
    };
    const model = await compile(document, { backend: referenceBackend(), training });
    const data = { inputs: wave([2, steps, 2]), targets: wave([2, 2], 1) };
    const before = await model.evaluate(data);
    await model.fit(data, { epochs: 3 });
    expect((await model.evaluate(data)).loss).toBeLessThan(before.loss);
  });

  it('takes a metric of later steps for any length of time, but none that no data have', async () => {
    const layers = [
      { type: 'input', shape: [null, 2] },
      { type: 'gru', units: 2, returnSequences: true },
    ];
    const late = { loss: 'mse', metrics: [{ type: 'mae', time: { from: 5 } }] };
    const options = { backend: referenceBackend(), training: late };
    const model = await compile({ layers }, options);
    const found = await model.evaluate({ inputs: wave([2, 8, 2]), targets: wave([2, 8, 2], 1) });
    expect(found['maeFrom5']).toBeGreaterThan(0);
    const short = { layers: [{ type: 'input', shape: [4, 2] }, ...layers.slice(1)] };
    await expect(compile(short, options)).rejects.toThrow(
      'metric: mae: expected a part of 4 steps, found steps from 5',
    );
  });

  it('says what the shortest sequence lacks where no length of time fits', async () => {
    const layers = [
      { type: 'input', name: 'x', shape: [null, 2] },
      { type: 'conv1d', name: 'shorter', filters: 2, kernelSize: 2 },
      { type: 'concatenate', inputs: ['x', 'shorter'] },
    ];
    const options = { backend: referenceBackend(), training };
    await expect(compile({ layers }, options)).rejects.toThrow(
      '$.layers[2].inputs[1]: expected [2, 2] but for axis -1 into concatenate, found [1, 2] from shorter',
    );
  });

  it('refuses options that are none', async () => {
    const backend = referenceBackend();
    for (const [options, message] of [
      [{ backend, seed: -1 }, 'option seed: expected a whole number from 0, found -1'],
      [{ backend, programCacheSize: 0 }, 'option programCacheSize'],
      [{ backend, trainings: {} }, 'Did you mean "training"?'],
      [undefined, 'option backend'],
    ] as const)
      await expect(compile(lineDocument, options as never)).rejects.toThrow(message);
  });

  it('makes initial weights from the seed, the same on every backend', async () => {
    const weights = async (backend: Backend, seed: number): Promise<unknown> =>
      bits(await (await compile(gruDocument, { backend, seed })).getWeights());
    const expected = await weights(referenceBackend(), 3);
    expect(await weights(onnxBackend({ device: 'cpu' }), 3)).toEqual(expected);
    expect(await weights(referenceBackend(), 4)).not.toEqual(expected);
  });

  it('reports engine and device at once, then every program', async () => {
    const model = await compile(gruDocument, { backend: referenceBackend(), training });
    expect(model.report()).toMatchObject({ backend: 'reference', device: 'cpu', entries: {} });
    await model.fit(gruData(5), { batchSize: 3 });
    expect(Object.keys(model.report().entries)).toEqual([
      'trainStep input [3, 5, 2]',
      'trainStep input [2, 5, 2]',
    ]);
    expect(model.summary()).toContain('gru');
  });

  it('gives programs as data', async () => {
    const model = await compile(gruDocument, { backend: referenceBackend() });
    const program = model.program('predict', { batch: 4, inputs: { input: [7, 2] } });
    expect(program.entries.predict?.inputs).toEqual([
      { name: 'input', type: { dtype: 'float32', shape: [4, 7, 2] } },
    ]);
    expect(() => model.program('predict')).toThrow('shapes.input');
    expect(() => model.program('trainStep', { inputs: { input: [7, 2] } })).toThrow('training');
    const step = model.program('stream', { inputs: { input: [7, 2] } });
    expect(step.entries.stream?.inputs[0]?.type.shape).toEqual([1, 2]);
    const weights = await model.getWeights();
    expect(exportOnnx(program, 'predict', { state: weights }).length).toBeGreaterThan(500);
  });
});

describe('predict', () => {
  it('takes any number of samples and any length of time', async () => {
    const model = await compile(gruDocument, { backend: referenceBackend() });
    const inputs = wave([7, 5, 2]);
    const whole = await model.predict(inputs, { batchSize: 7 });
    expect(whole.shape).toEqual([7, 2]);
    const parts = await model.predict(inputs, { batchSize: 3 });
    expect(Array.from(parts.data)).toEqual(Array.from(whole.data));
    expect((await model.predict(wave([2, 9, 2]))).shape).toEqual([2, 2]);
    expect(
      (
        await model.predict([
          [
            [1, 2],
            [3, 4],
          ],
        ])
      ).toArray(),
    ).toEqual([[expect.any(Number), expect.any(Number)]]);
  });

  it('does not drop anything', async () => {
    const model = await compile(gruDocument, { backend: referenceBackend() });
    const inputs = wave([2, 5, 2]);
    expect((await model.predict(inputs)).data).toEqual((await model.predict(inputs)).data);
  });

  it('may run beside itself', async () => {
    const model = await compile(gruDocument, { backend: referenceBackend(), programCacheSize: 1 });
    const inputs = wave([7, 5, 2]);
    const expected = await model.predict(inputs);
    const results = await Promise.all(
      [1, 2, 3, 4].map((batchSize) => model.predict(inputs, { batchSize })),
    );
    for (const { data } of results) expect(data).toEqual(expected.data);
  });

  it('refuses what does not fit', async () => {
    const model = await compile(gruDocument, { backend: referenceBackend() });
    await expect(model.predict(wave([2, 5, 3]))).rejects.toThrow(
      'inputs: expected [?, ?, 2], samples first, for the input "input", found [2, 5, 3]',
    );
    await expect(model.predict(wave([0, 5, 2]))).rejects.toMatchObject({ code: 'empty' });
    await expect(model.predict({ inptu: [1] })).rejects.toThrow('Did you mean "input"?');
    await expect(model.predict('x' as never)).rejects.toMatchObject({ code: 'not-a-tensor' });
    await expect(model.predict(wave([1, 5, 2]), { batchSize: 1.5 })).rejects.toThrow('batchSize');
  });
});

describe('weights', () => {
  const weights = {
    'dense/kernel': [[0.5], [-1], [2]],
    'dense/bias': [0.25],
  };

  it('are given and taken by name', async () => {
    const model = await compile(lineDocument, { backend: referenceBackend() });
    await model.setWeights(weights);
    expect((await model.getWeights())['dense/kernel']?.toArray()).toEqual([[0.5], [-1], [2]]);
    expect((await model.predict([[1, 2, 3]])).toArray()).toEqual([[4.75]]);
  });

  it.each<[what: string, change: Record<string, unknown>, error: object]>([
    [
      'an unknown name',
      { 'dense/kernle': [1] },
      { code: 'unknown-weight', advice: 'Did you mean "dense/kernel"?' },
    ],
    [
      'a missing one',
      { 'dense/bias': undefined },
      { code: 'missing-weight', found: 'none for dense/bias' },
    ],
    [
      'another shape',
      { 'dense/kernel': [[1, 2, 3]] },
      { code: 'bad-weight', expected: '[3, 1]', found: '[1, 3]' },
    ],
    [
      'NaN',
      { 'dense/bias': [Number.NaN] },
      { code: 'bad-weight', subject: 'weight "dense/bias"[0]', found: 'NaN' },
    ],
  ])('are refused, all of them, for %s', async (_what, change, error) => {
    const model = await compile(lineDocument, { backend: referenceBackend() });
    const before = bits(await model.getWeights());
    const given = Object.entries({ ...weights, ...change }).filter(([, value]) => value);
    const setting = model.setWeights(Object.fromEntries(given) as never);
    await expect(setting).rejects.toMatchObject({ name: 'ModelError', ...error });
    expect(bits(await model.getWeights())).toEqual(before);
  });
});

describe('a stateful model', () => {
  const document: JsonObject = {
    layers: [
      { type: 'input', shape: [null, 2] },
      { type: 'lstm', units: 3, stateful: true },
      { type: 'dense', units: 1 },
    ],
  };
  const open = (): Promise<Model> =>
    compile(document, { backend: referenceBackend(), training: adamTraining });
  const first = (inputs: ReturnType<typeof wave>, from: number, to: number): number[][][] =>
    [0, 1].map((row) =>
      Array.from({ length: to - from }, (_, i) => {
        const at = (row * 6 + from + i) * 2;
        return Array.from(inputs.data.slice(at, at + 2));
      }),
    );

  it('goes on from batch to batch until its states are reset', async () => {
    const model = await open();
    const inputs = wave([2, 6, 2]);
    const whole = await model.predict(inputs);
    await model.resetStates();
    await model.predict(first(inputs, 0, 4));
    const rest = await model.predict(first(inputs, 4, 6));
    expect(Array.from(rest.data)).toEqual(Array.from(whole.data).map((v) => expect.closeTo(v, 6)));
    expect((await model.predict(inputs)).data).not.toEqual(whole.data);
    await model.resetStates();
    expect((await model.predict(inputs)).data).toEqual(whole.data);
  });

  it('has batches of one size', async () => {
    const model = await open();
    await model.predict(wave([2, 6, 2]));
    const other = model.predict(wave([3, 6, 2]));
    await expect(other).rejects.toMatchObject({ name: 'ModelError', code: 'stateful-batch' });
    await expect(other).rejects.toThrow(
      'state "lstm/state/h": expected float32[2,3], as before, found float32[3,3]. A stateful model',
    );
    await expect(model.predict(wave([2, 6, 2]))).resolves.toBeDefined();
  });

  it('refuses an epoch that ends with a smaller batch', async () => {
    const model = await open();
    const data = { inputs: wave([5, 6, 2]), targets: wave([5, 1], 1) };
    await expect(model.fit(data, { batchSize: 2 })).rejects.toThrow(
      'option batchSize: expected a divisor of the number of samples',
    );
    expect(model.position.step).toBe(0);
  });

  it('takes its samples in their order', async () => {
    const [one, two] = [await open(), await open()];
    const data = { inputs: wave([4, 6, 2]), targets: wave([4, 1], 1) };
    await one.fit(data, { batchSize: 2 });
    await two.fit(data, { batchSize: 2, shuffle: false });
    expect(bits(await one.getWeights())).toEqual(bits(await two.getWeights()));
  });
});

describe('dispose', () => {
  it('ends the model, not the backend', async () => {
    const backend = referenceBackend();
    const model = await compile(lineDocument, { backend, training: adamTraining });
    await model.fit(lineData(3));
    await model.dispose();
    await model.dispose();
    const uses: [string, () => unknown][] = [
      ['fit', () => model.fit(lineData(3))],
      ['evaluate', () => model.evaluate(lineData(3))],
      ['predict', () => model.predict(lineData(3).inputs)],
      ['stream', () => model.stream()],
      ['getWeights', () => model.getWeights()],
      ['setWeights', () => model.setWeights({})],
      ['resetStates', () => model.resetStates()],
      ['save', () => model.save('nowhere')],
      ['report', async () => model.report()],
    ];
    for (const [name, use] of uses)
      await expect(use()).rejects.toThrow(`${name} of "line": expected a model in use`);
    await expect(compile(lineDocument, { backend })).resolves.toBeDefined();
  });
});
