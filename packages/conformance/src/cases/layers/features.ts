/** Layers that work on each step by itself, that arrange what they read, and that merge. */
import type { LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { modelCases, type ModelCase } from '../../kinds/document.ts';

const on = (name: string, shape: readonly number[], ...layers: LayerDocument[]): ModelCase => ({
  name,
  layers: [{ type: 'input', name: 'x', shape: [...shape] }, ...layers],
});

/** Several inputs of the shapes into one layer. */
const into = (
  name: string,
  shapes: readonly (readonly number[])[],
  layer: LayerDocument,
): ModelCase => {
  const inputs = shapes.map((shape, i): LayerDocument => ({
    type: 'input',
    name: `x${i}`,
    shape: [...shape],
  }));
  const reads = shapes.map((_, i) => `x${i}`);
  return { name, layers: [...inputs, { ...layer, inputs: reads } as LayerDocument] };
};

const three = [
  [5, 4],
  [5, 4],
  [5, 4],
];

const merging = (['add', 'multiply', 'average', 'maximum', 'minimum'] as const).map(
  (type) =>
    [
      type,
      [
        into('three sequences', three, { type }),
        into(
          'a size of one is repeated',
          [
            [5, 4],
            [5, 1],
            [1, 4],
          ],
          { type },
        ),
      ],
    ] as const,
);

const cases: Readonly<Record<string, readonly ModelCase[]>> = {
  layerNormalization: [
    on('over time', [5, 4], { type: 'layerNormalization' }),
    on('without scale', [5, 4], { type: 'layerNormalization', scale: false, epsilon: 0.1 }),
    on('without centre, of vectors', [4], { type: 'layerNormalization', center: false }),
  ],
  batchNormalization: [
    on('by moving averages', [5, 4], { type: 'batchNormalization' }),
    on('without scale, of vectors', [4], { type: 'batchNormalization', scale: false }),
    on(
      'between convolutions',
      [9, 2],
      { type: 'conv1d', filters: 3, kernelSize: 2 },
      { type: 'batchNormalization', center: false, epsilon: 0.01 },
      { type: 'conv1d', filters: 4, kernelSize: 3 },
    ),
  ],
  gatedActivation: [on('halves of the last axis', [5, 6], { type: 'gatedActivation' })],
  gaussianNoise: [
    on('does nothing in predictions', [5, 4], { type: 'gaussianNoise', stddev: 0.3 }),
  ],
  embedding: [
    {
      name: 'rows of a table, some twice',
      layers: [
        { type: 'input', name: 'x', shape: [7], dtype: 'int32' },
        { type: 'embedding', inputDim: 5, outputDim: 3 },
      ],
      feeds: { x: { range: [0, 4] } },
    },
  ],
  ...Object.fromEntries(merging),
  subtract: [into('two sequences', three.slice(1), { type: 'subtract' })],
  concatenate: [
    into(
      'features',
      [
        [5, 4],
        [5, 2],
        [5, 3],
      ],
      { type: 'concatenate' },
    ),
    into(
      'time',
      [
        [5, 4],
        [2, 4],
      ],
      { type: 'concatenate', axis: 1 },
    ),
  ],
  reshape: [
    on('to time', [12], { type: 'reshape', targetShape: [-1, 3] }, { type: 'dense', units: 2 }),
  ],
  permute: [on('axes turned', [5, 4, 3], { type: 'permute', dims: [3, 1, 2] })],
  repeatVector: [on('a vector', [4], { type: 'repeatVector', n: 3 }, { type: 'gru', units: 2 })],
};

/** Cases of layers on features. */
export const featureLayerCases: readonly ConformanceCase[] = Object.entries(cases).flatMap(
  ([subject, own]) => modelCases({ group: 'layers', subject }, own),
);
