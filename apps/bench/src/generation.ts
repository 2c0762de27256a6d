/**
 * Generation by a WaveNet: steps with queues, several in a call, against predicting the whole
 * receptive field for each step. `node … apps/bench/src/generation.ts [--write]`, which
 * `npm run bench:generation` does.
 */
import type { Backend } from '@chronograd/backend';
import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { tfjsCuda } from '@chronograd/backend-tfjs-cuda';
import { compile } from 'chronograd';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.ts';
import { markdownTable } from './markdown.ts';
import { median } from './statistics.ts';

interface Row {
  readonly layers: number;
  readonly field: number;
  readonly backend: string;
  readonly stepsPerCall: number;
  /** Milliseconds a step. */
  readonly queued: number;
  readonly naive: number;
}

const FILTERS = 32;
const CLASSES = 256;
const ROUNDS = 5;

async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** Times both ways in turn, so that what disturbs the machine disturbs both. */
async function measure(backend: Backend, layers: number, stepsPerCall: number): Promise<Row> {
  const head = { type: 'softmax', classes: CLASSES };
  const document = {
    layers: [
      { type: 'input', shape: [null, 1] },
      { type: 'wavenet', filters: FILTERS, layersPerStack: layers, stacks: 2, head },
    ],
  };
  const training = { loss: 'sparseCategoricalCrossentropy' };
  const model = await compile(document, { backend, training, seed: 1 });
  const field = 2 + 2 * (2 ** layers - 1);
  const sequence = {
    dtype: 'float32',
    shape: [1, field, 1],
    data: new Float32Array(field),
  } as const;
  // A run of one call is the time to compile and begin; what more steps take is theirs.
  const more = Math.max(512, 4 * stepsPerCall);
  const run = (steps: number) => () => model.generate({ steps, stepsPerCall });
  await timed(run(stepsPerCall));
  await timed(() => model.predict(sequence));
  const queued: number[] = [];
  const naive: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const one = await timed(run(stepsPerCall));
    queued.push(((await timed(run(stepsPerCall + more))) - one) / more);
    naive.push(await timed(() => model.predict(sequence)));
  }
  await model.dispose();
  return {
    layers,
    field,
    backend: backend.id,
    stepsPerCall,
    queued: median(queued),
    naive: median(naive),
  };
}

function page(rows: readonly Row[], date: string): string {
  const machine = describeMachine();
  const table = markdownTable(
    ['', 'sees', 'backend', 'steps a call', 'queued ms', 'samples / s', 'naive ms', 'times faster'],
    ['left', 'right', 'left', 'right', 'right', 'right', 'right', 'right'],
    rows.map((row) => [
      `2 stacks of ${row.layers}`,
      `${row.field} steps`,
      row.backend,
      String(row.stepsPerCall),
      row.queued.toFixed(3),
      (1000 / row.queued).toFixed(0),
      row.naive.toFixed(1),
      (row.naive / row.queued).toFixed(0),
    ]),
  );
  return [
    '# Generation by a WaveNet, with queues and without',
    `${FILTERS} channels, kernel 2, softmax of ${CLASSES} classes, one sequence, float32. “queued” is ` +
      'one step of `model.generate`, sampling included; “naive” is one prediction of as many steps ' +
      'as the model sees, of which the last is the next step. Medians of ' +
      `${ROUNDS} rounds, in turn, in one run; one thread.`,
    table,
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.system}; ` +
      `Node ${machine.node}; load before: ${machine.loadBefore}; ${date}.`,
    'Goal: at least 20 times faster at 2 stacks of 15 layers: ' +
      (rows.some(({ layers, queued, naive }) => layers === 15 && naive / queued < 20)
        ? 'missed.'
        : 'met on each of these.'),
    '',
  ].join('\n\n');
}

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const rows: Row[] = [];
for (const make of [onnxBackend, tfjsCuda])
  for (const [layers, stepsPerCall] of [
    [10, 64],
    [15, 64],
    [15, 256],
  ] as const) {
    const backend = make();
    rows.push(await measure(backend, layers, stepsPerCall));
    await backend.dispose();
    console.error(rows.at(-1));
  }
const date = new Date().toISOString().slice(0, 10);
const text = page(rows, date);
console.log(text);
const folder = join(import.meta.dirname, '../../..', values.write ? 'docs/benchmarks' : 'output');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, `${date}-wavenet-generation.md`), text);
