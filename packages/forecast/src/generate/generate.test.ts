import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadGeneration, saveExperiment } from '../run/saved.ts';
import { classesOf, prepareGeneration } from './prepare.ts';
import { generateSequence } from './sample.ts';
import { evaluateGeneration, trainGeneration } from './train.ts';
import { ClassWindows } from './windows.ts';

let folder = '';
const backend = onnxBackend();

/** A melody over four notes and a bass that rests at every third row; `from` says where it begins. */
function tune(from: number, length: number): string {
  const rows = Array.from({ length }, (_, i) => {
    const at = from + i;
    return `${at % 3 === 0 ? 0 : 40 + (at % 2)},${[60, 62, 64, 63][at % 4]}`;
  });
  return `${['bass,top', ...rows].join('\n')}\n`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-generate-'));
  const parts: Readonly<Record<string, readonly number[]>> = { train: [40, 31, 5], test: [30, 26] };
  for (const [part, lengths] of Object.entries(parts)) {
    await mkdir(join(folder, part));
    for (const [i, length] of lengths.entries())
      await writeFile(join(folder, part, `tune${i}.csv`), tune(5 * i, length));
  }
  await writeFile(join(folder, 'train', 'notes.txt'), 'no tune');
  await mkdir(join(folder, 'empty'));
});
afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

const layers = [
  { type: 'embedding', inputDim: 26, outputDim: 4 },
  { type: 'gru', units: 16, returnSequences: true },
];

function experiment(parts: { data?: object; task?: object; layers?: object[]; epochs?: number }) {
  return {
    data: {
      type: 'sequences',
      source: { type: 'csv', path: '.' },
      columns: { top: { type: 'number' }, bass: { type: 'number' } },
      split: { type: 'paths', train: 'train', test: 'test' },
      ...parts.data,
    },
    task: {
      type: 'generate',
      columns: ['bass', 'top'],
      vocabulary: { type: 'range', from: 40, to: 64, rest: 0 },
      window: 8,
      shift: 4,
      ...parts.task,
    },
    model: { layers: parts.layers ?? layers },
    training: {
      optimizer: { type: 'adam', learningRate: 0.02 },
      epochs: parts.epochs ?? 40,
      batchSize: 4,
      seed: 3,
    },
  };
}

