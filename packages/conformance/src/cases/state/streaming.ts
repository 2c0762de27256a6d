/** Streaming: one step at a time gives what the whole sequence gives in one call. */
import type { HostTensor } from '@chronograd/backend';
import { buildProgram, type EntryName } from '@chronograd/graph';
import { parseTraining, type LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise, scalar } from '../../data/draw.ts';
import { asStep, atLength, joined, startOf, step, steps, zerosLike } from '../../data/models.ts';
import { codedCases, onBoth, outputsOf, type CodedCase } from '../../kinds/coded.ts';
import { modelOf, type ModelData } from '../../kinds/document.ts';

const sequences = { returnSequences: true } as const;

const stacks: readonly { readonly name: string; readonly layers: readonly LayerDocument[] }[] = [
  { name: 'simpleRnn', layers: [{ type: 'simpleRnn', units: 5, ...sequences }] },
  { name: 'lstm', layers: [{ type: 'lstm', units: 5, ...sequences }] },
  { name: 'gru', layers: [{ type: 'gru', units: 5, ...sequences }] },
  {
    name: 'gru with the reset before',
    layers: [{ type: 'gru', units: 5, resetAfter: false, ...sequences }],
  },
  {
    name: 'stacked, with layers between',
    layers: [
      { type: 'dense', units: 4, activation: 'softsign' },
      { type: 'lstm', units: 5, useBias: false, ...sequences },
      { type: 'dropout', rate: 0.5 },
      { type: 'gru', units: 6, ...sequences },
      { type: 'activation', activation: 'relu' },
      { type: 'simpleRnn', units: 3, ...sequences },
    ],
  },
  {
    name: 'layers that keep their state besides',
    layers: [
      { type: 'gru', units: 5, stateful: true, ...sequences },
      { type: 'lstm', units: 4, ...sequences },
    ],
  },
  {
    name: 'dilated convolutions',
    layers: [
      { type: 'conv1d', filters: 4, kernelSize: 3, padding: 'causal', activation: 'tanh' },
      { type: 'conv1d', filters: 5, kernelSize: 2, padding: 'causal', dilationRate: 4 },
      { type: 'conv1d', filters: 6, kernelSize: 1, useBias: false },
      { type: 'conv1d', filters: 4, kernelSize: 2, padding: 'causal', groups: 2 },
    ],
  },
  {
    // All three features are below 0 at some steps, and 0 after relu.
    name: 'steps that are passed over',
    layers: [
      { type: 'activation', activation: 'relu' },
      { type: 'masking' },
      { type: 'lstm', units: 5, ...sequences },
      { type: 'gru', units: 4, ...sequences },
    ],
  },
];

const models = stacks.map(({ name, layers }) => ({
  name,
  layers: [
    { type: 'input', name: 'x', shape: [null, 3] },
    ...layers,
    { type: 'dense', name: 'y', units: 2 },
  ] satisfies LayerDocument[],
}));

const BATCH = 4;
const TIME = 7;
const isStream = (name: string): boolean => name.startsWith('stream/');
const x = noise([BATCH, TIME, 3], 41, -1.5, 1.5);

function build(data: ModelData, seed: string, entries: readonly EntryName[]) {
  const model = atLength(modelOf(data), TIME);
  const training = parseTraining({ loss: 'mse', optimizer: 'sgd' });
  const program = buildProgram(model, { batch: BATCH, entries, training });
  return { program, start: startOf(program, model, data, seed) };
}

const equal = models.map((data): CodedCase => ({
  name: `${data.name}, equals one long call`,
  async run(subject, check) {
    const { program, start } = build(data, data.name, ['predict', 'stream']);
    const found = await onBoth(subject, check, 'forward', async (compile) => {
      const executable = await compile(program);
      await executable.writeState(start);
      const streamed: HostTensor[] = [];
      for (let t = 0; t < TIME; t++) {
        const { y } = await outputsOf(executable, 'stream', { x: step(x, t) });
        streamed.push(asStep(y as HostTensor));
      }
      const { y: whole } = await outputsOf(executable, 'predict', { x });
      return { streamed: joined(streamed), whole: whole as HostTensor };
    });
    check.close('streamed', found['streamed'], found['whole'] as HostTensor);
  },
}));

const last: CodedCase = {
  name: 'a model that returns the last output returns that of every step',
  async run(subject, check) {
    const data: ModelData = {
      layers: [
        { type: 'input', name: 'x', shape: [null, 3] },
        { type: 'lstm', units: 5 },
        { type: 'dense', name: 'y', units: 2 },
      ],
    };
    const { program, start } = build(data, 'last', ['stream']);
    const executable = await subject.compile(program);
    await executable.writeState(start);
    for (let t = 0; t < TIME; t++) {
      const { y } = await outputsOf(executable, 'stream', { x: step(x, t) });
      if (![0, 2, TIME - 1].includes(t)) continue;
      const model = atLength(modelOf(data), t + 1);
      const shorter = await subject.compile(
        buildProgram(model, { batch: BATCH, entries: ['predict'] }),
        { shareStateWith: executable },
      );
      const { y: whole } = await outputsOf(shorter, 'predict', { x: steps(x, 0, t + 1) });
      check.close(`step ${t + 1}`, y, whole as HostTensor);
    }
  },
};

const anew: CodedCase = {
  name: 'begins anew when the states are overwritten, and goes on from any',
  async run(subject, check) {
    const { program, start } = build(models[4] as ModelData, 'anew', ['stream']);
    const executable = await subject.compile(program);
    await executable.writeState(start);
    const stream = (t: number) => outputsOf(executable, 'stream', { x: step(x, t) });
    const names = Object.keys(start).filter(isStream);
    check.that('has streaming states', names.length === 4, names.join(', '));
    const first = await stream(0);
    const between = await executable.readState(names);
    const second = await stream(1);
    await executable.writeState(zerosLike(between));
    check.all('step 1 again', await stream(0), first);
    await stream(5);
    await executable.writeState(between);
    check.all('step 2 again', await stream(1), second);
  },
};

const apart: CodedCase = {
  name: 'is not disturbed by other entries, and sees what they train',
  async run(subject, check) {
    const { program, start } = build(models[5] as ModelData, 'apart', [
      'predict',
      'evaluate',
      'trainStep',
      'stream',
    ]);
    const targets = noise([BATCH, TIME, 2], 42);
    const stream = (t: number) => ['stream', { x: step(x, t) }] as const;
    const calls = [
      stream(0),
      ['predict', { x }],
      stream(1),
      ['trainStep', { x, targets, learningRate: scalar(0.1) }],
      stream(2),
      ['evaluate', { x, targets }],
      stream(3),
    ] as const;
    await onBoth(subject, check, 'forward', async (compile) => {
      const executable = await compile(program);
      await executable.writeState(start);
      const all: Record<string, HostTensor> = {};
      for (const [place, [entry, feeds]] of calls.entries())
        for (const [name, tensor] of Object.entries(await outputsOf(executable, entry, feeds)))
          all[`call ${place + 1}, ${entry}: ${name}`] = tensor;
      return { ...all, ...(await executable.readState()) };
    });
  },
};

/** Cases of streaming. */
export const streamingCases: readonly ConformanceCase[] = codedCases(
  { group: 'state', subject: 'streaming' },
  [...equal.map((each) => ({ ...each, parts: ['simpleRnn', 'lstm', 'gru'] })), last, anew, apart],
);
