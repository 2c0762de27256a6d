import { buildProgram, randomWords, type GenerateOptions } from '@chronograd/graph';
import { bindShapes, parseModel, resolveModel } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { referenceBackend } from '../backend.ts';
import type { ReferenceExecutable } from '../executable.ts';
import { float64, type Tensor64 } from '../tensor.ts';

const BATCH = 2;
const backend = referenceBackend();

/** Numbers that look random, the same every time. */
function numbers(count: number, seed: number, scale = 1): Float64Array {
  const words = randomWords([seed, 1], 0, count);
  return Float64Array.from(words, (word) => (word / 2 ** 31 - 1) * scale);
}

interface Case {
  readonly layers: readonly object[];
  /** Features of the input; undefined for int32 classes. */
  readonly features?: number;
  readonly distribution: GenerateOptions['distribution'];
  readonly others?: Readonly<Record<string, readonly number[]>>;
}

function modelOf({ layers, features = 1, others = {} }: Case) {
  return resolveModel(
    parseModel({
      layers: [
        { type: 'input', name: 'x', shape: [null, features] },
        ...Object.entries(others).map(([name, shape]) => ({
          type: 'input',
          name,
          shape: shape.map((size) => (size === 0 ? null : size)),
        })),
        ...layers,
      ],
    }),
  );
}

async function compile(each: Case, time: number, entry: 'predict' | 'generate') {
  const shapes: Record<string, number[]> = { x: [time, each.features ?? 1] };
  for (const [name, shape] of Object.entries(each.others ?? {}))
    shapes[name] = shape.map((size) => (size === 0 ? time : size));
  const model = bindShapes(modelOf(each), shapes);
  const program = buildProgram(model, {
    batch: BATCH,
    entries: [entry],
    generate: { steps: time, distribution: each.distribution },
  });
  const executable = await backend.compile(program);
  model.parameters.forEach(({ name, shape }, i) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    executable.writeState64({ [name]: float64(shape, numbers(size, 100 + i, 0.6)) });
  });
  return executable;
}

const key = (step: number): [number, number] => [7, step];

/** Calls of `steps` steps until there are `total`; the first `primed` of them are given. */
async function generated(
  each: Case,
  {
    total,
    steps,
    prime,
    temperature,
  }: { total: number; steps: number; prime: Float64Array; temperature: number },
): Promise<number[]> {
  const { features = 1 } = each;
  const executable = await compile(each, steps, 'generate');
  const width = BATCH * features;
  const primed = prime.length / width;
  const samples: number[] = [];
  for (let start = 0; start < total; start += steps) {
    const forced = new Float64Array(steps * width);
    forced.set(prime.subarray(start * width, (start + steps) * width));
    const own: Record<string, Tensor64> = {
      forced: float64([steps, BATCH, features], forced),
      isForced: {
        dtype: 'bool',
        shape: [steps],
        data: Uint8Array.from({ length: steps }, (_, i) => (start + i < primed ? 1 : 0)),
      },
      keys: {
        dtype: 'uint32',
        shape: [steps, 2],
        data: Uint32Array.from(Array.from({ length: steps }, (_, i) => key(start + i)).flat()),
      },
      temperature: float64([], Float64Array.of(temperature)),
    };
    for (const [name, shape] of Object.entries(each.others ?? {}))
      own[name] = otherFeed(name, shape, start, steps);
    const found = (executable as ReferenceExecutable).run64('generate', own);
    samples.push(...(found['samples']?.data ?? []));
  }
  return samples.slice(0, total * width);
}

/** Conditioning: of steps `[K, batch, f]`, or of all, `[batch, f]`. */
function otherFeed(name: string, shape: readonly number[], start: number, steps: number): Tensor64 {
  const features = shape.at(-1) ?? 1;
  const seed = name.length;
  if (shape.length === 1) return float64([BATCH, features], numbers(BATCH * features, seed));
  const all = numbers(BATCH * features * 100, seed);
  const width = BATCH * features;
  return float64([steps, BATCH, features], all.slice(start * width, (start + steps) * width));
}

const dilated = [1, 2, 4, 8].map((dilationRate) => ({
  type: 'conv1d',
  filters: 4,
  kernelSize: 3,
  padding: 'causal',
  activation: 'tanh',
  dilationRate,
}));

