import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadClassification, saveExperiment } from '../run/saved.ts';
import { paddedSequences } from './batch.ts';
import { prepareClassification } from './prepare.ts';
import { classifySequences, evaluateClassification, trainClassification } from './train.ts';

let folder = '';
const backend = onnxBackend();
const kinds = ['rising', 'falling', 'waving'];

/** Sixty gestures of 5 to 16 rows; half of them rise, the others fall or wave. */
function gestures(withLabels = true): string {
  const rows = ['id,height,hand,kind'];
  for (let n = 0; n < 60; n++) {
    const kind = n % 2 === 0 ? 0 : 1 + (Math.floor(n / 2) % 2);
    const length = 5 + ((7 * n) % 12);
    for (let i = 0; i < length; i++) {
      const height =
        kind === 2 ? 10 * Math.sin(2 * i + n) : (kind === 0 ? 1 : -1) * (2 * i + (n % 3));
      rows.push(`g${n},${height.toFixed(2)},${n % 3 === 0 ? 'left' : 'right'},${kinds[kind]}`);
    }
  }
  const text = `${rows.join('\n')}\n`;
  return withLabels ? text : text.replaceAll(/,[a-z]+\n/g, '\n');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-classify-'));
  await writeFile(join(folder, 'gestures.csv'), gestures());
  await writeFile(join(folder, 'unlabelled.csv'), gestures(false));
});
afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

function experiment(parts: { data?: object; task?: object; layers?: object[] } = {}) {
  return {
    data: {
      type: 'sequences',
      source: { type: 'csv', path: 'gestures.csv' },
      sequence: 'id',
      columns: {
        height: { type: 'number' },
        hand: { type: 'category', categories: ['left', 'right'] },
        kind: { type: 'category', categories: kinds },
      },
      split: { type: 'shares', train: 0.6, validation: 0.15, test: 0.25, seed: 2 },
      ...parts.data,
    },
    task: { type: 'classify', label: 'kind', ...parts.task },
    model: { layers: parts.layers ?? [{ type: 'gru', units: 8 }] },
    training: {
      optimizer: { type: 'adam', learningRate: 0.03 },
      epochs: 25,
      batchSize: 12,
      metrics: ['accuracy'],
      seed: 4,
    },
  };
}

describe('a classification', () => {
  it('deals whole sequences to the parts, each to one', async () => {
    const { parts, counts } = await prepareClassification(experiment(), folder);
    const ids = Object.values(parts).map((part) => part.map(({ id }) => id));
    expect(ids.map(({ length }) => length)).toEqual([36, 9, 15]);
    expect(new Set(ids.flat()).size).toBe(60);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(36);
  });

  it('sees scaled numbers, categories one-hot, and how long each sequence is', async () => {
    const prepared = await prepareClassification(experiment(), folder);
    const { train = [] } = prepared.parts;
    const heights = train.flatMap(({ columns }) => [...(columns['height'] ?? [])]);
    const mean = heights.reduce((sum, value) => sum + value, 0) / heights.length;
    expect(prepared.scaler.of('height').offset).toBeCloseTo(mean, 9);
    const [first, second] = train;
    if (!first || !second) throw new TypeError('expected sequences');
    const { data, shape, lengths } = paddedSequences(prepared, [first, second], 20);
    expect(shape).toEqual([2, 20, 3]);
    expect([...lengths]).toEqual([first.length, second.length]);
    const isLeft = first.columns['hand']?.[0] === 0;
    expect([data[1], data[2]]).toEqual(isLeft ? [1, 0] : [0, 1]);
    expect(data[0]).toBeCloseTo(
      ((first.columns['height']?.[0] ?? NaN) - mean) / prepared.scaler.of('height').scale,
      5,
    );
  });

  it('tells more than what most are, as saved too, and of files without labels', async () => {
    const prepared = await prepareClassification(experiment(), folder);
    const { model, history } = await trainClassification(prepared, { backend });
    expect(history.epochs.at(-1)?.['valAccuracy']).toBeGreaterThan(0.8);
    const judged = await evaluateClassification(prepared, model, 'test');
    expect(judged.sequences).toBe(15);
    expect(judged.scores['model']?.accuracy).toBeGreaterThan(0.8);
    expect(judged.scores['model']?.balancedAccuracy).toBeGreaterThan(0.75);
    expect(judged.scores['majority']?.accuracy).toBeLessThan(0.7);
    expect(judged.scores['majority']?.balancedAccuracy).toBeCloseTo(1 / 3, 9);
    expect(judged.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(15);

    const run = join(folder, 'run');
    await saveExperiment(run, { prepared, model, dataFolder: folder });
    const file = join(folder, 'unlabelled.csv');
    const other = await loadClassification(run, { backend, file });
    const { test = [] } = other.prepared.parts;
    const told = await classifySequences(other.prepared, other.model, test);
    expect(told).toHaveLength(60);
    // A sequence is told by itself, however long the others are.
    const shortest = test.reduce((a, b) => (b.length < a.length ? b : a));
    const [alone] = await classifySequences(other.prepared, other.model, [shortest]);
    const among = told.find(({ id }) => id === shortest.id);
    for (const [name, value] of Object.entries(alone?.probabilities ?? {}))
      expect(among?.probabilities[name]).toBeCloseTo(value, 5);
    const sum = Object.values(alone?.probabilities ?? {}).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(1, 5);
    await expect(evaluateClassification(other.prepared, other.model, 'test')).rejects.toThrow(
      'unlabelled.csv, column "kind": expected the category of the sequence "g0", found none',
    );
    await model.dispose();
    await other.model.dispose();
  });

  it.each([
    [{ task: { label: 'kin' } }, '$.task.label: expected a column: height, hand, kind'],
    [{ task: { label: 'height' } }, '$.task.label: expected a category column'],
    [{ task: { inputs: ['kind'] } }, '$.task.inputs[0]: expected a column beside the label'],
    [
      { layers: [{ type: 'gru', units: 8, returnSequences: true }] },
      '$.model.layers: expected layers that end in a softmax over [3] for a whole sequence',
    ],
    [
      { data: { split: { type: 'shares', train: 0.9, test: 0.2 } } },
      '$.data.split: expected shares of 1 together at most',
    ],
    [{ data: { sequence: 'name' } }, 'gestures.csv:1, column "name"'],
    [
      {
        data: {
          source: { type: 'csv', path: '.' },
          sequence: undefined,
          split: { type: 'paths', train: 'gestures.csv' },
        },
      },
      'gestures.csv:7, column "kind": expected "rising", as in the first row',
    ],
  ])('refuses %j', async (parts, message) => {
    await expect(prepareClassification(experiment(parts), folder)).rejects.toThrow(message);
  });

  it('refuses missing values, with their line', async () => {
    await writeFile(join(folder, 'gaps.csv'), gestures().replace(/g1,[-\d.]+,/, 'g1,,'));
    const data = { source: { type: 'csv', path: 'gaps.csv' } };
    await expect(prepareClassification(experiment({ data }), folder)).rejects.toThrow(
      /gaps\.csv:7, column "height": expected a value in every row, found none/,
    );
  });

  it('is not of series in time', async () => {
    const { source, columns } = experiment().data;
    const series = { source, columns, time: { column: 'id' }, split: { train: {} } };
    await expect(prepareClassification({ ...experiment(), data: series }, folder)).rejects.toThrow(
      '$.data.type: expected "sequences" for the task "classify", found series',
    );
  });
});
