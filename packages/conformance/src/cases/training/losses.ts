/** Every loss and metric, with and without sample weights, as `evaluate` and `trainStep` give them. */
import type { LayerDocument, LossDocument, MetricDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { trainingCases, type TrainingCase } from '../../kinds/training.ts';

/** `[5, 3]` to `[5, units]`: three sizes that differ from each other and from the batch. */
const layers = (units: number, activation: 'linear' | 'sigmoid' | 'softmax'): LayerDocument[] => [
  { type: 'input', name: 'x', shape: [5, 2] },
  { type: 'dense', name: 'y', units, activation },
];

interface LossCase {
  readonly subject: string;
  readonly name: string;
  readonly loss: LossDocument;
  readonly metrics: MetricDocument[];
  readonly units?: number;
  readonly activation?: 'sigmoid' | 'softmax';
  /** Range of the targets. */
  readonly range?: readonly [number, number];
}

const regression: MetricDocument[] = ['mae', 'mse', 'rmse'];
const binary: MetricDocument[] = ['accuracy', { type: 'binaryAccuracy', threshold: 0.7 }];

const losses: readonly LossCase[] = [
  { subject: 'mse', name: 'mean', loss: 'mse', metrics: regression },
  { subject: 'mae', name: 'mean', loss: 'mae', metrics: regression },
  {
    subject: 'huber',
    name: 'errors on both sides of delta',
    loss: { type: 'huber', delta: 0.6 },
    metrics: regression,
  },
  {
    subject: 'binaryCrossentropy',
    name: 'from logits',
    loss: 'binaryCrossentropy',
    metrics: binary,
    range: [0, 1],
  },
  {
    subject: 'binaryCrossentropy',
    name: 'from probabilities',
    loss: { type: 'binaryCrossentropy', fromLogits: false },
    metrics: binary,
    activation: 'sigmoid',
    range: [0, 1],
  },
  {
    subject: 'categoricalCrossentropy',
    name: 'from logits',
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy', 'categoricalAccuracy'],
    range: [0, 1],
  },
  {
    subject: 'categoricalCrossentropy',
    name: 'from probabilities',
    loss: { type: 'categoricalCrossentropy', fromLogits: false },
    metrics: ['accuracy', 'categoricalAccuracy'],
    activation: 'softmax',
    range: [0, 1],
  },
  {
    subject: 'sparseCategoricalCrossentropy',
    name: 'from logits',
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy', 'sparseCategoricalAccuracy'],
    range: [0, 3],
  },
  {
    subject: 'sparseCategoricalCrossentropy',
    name: 'from probabilities',
    loss: { type: 'sparseCategoricalCrossentropy', fromLogits: false },
    metrics: ['accuracy', 'sparseCategoricalAccuracy'],
    activation: 'softmax',
    range: [0, 3],
  },
  {
    subject: 'quantile',
    name: 'two features of three quantiles',
    loss: { type: 'quantile', quantiles: [0.1, 0.45, 0.9] },
    metrics: regression,
    units: 6,
  },
  {
    subject: 'quantile',
    name: 'one quantile',
    loss: { type: 'quantile', quantiles: [0.8] },
    metrics: regression,
  },
  { subject: 'gaussian', name: 'two features', loss: 'gaussian', metrics: regression },
  { subject: 'studentT', name: 'two features', loss: 'studentT', metrics: regression },
  {
    subject: 'studentT',
    name: 'almost two degrees of freedom',
    loss: { type: 'studentT', degrees: 2.2 },
    metrics: regression,
  },
  { subject: 'logistics', name: 'three distributions', loss: 'logistics', metrics: [], units: 9 },
];

const weightings = [
  ['', false],
  [', weights of samples', 'sample'],
  [', weights of steps', 'step'],
] as const;

function expand(each: LossCase): TrainingCase[] {
  const { name, loss, metrics, units = 4, activation = 'linear', range = [-1.5, 1.5] } = each;
  return weightings.map(([suffix, sampleWeights]) => ({
    name: name + suffix,
    layers: layers(units, activation),
    training: { loss, optimizer: 'sgd', metrics },
    sampleWeights,
    targets: { targets: { range } },
    steps: 2,
    // Large, so that what the gradient is shows in the parameters.
    learningRate: () => 0.5,
  }));
}

/** Losses of predictions `[batch, units]`, and of several outputs. */
const shapes: readonly (TrainingCase & { readonly subject: string })[] = [
  {
    subject: 'mse',
    name: 'of vectors, weights of samples',
    layers: [
      { type: 'input', name: 'x', shape: [4] },
      { type: 'dense', units: 2 },
    ],
    training: { loss: 'mse', optimizer: 'sgd', metrics: ['mae'] },
    sampleWeights: 'sample',
  },
  {
    subject: 'mae',
    name: 'of rank 4',
    layers: [
      { type: 'input', name: 'x', shape: [5, 2, 4] },
      { type: 'dense', units: 6 },
    ],
    training: { loss: 'mae', optimizer: 'sgd', metrics: ['rmse'] },
    sampleWeights: 'step',
  },
  {
    subject: 'binaryCrossentropy',
    name: 'logits to 300',
    layers: [
      { type: 'input', name: 'x', shape: [4] },
      { type: 'dense', units: 2 },
    ],
    feeds: { x: { range: [-1, 1], specials: [300, -300, 90, -90] } },
    targets: { targets: { range: [0, 1] } },
    training: { loss: 'binaryCrossentropy', optimizer: 'sgd', metrics: ['accuracy'] },
    steps: 1,
  },
  {
    subject: 'sparseCategoricalCrossentropy',
    name: 'logits to 300',
    layers: [
      { type: 'input', name: 'x', shape: [4] },
      { type: 'dense', units: 3 },
    ],
    feeds: { x: { range: [-1, 1], specials: [300, -300, 90, -90] } },
    training: { loss: 'sparseCategoricalCrossentropy', optimizer: 'sgd', metrics: ['accuracy'] },
    steps: 1,
  },
  {
    subject: 'several outputs',
    name: 'each its own loss, with metrics of each',
    layers: [
      { type: 'input', name: 'x', shape: [5, 2] },
      { type: 'dense', name: 'classes', units: 3, inputs: ['x'] },
      { type: 'dense', name: 'level', units: 4, inputs: ['x'] },
      { type: 'dense', name: 'quantiles', units: 6, inputs: ['level'] },
    ],
    outputs: ['classes', 'level', 'quantiles'],
    training: {
      loss: {
        classes: 'categoricalCrossentropy',
        level: 'huber',
        quantiles: { type: 'quantile', quantiles: [0.2, 0.5, 0.7] },
      },
      optimizer: 'sgd',
    },
    sampleWeights: 'step',
  },
  {
    subject: 'several outputs',
    name: 'one of them without a loss',
    layers: [
      { type: 'input', name: 'x', shape: [5, 2] },
      { type: 'dense', name: 'judged', units: 3, inputs: ['x'] },
      { type: 'dense', name: 'free', units: 4, inputs: ['x'] },
    ],
    outputs: ['judged', 'free'],
    training: { loss: { judged: 'mae' }, optimizer: 'adam', metrics: ['mse'] },
  },
];

/** Cases of losses and metrics. */
export const lossCases: readonly ConformanceCase[] = [
  ...losses.flatMap((each) =>
    trainingCases({ group: 'training', subject: each.subject }, expand(each)),
  ),
  ...shapes.flatMap(({ subject, ...each }) =>
    trainingCases({ group: 'training', subject }, [each]),
  ),
];
