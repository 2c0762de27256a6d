/** Ragged lengths: a weight for every step, zero beyond the end of a sequence. */
import type { Feeds, HostTensor } from '@chronograd/backend';
import { buildProgram } from '@chronograd/graph';
import { parseTraining, type LayerDocument, type LossDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { makeTensor, noise, scalar, tensorOf } from '../../data/draw.ts';
import { startOf } from '../../data/models.ts';
import { codedCases, onBoth, outputsOf, type CodedCase } from '../../kinds/coded.ts';
import { modelOf, type ModelData } from '../../kinds/document.ts';

/** Of each row of the batch; one has no step at all, one has them all. */
const LENGTHS = [4, 6, 1, 0, 3];
const BATCH = LENGTHS.length;
const TIME = 6;

/** Weights `[batch, time]`: time / length up to the end, so that all sequences weigh the same. */
const weights = tensorOf(
  'float32',
  [BATCH, TIME],
  LENGTHS.flatMap((length) =>
    Array.from({ length: TIME }, (_, t) => (t < length ? TIME / length : 0)),
  ),
);

/** The tensor `[batch, time, …]` with other elements beyond the end of each sequence. */
function padded(tensor: HostTensor, value: number): HostTensor {
  const size = tensor.data.length / (BATCH * TIME);
  const data = Array.from(tensor.data, (own, i) => {
    const at = Math.floor(i / size);
    return at % TIME < (LENGTHS[Math.floor(at / TIME)] ?? 0) ? own : value;
  });
  return tensorOf(tensor.dtype, tensor.shape, data);
}

interface RaggedCase {
  readonly name: string;
  readonly layers: readonly LayerDocument[];
  readonly loss: LossDocument;
}

const kinds: readonly RaggedCase[] = [
  { name: 'simpleRnn', layers: [{ type: 'simpleRnn', units: 4 }], loss: 'mse' },
  { name: 'lstm', layers: [{ type: 'lstm', units: 4 }], loss: 'mae' },
  { name: 'gru', layers: [{ type: 'gru', units: 4 }], loss: 'huber' },
  {
    name: 'stacked',
    layers: [
      { type: 'gru', units: 4, resetAfter: false },
      { type: 'lstm', units: 7 },
    ],
    loss: 'sparseCategoricalCrossentropy',
  },
];

const cases = kinds.map(({ name, layers, loss }): CodedCase => ({
  name: `${name}: what lies beyond the end of a sequence changes nothing`,
  needs: { dtypes: ['float32', 'int32', 'bool'] },
  parts: ['simpleRnn', 'lstm', 'gru'],
  async run(subject, check) {
    const data: ModelData = {
      layers: [
        { type: 'input', name: 'x', shape: [TIME, 3] },
        ...layers.map((layer) => ({ ...layer, returnSequences: true }) as LayerDocument),
        { type: 'dense', name: 'y', units: 2 },
      ],
    };
    const model = modelOf(data);
    const program = buildProgram(model, {
      batch: BATCH,
      training: parseTraining({ loss, optimizer: { type: 'sgd', momentum: 0.9 } }),
      entries: ['evaluate', 'trainStep'],
      sampleWeights: 'step',
    });
    const start = startOf(program, model, data, name);
    const x = noise([BATCH, TIME, 3], 111, -1.5, 1.5);
    const type = program.entries['evaluate']?.inputs.find((each) => each.name === 'targets')?.type;
    if (!type) throw new TypeError('a program without targets');
    const isClass = type.dtype === 'int32';
    const targets = makeTensor({ ...type, range: isClass ? [0, 1] : [-1, 1] }, 112);
    const paddings = [
      [0, 0],
      [-30, 1],
      [1e4, isClass ? 0 : -1e4],
    ] as const;
    const found = await onBoth(subject, check, 'sgdTrajectory', async (compile) => {
      const executable = await compile(program);
      const all: Record<string, HostTensor> = {};
      for (const [i, [input, target]] of paddings.entries()) {
        await executable.writeState(start);
        const feeds: Feeds = {
          x: padded(x, input),
          targets: padded(targets, target),
          sampleWeights: weights,
        };
        const judged = await outputsOf(executable, 'evaluate', feeds);
        all[`padding ${i}: loss`] = judged['loss'] as HostTensor;
        for (let step = 0; step < 2; step++)
          await executable.run('trainStep', { ...feeds, learningRate: scalar(0.1) });
        for (const [state, tensor] of Object.entries(await executable.readState()))
          all[`padding ${i}: ${state}`] = tensor;
      }
      return all;
    });
    for (const [what, tensor] of Object.entries(found))
      if (!what.startsWith('padding 0'))
        check.close(
          what,
          tensor,
          found[what.replace(/^padding \d/, 'padding 0')] as HostTensor,
          'sgdTrajectory',
        );
  },
}));

/** Cases of ragged lengths. */
export const raggedCases: readonly ConformanceCase[] = codedCases(
  { group: 'models', subject: 'ragged lengths' },
  cases,
);