const cases: Readonly<Record<string, Case>> = {
  'a stack of convolutions': {
    layers: [...dilated, { type: 'conv1d', filters: 2, kernelSize: 1 }],
    features: 2,
    distribution: 'point',
  },
  'a wavenet of normal distributions': {
    layers: [
      {
        type: 'wavenet',
        filters: 4,
        layersPerStack: 3,
        stacks: 2,
        head: { type: 'gaussian', units: 2 },
      },
    ],
    features: 2,
    distribution: 'gaussian',
  },
  'a wavenet of classes, with conditioning': {
    layers: [
      {
        type: 'wavenet',
        inputs: ['x'],
        filters: 3,
        layersPerStack: 4,
        local: 'local',
        global: 'all',
        head: { type: 'softmax', classes: 16 },
      },
    ],
    distribution: 'softmax',
    others: { local: [0, 3], all: [5] },
  },
  'a wavenet of logistic distributions': {
    layers: [
      { type: 'wavenet', filters: 3, layersPerStack: 3, head: { type: 'logistics', mixtures: 3 } },
    ],
    distribution: 'logistics',
  },
  'recurrent layers': {
    layers: [
      { type: 'lstm', units: 4, returnSequences: true },
      { type: 'gru', units: 3, returnSequences: true },
      { type: 'dense', units: 4 },
    ],
    features: 2,
    distribution: 'gaussian',
  },
};

describe.each(Object.entries(cases))('generation by %s', (_name, each) => {
  const { features = 1 } = each;
  const width = BATCH * features;
  const prime = numbers(5 * width, 3);
  const options = { total: 24, prime, temperature: 0.8 };

  it('gives the same whatever the number of steps in a call', async () => {
    const one = await generated(each, { ...options, steps: 1 });
    for (const steps of [3, 8, 24]) {
      const found = await generated(each, { ...options, steps });
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(one[i] ?? NaN, 10);
      });
    }
    expect(new Set(one.map((value) => value.toFixed(9))).size).toBeGreaterThan(8);
  });

  it('is what a prediction of everything before says of the next step', async () => {
    const greedy = await generated(each, { ...options, steps: 6, temperature: 0 });
    const total = options.total;
    // What was read: the prime, then what was drawn.
    const read = new Float64Array(total * width);
    read.set(prime);
    read.set(greedy.slice(4 * width, (total - 1) * width), 5 * width);
    const executable = (await compile(each, total, 'predict')) as ReferenceExecutable;
    const batchFirst = new Float64Array(read.length);
    for (let t = 0; t < total; t++)
      for (let n = 0; n < BATCH; n++)
        for (let f = 0; f < features; f++)
          batchFirst[(n * total + t) * features + f] = read[(t * BATCH + n) * features + f] ?? NaN;
    const feeds: Record<string, Tensor64> = { x: float64([BATCH, total, features], batchFirst) };
    for (const [name, shape] of Object.entries(each.others ?? {})) {
      const fed = otherFeed(name, shape, 0, total);
      feeds[name] = shape.length === 1 ? fed : swapped(fed);
    }
    const [output] = Object.values(executable.run64('predict', feeds)) as [Tensor64];
    const size = output.shape[2] ?? 1;
    for (let t = 0; t < total; t++)
      for (let n = 0; n < BATCH; n++) {
        const at = (n * total + t) * size;
        const said = Array.from(output.data.slice(at, at + size) as ArrayLike<number>);
        const next = greedy.slice((t * BATCH + n) * features, (t * BATCH + n + 1) * features);
        likeliest(each, said).forEach((value, f) => {
          expect(next[f]).toBeCloseTo(value, 9);
        });
      }
  });
});

/** Time first to batch first. */
function swapped({ shape, data }: Tensor64): Tensor64 {
  const [time, batch, features] = shape as [number, number, number];
  const turned = Float64Array.from({ length: data.length }, (_, i) => {
    const f = i % features;
    const t = Math.floor(i / features) % time;
    const n = Math.floor(i / features / time);
    return data[(t * batch + n) * features + f] ?? NaN;
  });
  return float64([batch, time, features], turned);
}

/** The likeliest step of an output, by its definition. */
function likeliest({ distribution, features = 1 }: Case, output: number[]): number[] {
  const greatest = (values: number[]): number => values.indexOf(Math.max(...values));
  switch (distribution) {
    case 'point':
      return output;
    case 'gaussian':
      return Array.from({ length: features }, (_, f) => output[2 * f] ?? NaN);
    case 'softmax':
      return [(2 * greatest(output)) / (output.length - 1) - 1];
    case 'logistics': {
      const count = output.length / 3;
      return [output[count + greatest(output.slice(0, count))] ?? NaN];
    }
  }
}
