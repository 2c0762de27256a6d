/** Layers without state: `input dense activation dropout flatten`. */
import { activationNames, type LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { modelCases, type ModelCase } from '../../kinds/document.ts';

const on = (shape: readonly number[], ...layers: LayerDocument[]): readonly LayerDocument[] => [
  { type: 'input', name: 'x', shape: [...shape] },
  ...layers,
];

const dense: readonly ModelCase[] = [
  { name: 'of vectors', layers: on([4], { type: 'dense', units: 6 }) },
  { name: 'over time', layers: on([5, 4], { type: 'dense', units: 6 }) },
  { name: 'of rank 4', layers: on([5, 4, 2], { type: 'dense', units: 6 }) },
  { name: 'without bias', layers: on([5, 4], { type: 'dense', units: 6, useBias: false }) },
  { name: 'one unit, one feature', layers: on([1], { type: 'dense', units: 1 }) },
  { name: 'a batch of one', batch: 1, layers: on([4], { type: 'dense', units: 6 }) },
  {
    name: 'wide',
    batch: 7,
    layers: on([67], { type: 'dense', units: 130 }),
    weights: 0.2,
  },
  ...activationNames.map((activation): ModelCase => ({
    name: activation,
    layers: on([5, 2], { type: 'dense', units: 4, activation }),
  })),
];

const activation: readonly ModelCase[] = activationNames.flatMap((name): ModelCase[] => [
  { name, layers: on([5, 4], { type: 'activation', activation: name }) },
  {
    name: `${name}, saturated`,
    feeds: {
      x: { range: [-6, 6], specials: [-80, 80, -20, 20, 0, -3, 3, 1e-4, -1e-4] },
    },
    // Two in a row: a softmax then has rows that are saturated and rows that are not.
    layers: on([9, 2], { type: 'activation', activation: name }),
  },
]);

const flatten: readonly ModelCase[] = [
  { name: 'of time', layers: on([5, 4], { type: 'flatten' }, { type: 'dense', units: 3 }) },
  { name: 'of rank 4', layers: on([5, 4, 2], { type: 'flatten' }) },
  { name: 'of vectors', layers: on([4], { type: 'flatten' }) },
];

const dropout: readonly ModelCase[] = [
  {
    name: 'does nothing in predictions',
    layers: on([5, 4], { type: 'dropout', rate: 0.4 }, { type: 'dense', units: 3 }),
  },
];

const input: readonly ModelCase[] = [
  {
    name: 'given back as it is',
    layers: on([5, 4], { type: 'dense', units: 3 }),
    outputs: ['x', 'dense'],
  },
  {
    name: 'of integers, given back as it is',
    layers: [
      { type: 'input', name: 'classes', shape: [3], dtype: 'int32' },
      ...on([4], { type: 'dense', units: 2, inputs: ['x'] }),
    ],
    outputs: ['classes', 'dense'],
    feeds: { classes: { range: [-7, 70000] } },
  },
  {
    name: 'not read by any layer',
    layers: [
      { type: 'input', name: 'unused', shape: [2] },
      ...on([4], { type: 'dense', units: 3, inputs: ['x'] }),
    ],
    outputs: ['dense'],
  },
];

/** Cases of layers without state. */
export const plainLayerCases: readonly ConformanceCase[] = [
  ...modelCases({ group: 'layers', subject: 'input' }, input),
  ...modelCases({ group: 'layers', subject: 'dense' }, dense),
  ...modelCases({ group: 'layers', subject: 'activation' }, activation),
  ...modelCases({ group: 'layers', subject: 'flatten' }, flatten),
  ...modelCases({ group: 'layers', subject: 'dropout' }, dropout),
];
