import type { Backend } from '@chronograd/backend';
import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { referenceBackend } from '@chronograd/backend-reference';
import { describe, expect, it } from 'vitest';
import { compile, type JsonObject, type Model, type Tensor } from '../index.ts';
import { adamTraining, bits, wave } from '../testing/fixtures.ts';

const stack = (first: JsonObject, second: JsonObject): JsonObject => ({
  layers: [
    { type: 'input', shape: [null, 2] },
    { ...first, units: 4, returnSequences: true },
    { type: 'dropout', rate: 0.5 },
    { ...second, units: 3, returnSequences: true },
    { type: 'dense', units: 2, activation: 'tanh' },
  ],
});

const stacks: [string, JsonObject][] = [
  ['simpleRnn on lstm', stack({ type: 'simpleRnn' }, { type: 'lstm' })],
  ['lstm on gru', stack({ type: 'lstm' }, { type: 'gru' })],
  [
    'gru on gru that resets before',
    stack({ type: 'gru' }, { type: 'gru', resetAfter: false, useBias: false }),
  ],
];

/** Biases are zero at first; this makes all weights different. */
async function stir(model: Model): Promise<void> {
  const weights = await model.getWeights();
  const stirred = Object.entries(weights).map(([name, { shape }], i) => [
    name,
    wave(shape, i + 0.5),
  ]);
  await model.setWeights(Object.fromEntries(stirred) as Record<string, Tensor>);
}

/** Row `[time, …]` of a `[batch, time, …]` tensor at one time. */
function at({ data, shape }: Tensor, batch: number, time: number): number[] {
  const [, steps = 0, width = 0] = shape;
  const start = (batch * steps + time) * width;
  return Array.from(data.slice(start, start + width));
}

const closeTo = (expected: readonly number[]): unknown =>
  expected.map((value) => expect.closeTo(value, 5));

const backends: [string, () => Backend][] = [
  ['reference', () => referenceBackend()],
  ['onnx', () => onnxBackend({ device: 'cpu' })],
];

describe.each(backends)('a stream on the %s backend', (_name, backendOf) => {
  it.each(stacks)('equals one long prediction: %s', async (_what, document) => {
    const model = await compile(document, { backend: backendOf(), seed: 5 });
    await stir(model);
    const inputs = wave([1, 9, 2]);
    const whole = await model.predict(inputs);
    const stream = await model.stream();
    for (let time = 0; time < 9; time++) {
      const step = await stream.step(at(inputs, 0, time));
      expect(step.shape).toEqual([2]);
      expect(Array.from(step.data)).toEqual(closeTo(at(whole, 0, time)));
    }
    await stream.reset();
    const again = await stream.step(at(inputs, 0, 0));
    expect(Array.from(again.data)).toEqual(closeTo(at(whole, 0, 0)));
  });
});

describe('a stream', () => {
  const document = stack({ type: 'lstm' }, { type: 'gru' });
  const open = async (): Promise<Model> => {
    const model = await compile(document, { backend: referenceBackend(), seed: 5 });
    await stir(model);
    return model;
  };

  it('takes several sequences side by side', async () => {
    const model = await open();
    const inputs = wave([3, 4, 2]);
    const whole = await model.predict(inputs);
    const stream = await model.stream({ batch: 3 });
    for (let time = 0; time < 4; time++) {
      const step = await stream.step([0, 1, 2].map((batch) => at(inputs, batch, time)));
      expect(step.shape).toEqual([3, 2]);
      const expected = [0, 1, 2].flatMap((batch) => at(whole, batch, time));
      expect(Array.from(step.data)).toEqual(closeTo(expected));
    }
  });

  it('keeps apart from other streams of the model', async () => {
    const model = await open();
    const [one, two] = [await model.stream(), await model.stream()];
    const first = await one.step([0.5, -0.5]);
    await one.step([1, 1]);
    expect((await two.step([0.5, -0.5])).data).toEqual(first.data);
  });

  it('gives its state and goes on from it, in another stream too', async () => {
    const model = await open();
    const [one, two] = [await model.stream(), await model.stream()];
    await one.step([0.5, -0.5]);
    const state = await one.state();
    expect(Object.keys(state).sort()).toEqual(['gru/h', 'lstm/c', 'lstm/h']);
    expect(state['lstm/c']?.shape).toEqual([1, 4]);
    const next = await one.step([1, 2]);
    await two.restore(state);
    expect(Array.from((await two.step([1, 2])).data)).toEqual(closeTo(Array.from(next.data)));
    const { 'gru/h': _left, ...rest } = state;
    await expect(two.restore(rest)).rejects.toThrow('state.gru/h: expected a tensor, found none');
    await expect(two.restore({ ...state, 'gru/h': [[1]] })).rejects.toThrow(
      'state.gru/h: expected [1, 3], found [1, 1]',
    );
  });

  it('takes its steps in the order of the calls', async () => {
    const model = await open();
    const [one, two] = [await model.stream(), await model.stream()];
    const steps = [
      [0.5, -0.5],
      [1, 2],
      [-1, 0.25],
    ];
    const together = await Promise.all(steps.map((step) => one.step(step)));
    for (const [i, step] of steps.entries())
      expect((await two.step(step)).data).toEqual(together[i]?.data);
  });

  it('uses the weights that the model has at each step', async () => {
    const model = await compile(document, { backend: referenceBackend(), training: adamTraining });
    const stream = await model.stream();
    const before = await stream.step([1, 2]);
    await model.fit({ inputs: wave([4, 3, 2]), targets: wave([4, 3, 2], 1) });
    await stream.reset();
    expect((await stream.step([1, 2])).data).not.toEqual(before.data);
  });

  it('leaves saves and training alone', async () => {
    const make = (): Promise<Model> =>
      compile(document, { backend: referenceBackend(), training: adamTraining });
    const [plain, streaming] = [await make(), await make()];
    const stream = await streaming.stream();
    await stream.step([1, 2]);
    for (const model of [plain, streaming])
      await model.fit({ inputs: wave([4, 3, 2]), targets: wave([4, 3, 2], 1) });
    expect(bits(await streaming.getWeights())).toEqual(bits(await plain.getWeights()));
  });

  it('refuses what does not fit, and use after dispose', async () => {
    const model = await open();
    const stream = await model.stream();
    await expect(stream.step([1, 2, 3])).rejects.toThrow('inputs: expected [2], found [3]');
    await expect(stream.step([[1, Number.NaN]])).rejects.toThrow('inputs[0, 1]');
    await stream.dispose();
    await stream.dispose();
    await expect(stream.step([1, 2])).rejects.toMatchObject({ code: 'disposed' });
    const other = await model.stream();
    await model.dispose();
    await expect(other.step([1, 2])).rejects.toMatchObject({ code: 'disposed' });
  });

  it('is refused for a model that looks ahead', async () => {
    const backwards = stack({ type: 'lstm', goBackwards: true }, { type: 'gru' });
    const model = await compile(backwards, { backend: referenceBackend() });
    await expect(model.stream()).rejects.toMatchObject({ name: 'GraphError' });
    const layers = [
      { type: 'input', shape: [null, 2] },
      { type: 'conv1d', filters: 2, kernelSize: 3 },
    ];
    const unpadded = await compile({ layers }, { backend: referenceBackend() });
    await expect(unpadded.stream()).rejects.toThrow(
      'expected a layer that works step by step, found conv1d over the time axis',
    );
  });
});
