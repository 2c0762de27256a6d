/** Extreme inputs of whole models and of losses: saturation, overflow, NaN that must not vanish. */
import type { HostTensor } from '@chronograd/backend';
import { buildProgram } from '@chronograd/graph';
import type { LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise, tensorOf } from '../../data/draw.ts';
import { startOf } from '../../data/models.ts';
import { codedCases, onBoth, outputsOf, type CodedCase } from '../../kinds/coded.ts';
import { modelCases, modelOf, type ModelCase, type ModelData } from '../../kinds/document.ts';
import { trainingCases, type TrainingCase } from '../../kinds/training.ts';

const row = { group: 'models', subject: 'extreme inputs' } as const;

const kinds: readonly (readonly [string, LayerDocument])[] = [
  ['simpleRnn', { type: 'simpleRnn', units: 5 }],
  ['lstm', { type: 'lstm', units: 5 }],
  ['gru', { type: 'gru', units: 5 }],
  ['gru with the reset before', { type: 'gru', units: 5, resetAfter: false }],
];

/** What stands among inputs `[3, 6, 4]` of ±1.5. */
const finiteSpecials: readonly (readonly [string, readonly number[]])[] = [
  ['saturated gates', [60, -60, 100, -100, 1e4, -1e4]],
  ['1e30', [1e30, -1e30]],
  ['tiny and denormal', [1e-30, -1e-30, 1e-40, -1e-44, 1.2e-38]],
];

/** In the first step of the second of three rows: the others must be as they are without. */
const otherSpecials: readonly (readonly [string, readonly number[]])[] = [
  ['NaN stays in its row and goes on in time', [0.5, NaN, -0.5]],
  ['infinity saturates', [0.5, Infinity, -0.5]],
];

const recurrent = (specials: readonly (readonly [string, readonly number[]])[]): ModelCase[] =>
  kinds.flatMap(([kind, layer]) =>
    specials.map(([name, values]) => ({
      name: `${kind}, ${name}`,
      layers: [
        { type: 'input', name: 'x', shape: [6, 4] },
        { ...layer, returnSequences: true } as LayerDocument,
      ],
      feeds: { x: { range: [-1.5, 1.5], specials: values } },
    })),
  );

const activations = (
  ['relu', 'leakyRelu', 'elu', 'selu', 'gelu', 'silu', 'softplus', 'hardSigmoid'] as const
).map((activation): ModelCase => ({
  name: `NaN through ${activation}, softmax and dense layers`,
  layers: [
    { type: 'input', name: 'x', shape: [6] },
    { type: 'dense', units: 5, activation },
    { type: 'dense', units: 4, activation: 'softmax' },
    { type: 'dense', name: 'y', units: 2, activation: 'tanh' },
  ],
  feeds: { x: { range: [-1.5, 1.5], specials: [0.5, NaN, -0.5] } },
}));

const softmax = (['softmax', 'logSoftmax'] as const).map((activation): ModelCase => ({
  name: `${activation} of large logits`,
  layers: [
    { type: 'input', name: 'x', shape: [5] },
    { type: 'activation', activation },
  ],
  feeds: { x: { range: [-5, 5], specials: [1e4, -1e4, 1e30, -1e30] } },
}));

/** A training that diverged leaves weights of NaN: what it predicts then must not look sound. */
const diverged = kinds.map(([kind, layer]): CodedCase => ({
  name: `${kind}, a NaN in one weight reaches every prediction`,
  async run(subject, check) {
    const data: ModelData = {
      layers: [
        { type: 'input', name: 'x', shape: [6, 4] },
        layer,
        { type: 'dense', name: 'y', units: 2 },
      ],
    };
    const model = modelOf(data);
    const program = buildProgram(model, { batch: 3, entries: ['predict'] });
    const start = startOf(program, model, data, kind);
    const x = noise([3, 6, 4], 121, -1.5, 1.5);
    const found = await onBoth(subject, check, 'forward', async (compile) => {
      const executable = await compile(program);
      const all: Record<string, HostTensor> = {};
      for (const [name, { shape, data: values }] of Object.entries(start)) {
        const middle = Math.floor(values.length / 2);
        const broken = Array.from(values, (value, i) => (i === middle ? NaN : value));
        await executable.writeState({ ...start, [name]: tensorOf('float32', shape, broken) });
        const { y } = await outputsOf(executable, 'predict', { x });
        all[`NaN in ${name}: y`] = y as HostTensor;
      }
      await executable.writeState(start);
      return { ...all, ...(await outputsOf(executable, 'predict', { x })) };
    });
    for (const [what, { data: values }] of Object.entries(found)) {
      const nans = values.filter((value) => Number.isNaN(value)).length;
      // A weight of the last layer is one of one output only.
      if (what === 'y') check.that('sound weights give sound predictions', nans === 0);
      else check.that(`${what} has NaN in every row`, nans >= 3, `${nans}`);
    }
  },
}));

