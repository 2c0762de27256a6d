import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserBundle } from './bundle.ts';
import { openPage, type OpenPage } from './page.ts';

const text = `
  import { compile } from 'chronograd';
  import { webgpuBackend } from '../src/index.ts';

  const devices = [];
  // The page's own, but that we have the devices that are taken.
  const gpu = {
    requestAdapter: async () => {
      const adapter = await navigator.gpu.requestAdapter();
      const requestDevice = async (descriptor) => {
        devices.push(await adapter.requestDevice(descriptor));
        return devices.at(-1);
      };
      return { requestDevice, limits: adapter.limits, info: adapter.info };
    },
  };
  const backend = webgpuBackend({ gpu });
  const [samples, time] = [8, 4];
  const array = (length) => Float32Array.from({ length }, (_, i) => Math.sin(i));
  const inputs = { shape: [samples, time, 1], data: array(samples * time) };
  const targets = { shape: [samples, 1], data: array(samples) };
  const layers = [
    { type: 'input', shape: [time, 1] },
    { type: 'simpleRnn', units: 3 },
    { type: 'dense', units: 1 },
  ];
  const training = { loss: 'mse', optimizer: 'sgd' };
  const make = () => compile({ formatVersion: 1, layers }, { backend, training, seed: 2 });
  const predict = async (model) => Array.from((await model.predict(inputs)).data);

  globalThis.loseAndRecover = async () => {
    const model = await make();
    let [weights, kept] = [];
    const onEpochEnd = async ({ epoch }) => {
      weights = await model.getWeights();
      kept = await predict(model);
      if (epoch === 1) devices[0].destroy();
    };
    const options = { epochs: 5, batchSize: 4, callbacks: [{ onEpochEnd }] };
    const { code, message } = await model.fit({ inputs, targets }, options).catch((error) => error);
    const again = await make();
    await again.setWeights(weights);
    const found = await predict(again);
    const before = (await again.evaluate({ inputs, targets })).loss;
    await again.fit({ inputs, targets }, { epochs: 3, batchSize: 4 });
    const after = (await again.evaluate({ inputs, targets })).loss;
    return { code, message, devices: devices.length, kept, found, before, after };
  };
`;

interface Recovered {
  readonly code: string;
  readonly message: string;
  readonly devices: number;
  readonly kept: number[];
  readonly found: number[];
  readonly before: number;
  readonly after: number;
}

describe('a model whose device is lost in training', () => {
  let open: OpenPage | undefined;
  beforeAll(async () => {
    open = await openPage({ '/recovery.js': (await browserBundle(text)).code });
    await open.load('/recovery.js');
  });
  afterAll(() => open?.close());

  it('is made anew on another device, and goes on from the weights of the last epoch', async () => {
    const recovered = (await open?.page.evaluate('loseAndRecover()')) as Recovered;
    expect(recovered).toMatchObject({
      code: 'run-failed',
      message: expect.stringMatching(/lost device.*Compile the program again/),
      devices: 2,
    });
    expect(recovered.found).toHaveLength(8);
    expect(recovered.found).toEqual(recovered.kept);
    expect(recovered.after).toBeLessThan(recovered.before);
  });
});