describe('a generation', () => {
  it('reads the columns of a row one after the other, as classes', async () => {
    const prepared = await prepareGeneration(experiment({}), folder);
    const { train = [] } = prepared.parts;
    expect(train.map(({ id, length }) => [id, length])).toEqual([
      ['train/tune0.csv', 40],
      ['train/tune1.csv', 31],
      ['train/tune2.csv', 5],
    ]);
    // Rows 0,60 41,62 40,64: rests are class 0, 40 is class 1.
    const [first] = train;
    expect(first && [...classesOf(prepared, first).subarray(0, 6)]).toEqual([0, 21, 2, 23, 1, 25]);
  });

  it('learns from windows, each class with the one that follows it', async () => {
    const prepared = await prepareGeneration(experiment({}), folder);
    const windows = new ClassWindows(prepared, 'train');
    // 9 rows each: of 40 rows 8 windows begin at 0, 4, …, 28; of 31 rows 6; 5 rows are too few.
    expect([windows.count, windows.short]).toEqual([14, 1]);
    const [batch] = windows.batches(2);
    expect(batch?.inputs.shape).toEqual([2, 17]);
    const [whole] = prepared.parts.train ?? [];
    const classes = whole && classesOf(prepared, whole);
    expect(batch?.inputs.data).toEqual(
      Int32Array.from([...(classes?.subarray(0, 17) ?? []), ...(classes?.subarray(8, 25) ?? [])]),
    );
    expect(batch?.targets.data.subarray(17)).toEqual(classes?.subarray(9, 26));
  });

  it('tells next classes better than by repeating, and goes on with a tune', async () => {
    const prepared = await prepareGeneration(experiment({}), folder);
    const { model } = await trainGeneration(prepared, { backend });
    const { scores, steps, windows } = await evaluateGeneration(prepared, model, 'test');
    expect([windows, steps]).toEqual([11, 11 * 17]);
    // The first rows of a window leave open where in the tune they are.
    expect(scores['model']?.accuracy).toBeGreaterThan(0.8);
    expect(scores['model']?.logLoss).toBeLessThan(0.5);
    expect(scores['repeat']?.accuracy).toBeLessThan(0.2);
    expect(scores['frequencies']?.logLoss).toBeGreaterThan(1);

    const [prime] = prepared.parts.test ?? [];
    if (!prime) throw new TypeError('expected a tune');
    const likeliest = { prime, primeSteps: 5, steps: 4, temperature: 0 };
    const made = await generateSequence(prepared, model, likeliest);
    expect(made).toMatchObject({
      prime: 'test/tune0.csv',
      primeSteps: 5,
      columns: ['bass', 'top'],
    });
    const wanted = tune(0, 9).trimEnd().split('\n').slice(1);
    expect(made.rows.map((row) => row.join(','))).toEqual(wanted);

    const drawn = async (seed: number): Promise<string> => {
      const free = { prime, primeSteps: 2, steps: 12, temperature: 2, seed };
      return JSON.stringify(await generateSequence(prepared, model, free));
    };
    expect(await drawn(1)).toBe(await drawn(1));
    expect(await drawn(1)).not.toBe(await drawn(2));

    // As saved, and on other tunes: held to how often classes were in the training.
    const run = join(folder, 'run');
    await saveExperiment(run, { prepared, model, dataFolder: folder });
    await model.dispose();
    const again = await loadGeneration(run, { backend });
    const judged = await evaluateGeneration(again.prepared, again.model, 'test');
    expect(judged.scores).toEqual(scores);
    await again.model.dispose();
    const file = join(folder, 'test', 'tune0.csv');
    const other = await loadGeneration(run, { backend, file });
    expect(other.prepared.counts).toEqual(prepared.counts);
    const [only, ...more] = other.prepared.parts.test ?? [];
    expect([only?.length, more.length]).toEqual([30, 0]);
    await other.model.dispose();
  });

  const bidirectional = {
    type: 'bidirectional',
    layer: { type: 'gru', units: 3, returnSequences: true },
  };
  it.each([
    [{ task: { columns: ['bas'] } }, '$.task.columns[0]: expected a column: top, bass'],
    [
      { task: { vocabulary: { type: 'range', from: 40, to: 63, rest: 0 } } },
      'tune0.csv:4, column "top": expected 0 or a whole number from 40 to 63, found 64',
    ],
    [
      { task: { vocabulary: { type: 'range', from: 40, to: 64, rest: 41 } } },
      '$.task.vocabulary.rest: expected a number that is not from 40 to 64',
    ],
    [
      { layers: [{ type: 'embedding', inputDim: 25, outputDim: 4 }, ...layers.slice(1)] },
      '$.model.layers[0].inputDim: expected at least the 26 classes of the vocabulary, found 25',
    ],
    [{ layers: [layers[0] ?? {}, bidirectional] }, 'expected layers that run step by step'],
    [
      { layers: [layers[0] ?? {}, { type: 'gru', units: 3 }] },
      '$.model.layers: expected layers that keep time and end in [null,26], found [26]',
    ],
    [
      { data: { split: { type: 'paths', train: 'train', test: 'train' } } },
      '$.data.split.test: expected another path than that of "train"',
    ],
    [
      { data: { split: { type: 'paths', train: 'none' } } },
      'a CSV file, or a folder of such files',
    ],
    [{ data: { split: { type: 'paths', train: 'empty' } } }, 'found a folder that holds nothing'],
    [{ data: { type: 'sequence' } }, '$.data.type: expected one of "series", "sequences"'],
    [{ task: { window: 40 } }, 'expected a sequence of at least 41 rows'],
  ])('refuses %j', async (parts, message) => {
    const preparing = prepareGeneration(experiment(parts), folder).then((prepared) =>
      trainGeneration(prepared, { backend }),
    );
    await expect(preparing).rejects.toThrow(message);
  });
});
