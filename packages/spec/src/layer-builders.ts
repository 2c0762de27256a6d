import type { ModelDocument } from './documents/model.ts';

type Entry = ModelDocument['layers'][number];
type Options<T extends Entry['type']> = Omit<Extract<Entry, { type: T }>, 'type'>;
type Built<T extends Entry['type']> = Extract<Entry, { type: T }>;

/** A convolution over time: `conv1d({ filters: 20, kernelSize: 2, padding: 'causal' })`. */
export function conv1d(options: Options<'conv1d'>): Built<'conv1d'> {
  return { type: 'conv1d', ...options };
}

/** A convolution of each channel, then one over channels: `separableConv1d({ filters: 20, kernelSize: 3 })`. */
export function separableConv1d(options: Options<'separableConv1d'>): Built<'separableConv1d'> {
  return { type: 'separableConv1d', ...options };
}

/** A transposed convolution: `conv1dTranspose({ filters: 20, kernelSize: 3, strides: 2 })`. */
export function conv1dTranspose(options: Options<'conv1dTranspose'>): Built<'conv1dTranspose'> {
  return { type: 'conv1dTranspose', ...options };
}

/** The greatest of some steps: `maxPooling1d({ poolSize: 3 })`. */
export function maxPooling1d(options: Options<'maxPooling1d'> = {}): Built<'maxPooling1d'> {
  return { type: 'maxPooling1d', ...options };
}

/** The mean of some steps: `averagePooling1d({ poolSize: 3 })`. */
export function averagePooling1d(
  options: Options<'averagePooling1d'> = {},
): Built<'averagePooling1d'> {
  return { type: 'averagePooling1d', ...options };
}

/** The greatest of all steps: `globalMaxPooling1d()`. */
export function globalMaxPooling1d(
  options: Options<'globalMaxPooling1d'> = {},
): Built<'globalMaxPooling1d'> {
  return { type: 'globalMaxPooling1d', ...options };
}

/** The mean of all steps: `globalAveragePooling1d()`. */
export function globalAveragePooling1d(
  options: Options<'globalAveragePooling1d'> = {},
): Built<'globalAveragePooling1d'> {
  return { type: 'globalAveragePooling1d', ...options };
}

/** Every step several times: `upSampling1d({ size: 3 })`. */
export function upSampling1d(options: Options<'upSampling1d'> = {}): Built<'upSampling1d'> {
  return { type: 'upSampling1d', ...options };
}

/** A vector for each whole number: `embedding({ inputDim: 100, outputDim: 8 })`. */
export function embedding(options: Options<'embedding'>): Built<'embedding'> {
  return { type: 'embedding', ...options };
}

/** Mean 0 and variance 1 over the last axis: `layerNormalization()`. */
export function layerNormalization(
  options: Options<'layerNormalization'> = {},
): Built<'layerNormalization'> {
  return { type: 'layerNormalization', ...options };
}

/** Mean 0 and variance 1 over the batch: `batchNormalization()`. */
export function batchNormalization(
  options: Options<'batchNormalization'> = {},
): Built<'batchNormalization'> {
  return { type: 'batchNormalization', ...options };
}

/** Noise in training: `gaussianNoise({ stddev: 0.1 })`. */
export function gaussianNoise(options: Options<'gaussianNoise'>): Built<'gaussianNoise'> {
  return { type: 'gaussianNoise', ...options };
}

/** tanh(a) · sigmoid(b) of two halves: `gatedActivation()`. */
export function gatedActivation(
  options: Options<'gatedActivation'> = {},
): Built<'gatedActivation'> {
  return { type: 'gatedActivation', ...options };
}

/** A sum: `add({ inputs: ['a', 'b'] })`. */
export function add(options: Options<'add'>): Built<'add'> {
  return { type: 'add', ...options };
}

/** A difference: `subtract({ inputs: ['a', 'b'] })`. */
export function subtract(options: Options<'subtract'>): Built<'subtract'> {
  return { type: 'subtract', ...options };
}

/** A product: `multiply({ inputs: ['a', 'b'] })`. */
export function multiply(options: Options<'multiply'>): Built<'multiply'> {
  return { type: 'multiply', ...options };
}

/** A mean of layers: `average({ inputs: ['a', 'b'] })`. */
export function average(options: Options<'average'>): Built<'average'> {
  return { type: 'average', ...options };
}

/** The greatest of layers: `maximum({ inputs: ['a', 'b'] })`. */
export function maximum(options: Options<'maximum'>): Built<'maximum'> {
  return { type: 'maximum', ...options };
}

/** The least of layers: `minimum({ inputs: ['a', 'b'] })`. */
export function minimum(options: Options<'minimum'>): Built<'minimum'> {
  return { type: 'minimum', ...options };
}

/** Layers side by side: `concatenate({ inputs: ['a', 'b'], axis: -1 })`. */
export function concatenate(options: Options<'concatenate'>): Built<'concatenate'> {
  return { type: 'concatenate', ...options };
}

/** A vector as every step: `repeatVector({ n: 24 })`. */
export function repeatVector(options: Options<'repeatVector'>): Built<'repeatVector'> {
  return { type: 'repeatVector', ...options };
}

/** Another shape: `reshape({ targetShape: [-1, 3] })`. */
export function reshape(options: Options<'reshape'>): Built<'reshape'> {
  return { type: 'reshape', ...options };
}

/** The axes in another order: `permute({ dims: [2, 1] })`. */
export function permute(options: Options<'permute'>): Built<'permute'> {
  return { type: 'permute', ...options };
}

/** Without steps at both ends: `cropping1d({ cropping: [2, 0] })`. */
export function cropping1d(options: Options<'cropping1d'> = {}): Built<'cropping1d'> {
  return { type: 'cropping1d', ...options };
}

/** With zeros at both ends: `zeroPadding1d({ padding: [2, 0] })`. */
export function zeroPadding1d(options: Options<'zeroPadding1d'> = {}): Built<'zeroPadding1d'> {
  return { type: 'zeroPadding1d', ...options };
}

/** A layer on every step: `timeDistributed({ layer: dense({ units: 3 }) })`. */
export function timeDistributed(options: Options<'timeDistributed'>): Built<'timeDistributed'> {
  return { type: 'timeDistributed', ...options };
}

/** A block so many times: `repeat({ times: 3, layers: [conv1d(…)], vary: { dilationRate: [1, 2, 4] } })`. */
export function repeat(options: Options<'repeat'>): Built<'repeat'> {
  return { type: 'repeat', ...options };
}

/** Layers, plus what they read: `residual({ layers: [conv1d(…), dropout(…)] })`. */
export function residual(options: Options<'residual'>): Built<'residual'> {
  return { type: 'residual', ...options };
}

/** A WaveNet: `wavenet({ filters: 32, stacks: 2 })`. */
export function wavenet(options: Options<'wavenet'> = {}): Built<'wavenet'> {
  return { type: 'wavenet', ...options };
}
