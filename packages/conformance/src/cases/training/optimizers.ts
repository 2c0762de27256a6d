/** Every optimizer with its options, every way of clipping: five steps of one small model. */
import type { LayerDocument, OptimizerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { trainingCases, type TrainingCase } from '../../kinds/training.ts';

const layers: readonly LayerDocument[] = [
  { type: 'input', name: 'x', shape: [5, 3] },
  { type: 'gru', units: 4 },
  { type: 'dense', units: 2 },
];

type Subject = Exclude<OptimizerDocument, string>['type'] | 'clipping';

const optimizers: readonly (readonly [Subject, string, OptimizerDocument])[] = [
  ['sgd', 'plain', 'sgd'],
  ['sgd', 'momentum', { type: 'sgd', momentum: 0.8 }],
  ['sgd', 'Nesterov momentum', { type: 'sgd', momentum: 0.8, nesterov: true }],
  ['adam', 'defaults', 'adam'],
  ['adam', 'other betas', { type: 'adam', beta1: 0.7, beta2: 0.9 }],
  // Above the root of the second moment of most gradients: wherever it is added, it shows.
  ['adam', 'a large epsilon', { type: 'adam', epsilon: 0.05 }],
  ['adamW', 'defaults', 'adamW'],
  ['adamW', 'strong decay', { type: 'adamW', weightDecay: 2, epsilon: 1e-3 }],
  ['rmsprop', 'defaults', 'rmsprop'],
  ['rmsprop', 'momentum', { type: 'rmsprop', rho: 0.8, momentum: 0.6 }],
  ['rmsprop', 'centered', { type: 'rmsprop', centered: true, epsilon: 1e-3 }],
  [
    'rmsprop',
    'centered with momentum',
    { type: 'rmsprop', centered: true, momentum: 0.5, epsilon: 0.01 },
  ],
  ['nadam', 'defaults', 'nadam'],
  ['nadam', 'other betas', { type: 'nadam', beta1: 0.7, beta2: 0.9, epsilon: 0.01 }],
  ['clipping', 'by value', { type: 'sgd', clipValue: 0.03 }],
  ['clipping', 'by value, with adam', { type: 'adam', clipValue: 0.03, epsilon: 0.01 }],
  ['clipping', 'by the norm of each', { type: 'sgd', momentum: 0.5, clipNorm: 0.2 }],
  ['clipping', 'by the global norm', { type: 'sgd', momentum: 0.5, globalClipNorm: 0.3 }],
  [
    'clipping',
    'by the global norm, with nadam',
    { type: 'nadam', globalClipNorm: 0.3, epsilon: 0.01 },
  ],
  ['clipping', 'norms that nothing exceeds', { type: 'sgd', globalClipNorm: 1e3 }],
];

const caseOf = (name: string, optimizer: OptimizerDocument): TrainingCase => ({
  name,
  layers,
  training: { loss: 'mse', optimizer },
});

/** Cases of optimizers. */
export const optimizerCases: readonly ConformanceCase[] = [
  ...optimizers.flatMap(([subject, name, optimizer]) =>
    trainingCases({ group: 'training', subject }, [caseOf(name, optimizer)]),
  ),
  ...trainingCases({ group: 'training', subject: 'learning rate' }, [
    // A rate that was compiled in, or taken from the step before, would show.
    {
      ...caseOf('changes from step to step', { type: 'adam', epsilon: 0.01 }),
      learningRate: (step) => [0.1, 0.001, 0.05, 0, 0.02][step] ?? 0.01,
    },
    {
      ...caseOf('zero keeps the parameters', { type: 'adamW', weightDecay: 0.5 }),
      learningRate: () => 0,
    },
  ]),
];
