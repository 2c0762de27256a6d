/** Training under masks of time: losses and metrics count the steps that are there. */
import type { LayerDocument, MetricDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { trainingCases, type TrainingCase } from '../../kinds/training.ts';
import { gruCell } from '../layers/written-cells.ts';

const sgd = { type: 'sgd', momentum: 0.9 } as const;

const ragged: LayerDocument = { type: 'input', name: 'x', shape: [6, 3], ragged: true };
/** How many steps of each sequence are there, of 4 sequences in each batch. */
const lengths = { 'x:lengths': { range: [0, 6] } } as const;

const metrics: readonly MetricDocument[] = [
  'mae',
  'rmse',
  'smape',
  { type: 'mae', time: 'last' },
  { type: 'mse', time: { from: 1, to: 4 } },
  { type: 'mse', name: 'weightedMse', weighted: true },
];

const described: readonly TrainingCase[] = [
  {
    name: 'ragged sequences to sequences',
    layers: [
      ragged,
      { type: 'lstm', units: 4, returnSequences: true },
      { type: 'dense', units: 2 },
    ],
    training: { loss: 'mse', optimizer: sgd, metrics },
  },
  {
    name: 'ragged sequences with weights of steps',
    layers: [
      ragged,
      { type: 'gru', units: 4, returnSequences: true, layerNormalization: true },
      { type: 'dense', units: 2 },
    ],
    training: { loss: 'huber', optimizer: sgd, metrics },
    sampleWeights: 'step',
  },
  {
    name: 'ragged sequences with weights of samples, in both directions',
    layers: [
      ragged,
      { type: 'bidirectional', layer: { type: 'gru', units: 3, returnSequences: true } },
      { type: 'dense', units: 2 },
    ],
    training: { loss: 'mae', optimizer: { type: 'adam', epsilon: 1e-3 }, metrics },
    sampleWeights: true,
  },
  {
    name: 'ragged sequences to classes of steps',
    layers: [
      ragged,
      { type: 'rnn', units: 4, cell: gruCell, returnSequences: true, dropout: 0.3 },
      { type: 'dense', units: 5 },
    ],
    training: {
      loss: 'sparseCategoricalCrossentropy',
      optimizer: sgd,
      metrics: ['accuracy', { type: 'sparseTopKCategoricalAccuracy', k: 2 }],
    },
  },
  {
    name: 'ragged sequences to one class',
    layers: [
      ragged,
      { type: 'simpleRnn', units: 4, returnSequences: true, dropout: 0.2, recurrentDropout: 0.3 },
      { type: 'bidirectional', layer: { type: 'lstm', units: 3, recurrentDropout: 0.2 } },
      { type: 'dense', units: 3 },
    ],
    training: {
      loss: 'categoricalCrossentropy',
      optimizer: sgd,
      metrics: [{ type: 'topKCategoricalAccuracy', k: 2 }],
    },
    targets: { targets: { range: [0, 1] } },
  },
  {
    name: 'zeros of an embedding',
    layers: [
      { type: 'input', name: 'x', shape: [6], dtype: 'int32' },
      { type: 'embedding', inputDim: 4, outputDim: 3, maskZero: true },
      { type: 'gru', units: 4, returnSequences: true },
      { type: 'dense', units: 2 },
    ],
    feeds: { x: { range: [0, 3] } },
    training: { loss: 'mse', optimizer: sgd, metrics },
  },
];

const cases = described.map((each): TrainingCase => ({
  batch: 4,
  ...each,
  targets: { ...lengths, ...each.targets },
}));

/** Cases of training under masks. */
export const maskedTrainingCases: readonly ConformanceCase[] = trainingCases(
  { group: 'training', subject: 'masks' },
  cases,
);