const vector: readonly LayerDocument[] = [
  { type: 'input', name: 'x', shape: [4] },
  { type: 'dense', name: 'y', units: 3 },
];
const probabilities: readonly LayerDocument[] = [
  { type: 'input', name: 'x', shape: [4] },
  { type: 'dense', name: 'y', units: 3, activation: 'softmax' },
];

interface LossOfExtremes extends Pick<TrainingCase, 'name' | 'layers' | 'targets'> {
  readonly loss: TrainingCase['training']['loss'];
  /** What stands among the inputs. */
  readonly specials: readonly number[];
}

const large = [1e4, -1e4, 200, -200];
const shares = { targets: { range: [0, 1] } } as const;

/**
 * As large as the squares in a gradient's norm can be in float32. Binary crossentropy of
 * probabilities is left out: close to one, float32 has not the numbers that tell them apart.
 */
const losses: readonly LossOfExtremes[] = [
  {
    name: 'binary crossentropy of logits to 1e4',
    layers: vector,
    loss: 'binaryCrossentropy',
    specials: large,
    targets: shares,
  },
  {
    name: 'categorical crossentropy of logits to 1e4',
    layers: vector,
    loss: 'categoricalCrossentropy',
    specials: large,
    targets: shares,
  },
  {
    name: 'categorical crossentropy of probabilities 0 and 1',
    layers: probabilities,
    loss: { type: 'categoricalCrossentropy', fromLogits: false },
    specials: large,
    targets: shares,
  },
  {
    name: 'classes of logits to 1e4',
    layers: vector,
    loss: 'sparseCategoricalCrossentropy',
    specials: large,
  },
  {
    name: 'classes of probabilities 0 and 1',
    layers: probabilities,
    loss: { type: 'sparseCategoricalCrossentropy', fromLogits: false },
    specials: large,
  },
  { name: 'mae of 1e15', layers: vector, loss: 'mae', specials: [1e15, -1e15] },
  { name: 'mse of 3e8', layers: vector, loss: 'mse', specials: [3e8, -3e8] },
  { name: 'huber of 1e15', layers: vector, loss: 'huber', specials: [1e15, -1e15] },
  {
    name: 'quantile of 1e15',
    layers: vector,
    loss: { type: 'quantile', quantiles: [0.1] },
    specials: [1e15, -1e15],
  },
  ...(['mse', 'mae', 'huber', 'binaryCrossentropy', 'categoricalCrossentropy'] as const).map(
    (loss): LossOfExtremes => ({
      name: `${loss} of NaN is NaN, and so is all that it trains`,
      layers: vector,
      loss,
      specials: [0.5, NaN],
      targets: shares,
    }),
  ),
];

/** A gradient of NaN is NaN everywhere, and says nothing: of these, predictions alone. */
const predictionsOf = (cases: readonly ModelCase[]): ConformanceCase[] =>
  modelCases(row, cases).filter(({ name }) => !name.endsWith(', gradient'));

/** Cases of extreme inputs. */
export const extremeCases: readonly ConformanceCase[] = [
  ...modelCases(row, [...recurrent(finiteSpecials), ...softmax]),
  ...predictionsOf([...recurrent(otherSpecials), ...activations]),
  ...codedCases(row, diverged),
  ...trainingCases(
    row,
    losses.map(({ name, layers, loss, specials, targets }) => ({
      name,
      layers,
      training: { loss, optimizer: { type: 'sgd', momentum: 0.9 } },
      feeds: { x: { range: [-1, 1], specials } },
      ...(targets && { targets }),
      steps: 1,
      learningRate: () => 1e-3,
    })),
  ),
];
