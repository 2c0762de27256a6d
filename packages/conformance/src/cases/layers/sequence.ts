/** Layers over time: convolutions, pooling, padding. */
import type { LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { modelCases, type ModelCase } from '../../kinds/document.ts';

/** A sequence of 11 steps of 4 features, unless told otherwise. */
const on = (
  name: string,
  layer: LayerDocument,
  { time = 11, features = 4 }: { readonly time?: number; readonly features?: number } = {},
): ModelCase => ({ name, layers: [{ type: 'input', name: 'x', shape: [time, features] }, layer] });

type Conv = Extract<LayerDocument, { type: 'conv1d' }>;
const conv = (name: string, options: Partial<Conv>, sizes?: Parameters<typeof on>[2]): ModelCase =>
  on(name, { type: 'conv1d', filters: 6, kernelSize: 3, ...options }, sizes);

const conv1d: readonly ModelCase[] = [
  conv('valid', {}),
  conv('same', { padding: 'same' }),
  conv('same, even kernel', { padding: 'same', kernelSize: 4 }),
  conv('causal', { padding: 'causal' }),
  conv('strides 2', { strides: 2 }),
  conv('strides 3, same', { strides: 3, padding: 'same' }),
  conv('strides 2, causal', { strides: 2, padding: 'causal' }),
  conv('dilation 3', { dilationRate: 3 }),
  conv('dilation 4, causal', { dilationRate: 4, padding: 'causal' }),
  conv('dilation beyond the sequence', { dilationRate: 16, padding: 'causal' }),
  conv('groups 2', { groups: 2 }),
  conv('activation, without bias', { activation: 'relu', useBias: false, padding: 'causal' }),
  conv('one step', { padding: 'causal' }, { time: 1 }),
  conv('one tap, one feature', { kernelSize: 1 }, { features: 1 }),
  {
    name: 'a stack of dilations',
    batch: 2,
    layers: [
      { type: 'input', name: 'x', shape: [23, 1] },
      ...[1, 2, 4, 8].map((dilationRate) => ({
        type: 'conv1d' as const,
        filters: 5,
        kernelSize: 2,
        padding: 'causal' as const,
        activation: 'relu' as const,
        dilationRate,
      })),
      { type: 'conv1d', filters: 2, kernelSize: 1 },
    ],
  },
];

type Separable = Extract<LayerDocument, { type: 'separableConv1d' }>;
const separable = (name: string, options: Partial<Separable>): ModelCase =>
  on(name, { type: 'separableConv1d', filters: 5, kernelSize: 3, ...options });

type Transposed = Extract<LayerDocument, { type: 'conv1dTranspose' }>;
const transposed = (name: string, options: Partial<Transposed>): ModelCase =>
  on(name, { type: 'conv1dTranspose', filters: 3, kernelSize: 3, ...options }, { time: 5 });

const pooled = (type: 'maxPooling1d' | 'averagePooling1d'): readonly ModelCase[] => [
  on('pairs, last step left out', { type }),
  on('same, 3 steps, strides 2', { type, poolSize: 3, strides: 2, padding: 'same' }),
  on('overlapping', { type, poolSize: 4, strides: 1 }),
];

const globally = (type: 'globalMaxPooling1d' | 'globalAveragePooling1d'): readonly ModelCase[] => [
  on('all steps', { type }),
  on('time kept', { type, keepDims: true }),
];

const cases: Readonly<Record<string, readonly ModelCase[]>> = {
  conv1d,
  separableConv1d: [
    separable('valid', {}),
    separable('two results of each channel, same', { depthMultiplier: 2, padding: 'same' }),
    separable('dilation 2, causal', { dilationRate: 2, padding: 'causal', activation: 'tanh' }),
  ],
  conv1dTranspose: [
    transposed('valid', {}),
    transposed('strides 2', { strides: 2 }),
    transposed('strides 4, longer than the kernel', { strides: 4 }),
    transposed('same, strides 2', { padding: 'same', strides: 2 }),
    transposed('output padding', { padding: 'same', strides: 3, outputPadding: 1 }),
    transposed('dilation 2', { dilationRate: 2 }),
  ],
  maxPooling1d: pooled('maxPooling1d'),
  averagePooling1d: pooled('averagePooling1d'),
  globalMaxPooling1d: globally('globalMaxPooling1d'),
  globalAveragePooling1d: globally('globalAveragePooling1d'),
  upSampling1d: [on('three times', { type: 'upSampling1d', size: 3 })],
  cropping1d: [on('both ends', { type: 'cropping1d', cropping: [2, 1] })],
  zeroPadding1d: [on('both ends', { type: 'zeroPadding1d', padding: [1, 3] })],
};

/** Cases of layers over time. */
export const sequenceLayerCases: readonly ConformanceCase[] = Object.entries(cases).flatMap(
  ([subject, own]) => modelCases({ group: 'layers', subject }, own),
);
