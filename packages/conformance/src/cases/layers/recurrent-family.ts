/** Cells with layer normalisation, cells written as equations, both directions, masked steps. */
import type { LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { modelCases, type ModelCase } from '../../kinds/document.ts';
import { gruCell, lstmCell, minimalCell, skippingCell } from './written-cells.ts';

type Cell = 'simpleRnn' | 'lstm' | 'gru';

const x = (...shape: number[]): LayerDocument => ({ type: 'input', name: 'x', shape });
const state = (name: string, size: number): LayerDocument => ({
  type: 'input',
  name,
  shape: [size],
});

/** Steps of x that are all this are passed over by `masking`. */
const NO_STEP = 0.25;

/** Steps of x `[4, 6, 2]` that are there: whole, padded behind, in front, and none at all. */
const THERE = [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0];

const masked = {
  x: {
    values: THERE.flatMap((there, i) =>
      there ? [Math.sin(i), Math.cos(3 * i)] : [NO_STEP, NO_STEP],
    ),
  },
};

const normalised = (type: Cell): readonly ModelCase[] => {
  const states = type === 'lstm' ? ['h', 'c'] : ['h'];
  const layer = { type, name: 'layer', units: 5, layerNormalization: true } as const;
  return [
    { name: 'layer normalisation, the last output', layers: [x(6, 3), layer] },
    {
      name: 'layer normalisation, everything backwards from given states',
      layers: [
        x(6, 3),
        ...states.map((name) => state(name, 5)),
        {
          ...layer,
          inputs: ['x', ...states],
          layerNormalization: { epsilon: 0.1, center: false },
          returnSequences: true,
          returnState: true,
          goBackwards: true,
          activation: 'softsign',
        },
      ],
      outputs: ['layer', ...states.map((name) => `layer:${name}`)],
      batch: 4,
    },
    {
      name: 'layer normalisation, stateful, without bias',
      layers: [x(4, 3), { ...layer, stateful: true, useBias: false, returnSequences: true }],
      calls: 2,
    },
    {
      name: 'layer normalisation, masked steps',
      layers: [
        x(6, 2),
        { type: 'masking', maskValue: NO_STEP },
        { ...layer, returnSequences: true, layerNormalization: { scale: false } },
      ],
      batch: 4,
      feeds: masked,
    },
    { name: 'layer normalisation, a long sequence', layers: [x(40, 3), layer], quick: false },
  ];
};

const bidirectional: readonly ModelCase[] = [
  ...(['simpleRnn', 'lstm', 'gru'] as const).map((type): ModelCase => ({
    name: `${type}, the sequence`,
    layers: [x(6, 3), { type: 'bidirectional', layer: { type, units: 4, returnSequences: true } }],
  })),
  ...(['concat', 'sum', 'mul', 'ave'] as const).map((mergeMode): ModelCase => ({
    name: `gru, ${mergeMode}, the last output`,
    layers: [x(5, 3), { type: 'bidirectional', layer: { type: 'gru', units: 4 }, mergeMode }],
  })),
  {
    name: 'lstm, everything from given states',
    layers: [
      x(5, 3),
      ...['fh', 'fc', 'bh', 'bc'].map((name) => state(name, 4)),
      {
        type: 'bidirectional',
        name: 'layer',
        layer: { type: 'lstm', units: 4, returnSequences: true, returnState: true },
        inputs: ['x', 'fh', 'fc', 'bh', 'bc'],
      },
    ],
    outputs: [
      'layer',
      'layer:forward.h',
      'layer:forward.c',
      'layer:backward.h',
      'layer:backward.c',
    ],
    batch: 2,
  },
  {
    name: 'a backward layer of another kind and size',
    layers: [
      x(5, 3),
      {
        type: 'bidirectional',
        layer: { type: 'lstm', units: 4, returnSequences: true },
        backwardLayer: {
          type: 'gru',
          units: 2,
          returnSequences: true,
          goBackwards: true,
          layerNormalization: true,
        },
      },
    ],
  },
  {
    name: 'lstm, stateful',
    layers: [
      x(5, 3),
      { type: 'bidirectional', name: 'layer', layer: { type: 'lstm', units: 4, stateful: true } },
    ],
    calls: 2,
  },
  {
    name: 'lstm, two outputs, states and last steps',
    layers: [
      x(5, 3),
      {
        type: 'bidirectional',
        name: 'layer',
        layer: { type: 'lstm', units: 4, returnState: true },
        mergeMode: null,
      },
    ],
    outputs: ['layer:forward', 'layer:backward', 'layer:forward.c', 'layer:backward.h'],
  },
  {
    name: 'gru, two outputs of masked steps, each read by a layer',
    layers: [
      x(6, 2),
      { type: 'masking', maskValue: NO_STEP },
      {
        type: 'bidirectional',
        name: 'layer',
        layer: { type: 'gru', units: 4, returnSequences: true },
        mergeMode: null,
      },
      { type: 'simpleRnn', name: 'a', units: 3, inputs: ['layer:forward'] },
      { type: 'simpleRnn', name: 'b', units: 2, inputs: ['layer:backward'] },
    ],
    outputs: ['a', 'b'],
    batch: 4,
    feeds: masked,
  },
  {
    name: 'gru, masked steps, stacked',
    layers: [
      x(6, 2),
      { type: 'masking', maskValue: NO_STEP },
      { type: 'bidirectional', layer: { type: 'gru', units: 4, returnSequences: true } },
      { type: 'bidirectional', layer: { type: 'lstm', units: 3 }, mergeMode: 'mul' },
    ],
    batch: 4,
    feeds: masked,
  },
];

const written: readonly ModelCase[] = [
  { name: 'a gru', layers: [x(6, 3), { type: 'rnn', units: 5, cell: gruCell }] },
  {
    name: 'an lstm, everything backwards from given states',
    layers: [
      x(6, 3),
      state('h', 5),
      state('c', 5),
      {
        type: 'rnn',
        name: 'layer',
        units: 5,
        cell: lstmCell,
        returnSequences: true,
        returnState: true,
        goBackwards: true,
        inputs: ['x', 'h', 'c'],
      },
    ],
    outputs: ['layer', 'layer:h', 'layer:c'],
    batch: 4,
  },
  {
    name: 'a minimal gated unit, stateful',
    layers: [x(4, 3), { type: 'rnn', units: 5, cell: minimalCell, stateful: true }],
    calls: 2,
  },
  {
    name: 'an output that is no state, masked steps',
    layers: [
      x(6, 2),
      { type: 'masking', maskValue: NO_STEP },
      { type: 'rnn', units: 5, cell: skippingCell, returnSequences: true },
    ],
    batch: 4,
    feeds: masked,
  },
  {
    name: 'in both directions',
    layers: [
      x(6, 3),
      { type: 'bidirectional', layer: { type: 'rnn', units: 4, cell: minimalCell } },
    ],
  },
  {
    name: 'a long sequence',
    layers: [x(60, 3), { type: 'rnn', units: 5, cell: lstmCell, returnSequences: true }],
    quick: false,
  },
];

const distributed: readonly ModelCase[] = [
  {
    name: 'gru at every step, its sequences read by a dense layer',
    layers: [
      x(2, 5, 3),
      { type: 'timeDistributed', layer: { type: 'gru', units: 4, returnSequences: true } },
      { type: 'timeDistributed', layer: { type: 'dense', units: 2 } },
    ],
  },
  {
    name: 'lstm in both directions at every step, then a recurrent layer over these',
    layers: [
      x(4, 3, 2),
      {
        type: 'timeDistributed',
        layer: { type: 'bidirectional', layer: { type: 'lstm', units: 3 } },
      },
      { type: 'gru', units: 4 },
    ],
    batch: 2,
  },
  {
    name: 'a written cell at every step',
    layers: [
      x(3, 4, 2),
      { type: 'timeDistributed', layer: { type: 'rnn', units: 3, cell: minimalCell } },
    ],
  },
];

const masking: readonly ModelCase[] = [
  {
    name: 'the sequence itself',
    layers: [x(6, 2), { type: 'masking', maskValue: NO_STEP }],
    batch: 4,
    feeds: masked,
  },
  ...(['simpleRnn', 'lstm', 'gru'] as const).flatMap((type): ModelCase[] => [
    {
      name: `into two layers ${type}`,
      layers: [
        x(6, 2),
        { type: 'masking', maskValue: NO_STEP },
        { type, units: 4, returnSequences: true },
        { type: 'dense', units: 3, activation: 'relu' },
        { type, name: 'last', units: 5, returnState: true },
      ],
      outputs: ['last', 'last:h'],
      batch: 4,
      feeds: masked,
    },
    {
      name: `into ${type} backwards and forwards`,
      layers: [
        x(6, 2),
        { type: 'masking', maskValue: NO_STEP },
        { type, units: 4, returnSequences: true, goBackwards: true },
        { type, units: 5 },
      ],
      batch: 4,
      feeds: masked,
    },
  ]),
  {
    name: 'a sum of sequences with masks of their own',
    layers: [
      x(6, 2),
      { type: 'input', name: 'other', shape: [6, 2] },
      { type: 'masking', name: 'one', maskValue: NO_STEP, inputs: ['x'] },
      { type: 'masking', name: 'two', maskValue: NO_STEP, inputs: ['other'] },
      { type: 'add', name: 'both', inputs: ['one', 'two'] },
      { type: 'gru', units: 3, inputs: ['both'] },
    ],
    batch: 4,
    feeds: {
      ...masked,
      // The steps of the sequences before, so that each row has steps that one of both has alone.
      other: { values: [...masked.x.values.slice(12), ...masked.x.values.slice(0, 12)] },
    },
  },
  {
    name: 'through sums of masked sequences',
    layers: [
      x(6, 2),
      { type: 'masking', name: 'some', maskValue: NO_STEP },
      { type: 'dense', name: 'all', units: 2, inputs: ['x'] },
      { type: 'add', name: 'both', inputs: ['some', 'some'] },
      { type: 'gru', name: 'a', units: 3, inputs: ['both'] },
      { type: 'add', name: 'unmasked', inputs: ['some', 'all'] },
      { type: 'gru', name: 'b', units: 3, inputs: ['unmasked'] },
    ],
    outputs: ['a', 'b'],
    batch: 4,
    feeds: masked,
  },
];

/** Cases of the recurrent layers beyond the plain cells. */
export const recurrentFamilyCases: readonly ConformanceCase[] = [
  ...(['simpleRnn', 'lstm', 'gru'] as const).flatMap((type) =>
    modelCases({ group: 'layers', subject: type }, normalised(type)),
  ),
  ...modelCases({ group: 'layers', subject: 'bidirectional' }, bidirectional),
  ...modelCases({ group: 'layers', subject: 'rnn' }, written),
  ...modelCases({ group: 'layers', subject: 'masking' }, masking),
  ...modelCases({ group: 'layers', subject: 'timeDistributed' }, distributed),
];
