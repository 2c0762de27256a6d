/** Whole models: predictions and gradients, and 20 steps of SGD and of Adam from given parameters. */
import type { ConformanceCase } from '../../case.ts';
import { modelCases, type ModelData } from '../../kinds/document.ts';
import { trainingCases, type TrainingCase } from '../../kinds/training.ts';

interface WholeModel extends ModelData {
  readonly name: string;
  readonly loss: TrainingCase['training']['loss'];
  readonly metrics?: TrainingCase['training']['metrics'];
  readonly sampleWeights?: TrainingCase['sampleWeights'];
}

const models: readonly WholeModel[] = [
  {
    name: 'simpleRnn',
    layers: [
      { type: 'input', name: 'x', shape: [7, 2] },
      { type: 'simpleRnn', units: 5 },
      { type: 'dense', units: 4 },
    ],
    loss: 'mse',
  },
  {
    name: 'lstm',
    layers: [
      { type: 'input', name: 'x', shape: [7, 2] },
      { type: 'lstm', units: 5 },
      { type: 'dense', units: 4 },
    ],
    loss: 'mse',
    metrics: ['mae'],
  },
  {
    name: 'gru',
    layers: [
      { type: 'input', name: 'x', shape: [7, 2] },
      { type: 'gru', units: 5 },
      { type: 'dense', units: 4 },
    ],
    loss: 'huber',
  },
  {
    name: 'gru with the reset before',
    layers: [
      { type: 'input', name: 'x', shape: [7, 2] },
      { type: 'gru', units: 5, resetAfter: false },
      { type: 'dense', units: 4, activation: 'gelu' },
    ],
    loss: 'mse',
  },
  {
    name: 'stacked',
    layers: [
      { type: 'input', name: 'x', shape: [7, 2] },
      { type: 'lstm', units: 5, returnSequences: true },
      { type: 'gru', units: 4, returnSequences: true, goBackwards: true },
      { type: 'simpleRnn', units: 6, activation: 'softsign' },
      { type: 'dense', units: 3 },
    ],
    loss: 'mse',
    sampleWeights: 'sample',
  },
  {
    name: 'sequence to sequence',
    layers: [
      { type: 'input', name: 'x', shape: [7, 2] },
      { type: 'lstm', units: 5, returnSequences: true, useBias: false, goBackwards: true },
      { type: 'gru', units: 4, returnSequences: true, goBackwards: true },
      { type: 'dense', units: 3 },
    ],
    loss: 'mse',
    sampleWeights: 'step',
  },
  {
    name: 'encoder and decoder by their states',
    layers: [
      { type: 'input', name: 'past', shape: [7, 2] },
      { type: 'input', name: 'known', shape: [4, 3] },
      { type: 'lstm', name: 'encoder', units: 5, inputs: ['past'], returnState: true },
      {
        type: 'lstm',
        name: 'decoder',
        units: 5,
        inputs: ['known', 'encoder:h', 'encoder:c'],
        returnSequences: true,
      },
      { type: 'dense', name: 'levels', units: 6, inputs: ['decoder'] },
    ],
    loss: { type: 'quantile', quantiles: [0.1, 0.5, 0.9] },
    metrics: ['mae'],
  },
  {
    name: 'several inputs and outputs, states in and out',
    layers: [
      { type: 'input', name: 'x', shape: [6, 3] },
      { type: 'input', name: 'h', shape: [4] },
      {
        type: 'gru',
        name: 'shared',
        units: 4,
        inputs: ['x', 'h'],
        returnSequences: true,
        returnState: true,
      },
      { type: 'lstm', name: 'summary', units: 5, inputs: ['shared'], returnState: true },
      { type: 'dense', name: 'classes', units: 3, inputs: ['shared'] },
      { type: 'dense', name: 'level', units: 2, inputs: ['summary:c'], activation: 'tanh' },
      { type: 'dense', name: 'last', units: 6, inputs: ['shared:h'] },
    ],
    outputs: ['classes', 'level', 'last', 'summary:h'],
    loss: {
      classes: 'sparseCategoricalCrossentropy',
      level: 'mse',
      last: 'mae',
      'summary:h': 'huber',
    },
    sampleWeights: 'sample',
  },
  {
    name: 'stateful',
    layers: [
      { type: 'input', name: 'x', shape: [5, 2] },
      { type: 'lstm', units: 4, stateful: true, returnSequences: true },
      { type: 'gru', units: 6, stateful: true },
      { type: 'dense', units: 3 },
    ],
    loss: 'mse',
  },
  {
    name: 'dropout',
    layers: [
      { type: 'input', name: 'x', shape: [7, 2] },
      { type: 'lstm', units: 5, dropout: 0.3, recurrentDropout: 0.2, returnSequences: true },
      { type: 'dropout', rate: 0.4 },
      { type: 'flatten' },
      { type: 'dense', units: 4, activation: 'silu' },
    ],
    loss: 'mse',
  },
  {
    name: 'outputs held by penalties',
    layers: [
      { type: 'input', name: 'x', shape: [6, 2] },
      {
        type: 'bidirectional',
        layer: {
          type: 'gru',
          units: 4,
          returnSequences: true,
          activityRegularizer: { type: 'l2', l2: 0.05 },
        },
      },
      {
        type: 'lstm',
        units: 5,
        returnState: true,
        activityRegularizer: { type: 'l1l2', l1: 0.02, l2: 0.03 },
      },
      { type: 'dense', units: 3 },
    ],
    loss: 'mse',
  },
  {
    name: 'batch normalisation that shares its averages',
    layers: [
      { type: 'input', name: 'x', shape: [6, 2] },
      { type: 'batchNormalization', name: 'first', momentum: 0.7 },
      { type: 'gru', units: 2, returnSequences: true },
      { type: 'batchNormalization', momentum: 0.7, sharedWith: 'first' },
      { type: 'flatten' },
      { type: 'dense', units: 3 },
    ],
    loss: 'mse',
  },
  {
    name: 'classifier',
    layers: [
      { type: 'input', name: 'x', shape: [7, 2] },
      { type: 'gru', units: 5, activation: 'softsign', recurrentActivation: 'hardSigmoid' },
      { type: 'dense', units: 6, activation: 'elu' },
      { type: 'dense', units: 4, activation: 'softmax' },
    ],
    loss: { type: 'sparseCategoricalCrossentropy', fromLogits: false },
    metrics: ['accuracy'],
  },
];

const optimizers = [
  ['SGD', { type: 'sgd', momentum: 0.9 }],
  ['Adam', { type: 'adam' }],
] as const;

/** Cases of whole models. */
export const trajectoryCases: readonly ConformanceCase[] = models.flatMap(
  ({ loss, metrics = [], sampleWeights = false, ...each }) => {
    const row = { group: 'models', subject: each.name } as const;
    return [
      ...modelCases(row, [{ ...each, name: 'predict' }]),
      ...trainingCases(
        row,
        optimizers.map(([name, optimizer]) => ({
          ...each,
          name: `1, 5 and 20 steps of ${name}`,
          training: { loss, optimizer, metrics: [...metrics] },
          sampleWeights,
          steps: 20,
          // Adam makes more of every error in a gradient than SGD does.
          quick: name === 'Adam',
        })),
      ),
    ];
  },
);
