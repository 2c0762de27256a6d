/** Training with dropout: the masks are those of the seed, scaled, and the same for a sequence. */
import type { LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { gruCell, passingCell } from '../layers/written-cells.ts';
import { trainingCases, type TrainingCase } from '../../kinds/training.ts';

const source: LayerDocument = { type: 'input', name: 'x', shape: [6, 3] };

const caseOf = (name: string, ...layers: LayerDocument[]): TrainingCase => ({
  name,
  layers: [source, ...layers],
  training: { loss: 'mse', optimizer: { type: 'sgd', momentum: 0.9 } },
  batch: 4,
});

const recurrent = (['simpleRnn', 'lstm', 'gru'] as const).flatMap((type) => [
  caseOf(`${type}, on the input`, { type, units: 5, dropout: 0.4 }),
  caseOf(`${type}, on the state`, { type, units: 5, recurrentDropout: 0.4 }),
  caseOf(`${type}, on both`, {
    type,
    units: 5,
    dropout: 0.25,
    recurrentDropout: 0.5,
    returnSequences: true,
  }),
]);

/** Cases of dropout in training. */
export const dropoutCases: readonly ConformanceCase[] = trainingCases(
  { group: 'training', subject: 'dropout' },
  [
    caseOf('a layer', { type: 'dropout', rate: 0.3 }, { type: 'dense', units: 5 }),
    caseOf('rate 0', { type: 'dropout', rate: 0 }, { type: 'dense', units: 5 }),
    caseOf('rate 0.9', { type: 'dropout', rate: 0.9 }, { type: 'dense', units: 5 }),
    caseOf(
      'two layers of the same shape draw differently',
      { type: 'dropout', rate: 0.5 },
      { type: 'dropout', rate: 0.5 },
      { type: 'dense', units: 5 },
    ),
    ...recurrent,
    caseOf('gru with the reset before, on the state', {
      type: 'gru',
      units: 5,
      resetAfter: false,
      recurrentDropout: 0.4,
    }),
    caseOf('a written gru, on the state', {
      type: 'rnn',
      units: 5,
      cell: gruCell,
      recurrentDropout: 0.4,
    }),
    caseOf('a written cell of two states, on both and on the input, in both directions', {
      type: 'bidirectional',
      layer: {
        type: 'rnn',
        units: 5,
        cell: passingCell,
        dropout: 0.25,
        recurrentDropout: 0.5,
        returnSequences: true,
      },
    }),
  ],
);
