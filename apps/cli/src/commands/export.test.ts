import { referenceBackend } from '@chronograd/backend-reference';
import { loadExperiment, partWindows } from '@chronograd/forecast';
import { readSafetensors } from 'chronograd';
import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitsExperiment, Workplace } from '../testing/workplace.ts';

let place: Workplace;
let run = '';
beforeAll(async () => {
  place = await Workplace.make();
  run = place.path('run');
  const layers = [
    { type: 'lstm', units: 3, returnSequences: true },
    { type: 'batchNormalization' },
    { type: 'gru', units: 4, dropout: 0.2 },
  ];
  const path = await place.write('deep.json', visitsExperiment({ model: { layers } }));
  await place.run(['train', path, '--output', run]);
});
afterAll(() => place.remove());

describe('export', () => {
  it('writes an ONNX model with its weights, which onnxruntime runs as predict does', async () => {
    const output = place.path('model.onnx');
    const args = ['export', run, '--format', 'onnx', '--output', output, '--batch', '5'];
    const { status, out } = await place.run([...args, '--json']);
    expect(status).toBe(0);
    // 9 rows of visits and of two one-hot columns; 2 steps to forecast.
    expect(JSON.parse(out)).toMatchObject({
      format: 'onnx',
      inputs: { series: [5, 9, 3] },
      outputs: { forecast: [5, 2] },
    });

    const backend = referenceBackend();
    const { prepared, model } = await loadExperiment(run, { backend });
    const windows = partWindows(prepared, { part: 'test', view: 'model' });
    const { inputs } = windows.batch([0, 3, 7, 11, 20]);
    const expected = await model.predict(inputs);
    await backend.dispose();

    const session = await InferenceSession.create(output);
    expect(session.inputNames).toEqual(['series']);
    const fed = { series: new Tensor('float32', inputs.data, inputs.shape) };
    const found = (await session.run(fed))['forecast'];
    expect(found?.dims).toEqual(expected.shape);
    expect(found?.data.length).toBe(expected.data.length);
    expected.data.forEach((value, i) => expect(Number(found?.data[i])).toBeCloseTo(value, 5));
  });

  it('writes all weights as safetensors', async () => {
    const output = place.path('model.safetensors');
    const { status, out } = await place.run(['export', run, '--output', output]);
    expect(status).toBe(0);
    expect(out).toContain('weights lstm/kernel [3, 12]');
    const { tensors } = readSafetensors(await readFile(output));
    const backend = referenceBackend();
    const { model } = await loadExperiment(run, { backend });
    const weights = await model.getWeights();
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(weights).sort());
    for (const [name, { shape, data }] of Object.entries(weights))
      expect(tensors[name]).toMatchObject({ shape, data });
    await backend.dispose();
  });

  it.each([
    [['--output', 'model.bin'], '--format: expected one of onnx, safetensors'],
    [['--output', 'no/such/folder.onnx'], '--output: '],
    [['--format', 'keras', '--output', 'model.onnx'], 'Allowed choices are onnx, safetensors'],
  ])('%j ends with status 2', async (args, word) => {
    const before = await place.contents();
    const own = args.map((arg) => (/[./]/.test(arg) ? place.path(arg) : arg));
    const { status, out, err } = await place.run(['export', run, ...own]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(word);
    expect(await place.contents()).toEqual(before);
  });

  it('names the folder that holds no run', async () => {
    const nowhere = ['export', place.path('nowhere'), '--output', place.path('model.onnx')];
    const { status, err } = await place.run(nowhere);
    expect(status).toBe(2);
    expect(err).toContain('Give the folder that a training has written');
  });
});
