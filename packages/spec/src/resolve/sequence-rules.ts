/** Rules of layers over time: convolutions, pooling, padding. */
import { sidesOf } from '../documents/shaping.ts';
import { sequenceHint, type FindLayer } from './hints.ts';
import {
  broken,
  inputFault,
  knownHint,
  needsFloat,
  parameter,
  result,
  ruled,
  type LayerResult,
  type Of,
} from './layer-result.ts';
import type { LayerOutput, LayerShape, ParameterSpec } from './resolved.ts';

/** The layers whose rules stand here. */
export type SequenceLayer = Of<
  | 'conv1d'
  | 'separableConv1d'
  | 'conv1dTranspose'
  | 'maxPooling1d'
  | 'averagePooling1d'
  | 'globalMaxPooling1d'
  | 'globalAveragePooling1d'
  | 'upSampling1d'
  | 'cropping1d'
  | 'zeroPadding1d'
>;

/** Steps of zeros at both ends, and how many places there are. */
export interface Places {
  readonly low: number;
  readonly high: number;
  /** 0 or less where nothing fits. */
  readonly count: number;
}

/**
 * Where a kernel or pool is put on a sequence, as in Keras and TensorFlow: `same` gives
 * `ceil(time / strides)` places, its zeros as evenly as can be, the odd one at the end; `causal`
 * has them all at the beginning.
 *
 * @param reach steps from the first tap to the last, both counted
 */
export function placesOf(
  time: number,
  reach: number,
  strides: number,
  padding: 'valid' | 'same' | 'causal',
): Places {
  switch (padding) {
    case 'valid':
      return { low: 0, high: 0, count: Math.floor((time - reach) / strides) + 1 };
    case 'causal':
      return { low: reach - 1, high: 0, count: Math.floor((time - 1) / strides) + 1 };
    case 'same': {
      const count = Math.ceil(time / strides);
      const total = Math.max((count - 1) * strides + reach - time, 0);
      const low = Math.floor(total / 2);
      return { low, high: total - low, count };
    }
  }
}

/** How the whole result of a transposed convolution is cut. */
export interface TransposedPlaces {
  /** Steps to leave out at the beginning. */
  readonly crop: number;
  /** Steps that are left. */
  readonly count: number;
}

/**
 * What of a transposed convolution's `(time - 1) strides + reach` steps is its result, as in Keras:
 * without `outputPadding`, `same` gives `time · strides` steps and `valid`
 * `(time - 1) strides + max(reach, strides)`.
 */
export function transposedPlaces(time: number, spec: Of<'conv1dTranspose'>): TransposedPlaces {
  const { strides, padding, outputPadding } = spec;
  const reach = reachOf(spec);
  const whole = (time - 1) * strides + reach;
  if (padding === 'valid') {
    const more = outputPadding ?? Math.max(strides - reach, 0);
    return { crop: 0, count: whole + more };
  }
  const count =
    outputPadding === undefined
      ? time * strides
      : whole - 2 * Math.floor(reach / 2) + outputPadding;
  return { crop: Math.max(0, Math.floor((whole - count) / 2)), count };
}

/** Steps from a kernel's first tap to its last, both counted. */
export function reachOf(spec: { kernelSize: number; dilationRate: number }): number {
  return (spec.kernelSize - 1) * spec.dilationRate + 1;
}

/** The outputs and parameters of a layer over time. */
export function applySequenceLayer(
  spec: SequenceLayer,
  input: LayerOutput,
  find: FindLayer,
): LayerResult {
  const faults = needsFloat(spec, input);
  const [time, features] = input.shape;
  if (input.shape.length !== 2 || time === undefined || features === undefined) {
    const hint = input.shape.length < 2 ? sequenceHint(input.reference, find) : undefined;
    faults.push(inputFault(input, 0, `[time, features] into ${spec.type}`, hint));
  }
  if (faults.length > 0 || time === undefined || features === undefined) return broken(faults);
  const count = stepsOf(spec, time);
  if (count !== null && count < 1)
    return broken([inputFault(input, 0, `a longer sequence into ${spec.type}`)]);
  switch (spec.type) {
    case 'conv1d':
    case 'separableConv1d':
    case 'conv1dTranspose':
      return convolution(spec, input, count);
    case 'globalMaxPooling1d':
    case 'globalAveragePooling1d':
      return result(spec, spec.keepDims ? [1, features] : [features]);
    default:
      return result(spec, [count, features]);
  }
}

/** Steps that a layer makes of `time` steps; null where that is not known. */
function stepsOf(spec: SequenceLayer, time: number | null): number | null {
  if (spec.type === 'globalMaxPooling1d' || spec.type === 'globalAveragePooling1d') return 1;
  if (time === null) return null;
  switch (spec.type) {
    case 'conv1d':
    case 'separableConv1d':
      return placesOf(time, reachOf(spec), spec.strides, spec.padding).count;
    case 'conv1dTranspose':
      return transposedPlaces(time, spec).count;
    case 'maxPooling1d':
    case 'averagePooling1d':
      return placesOf(time, spec.poolSize, spec.strides ?? spec.poolSize, spec.padding).count;
    case 'upSampling1d':
      return time * spec.size;
    case 'cropping1d': {
      const [before, after] = sidesOf(spec.cropping);
      return time - before - after;
    }
    case 'zeroPadding1d': {
      const [before, after] = sidesOf(spec.padding);
      return time + before + after;
    }
  }
}

function convolution(
  spec: Of<'conv1d' | 'separableConv1d' | 'conv1dTranspose'>,
  input: LayerOutput,
  count: number | null,
): LayerResult {
  const features = input.shape[1] ?? null;
  if (features === null)
    return broken([inputFault(input, 0, `a known last dimension into ${spec.type}`, knownHint)]);
  if (spec.type === 'conv1d' && features % spec.groups !== 0)
    return broken([inputFault(input, 0, `features in ${spec.groups} groups into conv1d`)]);
  const shape: LayerShape = [count, spec.filters];
  const bias = {
    ...parameter(spec, 'bias', [spec.filters], spec.biasInitializer),
    ...ruled(spec.biasRegularizer, spec.biasConstraint),
  };
  return result(spec, shape, [...kernels(spec, features), ...(spec.useBias ? [bias] : [])]);
}

/** Kernels in Keras's layout. */
function kernels(
  spec: Of<'conv1d' | 'separableConv1d' | 'conv1dTranspose'>,
  features: number,
): ParameterSpec[] {
  const { kernelSize, filters } = spec;
  switch (spec.type) {
    case 'conv1d':
    case 'conv1dTranspose': {
      const shape =
        spec.type === 'conv1d'
          ? [kernelSize, features / spec.groups, filters]
          : [kernelSize, filters, features];
      return [
        {
          ...parameter(spec, 'kernel', shape, spec.kernelInitializer),
          ...ruled(spec.kernelRegularizer, spec.kernelConstraint),
        },
      ];
    }
    case 'separableConv1d': {
      const { depthMultiplier } = spec;
      const depthwise = [kernelSize, features, depthMultiplier];
      const pointwise = [1, features * depthMultiplier, filters];
      return [
        {
          ...parameter(spec, 'depthwiseKernel', depthwise, spec.depthwiseInitializer),
          ...ruled(spec.depthwiseRegularizer, spec.depthwiseConstraint),
        },
        {
          ...parameter(spec, 'pointwiseKernel', pointwise, spec.pointwiseInitializer),
          ...ruled(spec.pointwiseRegularizer, spec.pointwiseConstraint),
        },
      ];
    }
  }
}
