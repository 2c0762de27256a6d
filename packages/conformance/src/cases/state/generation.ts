/** Generation: several steps in a call, each the input of the next, from queues and states. */
import type { HostTensor } from '@chronograd/backend';
import { buildProgram, type Distribution } from '@chronograd/graph';
import { parseModel, resolveModel, type ModelDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise, scalar, tensorOf } from '../../data/draw.ts';
import { asStep, atLength, joined, startOf } from '../../data/models.ts';
import { codedCases, onBoth, outputsOf, type CodedCase, type Compile } from '../../kinds/coded.ts';

const BATCH = 2;
/** Steps in all, of which the first are given. */
const TIME = 12;
const GIVEN = 3;

interface Generating {
  readonly name: string;
  /** What reads the input `x` `[time, 1]` and gives `y`. */
  readonly layers: ModelDocument['layers'];
  readonly distribution: Distribution;
  readonly temperature?: number;
}

const wavenet = { type: 'wavenet', name: 'y', filters: 3, layersPerStack: 3, stacks: 2 } as const;

const models: readonly Generating[] = [
  { name: 'wavenet', layers: [wavenet], distribution: 'point' },
  {
    name: 'gru between causal convolutions',
    layers: [
      { type: 'conv1d', filters: 3, kernelSize: 3, padding: 'causal', dilationRate: 2 },
      { type: 'gru', units: 4, returnSequences: true },
      { type: 'conv1d', name: 'y', filters: 1, kernelSize: 2, padding: 'causal' },
    ],
    distribution: 'point',
  },
  {
    name: 'wavenet, drawn from classes',
    layers: [{ ...wavenet, head: { type: 'softmax', classes: 9 } }],
    distribution: 'softmax',
    temperature: 0.8,
  },
  {
    name: 'lstm, drawn from a normal distribution',
    layers: [
      { type: 'lstm', units: 4, returnSequences: true },
      { type: 'dense', name: 'y', units: 2 },
    ],
    distribution: 'gaussian',
    temperature: 0.5,
  },
  {
    name: 'wavenet, drawn from a mixture of logistics',
    layers: [{ ...wavenet, head: { type: 'logistics', mixtures: 3 } }],
    distribution: 'logistics',
    temperature: 0.5,
  },
];

const given = noise([TIME, BATCH, 1], 61, -1, 1);
const keys = Array.from({ length: 2 * TIME }, (_, i) => 1000 + 7 * i);

/** Rows `from` to `to` of a tensor. */
function rows({ dtype, shape, data }: HostTensor, from: number, to: number): HostTensor {
  const size = data.length / (shape[0] ?? 1);
  const part = Array.from(data.slice(from * size, to * size), Number);
  return tensorOf(dtype, [to - from, ...shape.slice(1)], part);
}

/** What comes of all steps, `[time, batch, 1]`, so many of them in a call. */
async function generated(
  compile: Compile,
  { name, layers, distribution, temperature = 0 }: Generating,
  stepsPerCall: number,
): Promise<HostTensor> {
  const model = modelOf(layers);
  const program = buildProgram(model, {
    batch: BATCH,
    entries: ['generate'],
    generate: { steps: stepsPerCall, distribution },
  });
  const executable = await compile(program);
  await executable.writeState(startOf(program, model, { weights: 0.5 }, name));
  const parts: HostTensor[] = [];
  for (let from = 0; from < TIME; from += stepsPerCall) {
    const to = from + stepsPerCall;
    const steps = Array.from({ length: stepsPerCall }, (_, i) => from + i);
    const { samples } = await outputsOf(executable, 'generate', {
      forced: rows(given, from, to),
      isForced: tensorOf(
        'bool',
        [stepsPerCall],
        steps.map((t) => (t < GIVEN ? 1 : 0)),
      ),
      keys: tensorOf('uint32', [stepsPerCall, 2], keys.slice(2 * from, 2 * to)),
      temperature: scalar(temperature),
    });
    parts.push(samples as HostTensor);
  }
  await executable.dispose();
  const all = parts.flatMap(({ data }) => Array.from(data, Number));
  return tensorOf('float32', [TIME, BATCH, 1], all);
}

const modelOf = (layers: Generating['layers']) =>
  atLength(
    resolveModel(
      parseModel({ layers: [{ type: 'input', name: 'x', shape: [null, 1] }, ...layers] }),
    ),
    TIME,
  );

/** What one pass over the whole sequence says of the step after each, `[time, batch, 1]`. */
async function naive(
  compile: Compile,
  { name, layers }: Generating,
  samples: HostTensor,
): Promise<HostTensor> {
  const model = modelOf(layers);
  const program = buildProgram(model, { batch: BATCH, entries: ['predict'] });
  const executable = await compile(program);
  await executable.writeState(startOf(program, model, { weights: 0.5 }, name));
  const read = Array.from({ length: TIME }, (_, t) => {
    const source = t < GIVEN ? rows(given, t, t + 1) : rows(samples, t - 1, t);
    return asStep(tensorOf('float32', [BATCH, 1], Array.from(source.data, Number)));
  });
  const { y } = await outputsOf(executable, 'predict', { x: joined(read) });
  const said = Array.from((y as HostTensor).data, Number);
  await executable.dispose();
  const byTime = Array.from({ length: TIME * BATCH }, (_, i) => {
    const [t, n] = [Math.floor(i / BATCH), i % BATCH];
    return said[n * TIME + t] ?? NaN;
  });
  return tensorOf('float32', [TIME, BATCH, 1], byTime);
}

const cases = models.map((each): CodedCase => ({
  name: each.name,
  // Several programs each: one model is enough for every day.
  quick: each === models[0],
  needs: { dtypes: ['float32', 'int32', 'uint32', 'bool'] },
  async run(subject, check) {
    const found = await onBoth(subject, check, 'forward', async (compile) => {
      const samples = await generated(compile, each, 4);
      const pass = each.distribution === 'point' && (await naive(compile, each, samples));
      return { samples, ...(pass && { pass }) };
    });
    const samples = found['samples'] as HostTensor;
    if (found['pass']) check.close('step by step', samples, found['pass']);
    const one = await generated((program) => subject.compile(program), each, 1);
    check.close('one step in a call', one, samples);
  },
}));

/** Cases of generation. */
export const generationCases: readonly ConformanceCase[] = codedCases(
  { group: 'state', subject: 'generation' },
  cases,
);
