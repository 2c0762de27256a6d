import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { referenceBackend } from '@chronograd/backend-reference';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, type GenerateOptions } from '../index.ts';

const onnx = onnxBackend();
afterAll(() => onnx.dispose());

const wavenet = {
  layers: [
    { type: 'input', name: 'x', shape: [null, 1] },
    { type: 'wavenet', filters: 4, layersPerStack: 4, head: { type: 'softmax', classes: 32 } },
  ],
};
const classes = { loss: 'sparseCategoricalCrossentropy' };

const values = (time: number, batch = 2) =>
  Array.from({ length: batch }, (_, n) =>
    Array.from({ length: time }, (_, t) => [Math.sin(t * (n + 1)) / 2]),
  );

describe('generate', () => {
  it('gives the same on every backend and with any number of steps in a call', async () => {
    const options: GenerateOptions = { steps: 30, prime: values(7), temperature: 0.9, seed: 5 };
    const found: number[][] = [];
    for (const backend of [onnx, referenceBackend()])
      for (const stepsPerCall of [1, 8, 64]) {
        const model = await compile(wavenet, { backend, training: classes, seed: 3 });
        const made = await model.generate({ ...options, stepsPerCall });
        expect(made.shape).toEqual([2, 30, 1]);
        // Numbers from -1 to 1 as classes: they are the same, whatever the rounding.
        found.push([...made.data].map((value) => Math.round(((value + 1) * 31) / 2)));
        await model.dispose();
      }
    for (const other of found) expect(other).toEqual(found[0]);
    expect(new Set(found[0]).size).toBeGreaterThan(10);
  });

  it('goes on as predictions of all that was before would', async () => {
    const document = {
      layers: [
        { type: 'input', shape: [null, 2] },
        { type: 'gru', units: 5, returnSequences: true },
        { type: 'dense', units: 2 },
      ],
    };
    const model = await compile(document, { backend: onnx, seed: 2 });
    const prime = [
      [
        [0.1, 0.2],
        [0.3, -0.4],
        [0.5, 0.6],
      ],
    ];
    const made = (await model.generate({ steps: 4, prime })).toArray() as number[][][];
    const all = [...(prime[0] ?? [])];
    for (const step of made[0] ?? []) {
      const said = (await model.predict([all])).toArray() as number[][][];
      said[0]?.at(-1)?.forEach((value, i) => expect(step[i]).toBeCloseTo(value, 5));
      all.push(step);
    }
    await model.dispose();
  });

  it('draws by the seed, and takes the likeliest at temperature 0', async () => {
    const model = await compile(wavenet, { backend: onnx, training: classes, seed: 3 });
    const made = async (options: Partial<GenerateOptions>) =>
      [...(await model.generate({ steps: 20, ...options })).data].join(' ');
    expect(await made({ seed: 1 })).not.toBe(await made({ seed: 2 }));
    expect(await made({ seed: 1 })).toBe(await made({ seed: 1 }));
    expect(await made({ seed: 1, temperature: 0 })).toBe(await made({ seed: 2, temperature: 0 }));
    await model.dispose();
  });

  it('takes conditioning of every step that is read', async () => {
    const document = {
      layers: [
        { type: 'input', name: 'x', shape: [null, 1] },
        { type: 'input', name: 'pitch', shape: [null, 3] },
        { type: 'input', name: 'voice', shape: [4] },
        {
          type: 'wavenet',
          inputs: ['x'],
          filters: 4,
          layersPerStack: 2,
          local: 'pitch',
          global: 'voice',
        },
      ],
    };
    const model = await compile(document, { backend: onnx, seed: 3 });
    const steps = 6;
    const pitch = values(steps + 1, 2).map((row) => row.map(([v = 0]) => [v, -v, v * v]));
    const voice = [
      [1, 0, 0, 0.5],
      [0, 1, 0, -0.5],
    ];
    const prime = values(2);
    const conditioning = { pitch, voice };
    const one = await model.generate({ steps, prime, conditioning, stepsPerCall: 1 });
    const many = await model.generate({ steps, prime, conditioning, stepsPerCall: 4 });
    expect([...many.data]).toEqual([...one.data]);
    await expect(
      model.generate({ steps, prime, conditioning: { pitch, voice: [[1]] } }),
    ).rejects.toThrow('conditioning.voice: expected [2, 4], found [1, 1]');
    await expect(model.generate({ steps: 7, prime, conditioning })).rejects.toThrow(
      'conditioning.pitch: expected [2, 8, 3], found [2, 7, 3]',
    );
    await model.dispose();
  });

  it('makes sequences one after the other, and again the same from the start', async () => {
    const model = await compile(wavenet, { backend: onnx, training: classes, seed: 3 });
    const options: GenerateOptions = { steps: 12, prime: values(3), seed: 4, stepsPerCall: 4 };
    const alone = await model.generate(options);
    const [first, , third] = await Promise.all([
      model.generate(options),
      model.generate({ ...options, seed: 9, prime: values(5) }),
      model.generate(options),
    ]);
    expect([...(first?.data ?? [])]).toEqual([...alone.data]);
    expect([...(third?.data ?? [])]).toEqual([...alone.data]);
    await model.dispose();
  });

  it('takes conditioning by classes of every step', async () => {
    const document = {
      layers: [
        { type: 'input', name: 'x', shape: [null, 2] },
        { type: 'input', name: 'chord', shape: [null], dtype: 'int32' },
        { type: 'embedding', inputDim: 5, outputDim: 2 },
        { type: 'add', inputs: ['x', 'embedding'] },
        { type: 'gru', units: 2, returnSequences: true },
      ],
    };
    const model = await compile(document, { backend: onnx, seed: 1 });
    const prime = [
      [
        [0.1, 0.2],
        [0.3, 0.4],
      ],
    ];
    const made = async (chord: number[]) => [
      ...(await model.generate({ steps: 3, prime, conditioning: { chord: [chord] } })).data,
    ];
    const one = await made([0, 1, 2, 3]);
    const other = await made([0, 1, 2, 4]);
    expect(other.slice(0, 4)).toEqual(one.slice(0, 4));
    expect(other.slice(4)).not.toEqual(one.slice(4));
    await model.dispose();
  });

  it.each<[object, string]>([
    [{ steps: 0 }, 'option steps: expected a whole number from 1'],
    [{ steps: 2, temperature: -1 }, 'option temperature'],
    [{ steps: 2, prime: [[[1, 2]]] }, 'prime: expected [1, time, 1], found [1, 1, 2]'],
    [{ steps: 2, step: 1 }, 'option step: expected an option of generate'],
    [{ steps: 2, distribution: 'gaussian' }, 'generate: output: expected an output [batch, 2]'],
  ])('refuses %j', async (options, message) => {
    const model = await compile(wavenet, { backend: onnx, training: classes });
    await expect(model.generate(options as GenerateOptions)).rejects.toThrow(message);
    await model.dispose();
  });

  it('refuses a model that looks ahead', async () => {
    const layers = [
      { type: 'input', shape: [null, 1] },
      { type: 'conv1d', filters: 1, kernelSize: 3, padding: 'same' },
    ];
    const model = await compile({ layers }, { backend: onnx });
    await expect(model.generate({ steps: 2 })).rejects.toThrow(
      'expected a layer that works step by step, found conv1d over the time axis',
    );
    await model.dispose();
  });
});
