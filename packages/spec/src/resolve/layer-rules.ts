import {
  isRecurrent,
  recurrentOptions,
  stepLayerOf,
  type LayerSpec,
  type RecurrentLayer,
} from '../documents/layers.ts';
import type { PlacedFault } from '../codec/record.ts';
import { applyFeatureLayer } from './feature-rules.ts';
import { sequenceHint, type FindLayer } from './hints.ts';
import {
  broken,
  inputFault,
  knownHint,
  needsFloat,
  output,
  result,
  shapeText,
  type LayerResult,
  type Of,
} from './layer-result.ts';
import { denseParameters } from './parameters.ts';
import { applyMasking, applyRecurrentLayer } from './recurrent-rules.ts';
import type { LayerOutput } from './resolved.ts';
import { applySequenceLayer } from './sequence-rules.ts';
import { applyMergingLayer, applyShapingLayer } from './shaping-rules.ts';

/**
 * The outputs and parameters of a layer, by its type, for inputs of known shapes.
 *
 * @param inputs one at least, but for an input layer
 * @param find looks up layers that stand before, for hints
 */
export function applyLayer(
  spec: LayerSpec,
  inputs: readonly LayerOutput[],
  find: FindLayer,
): LayerResult {
  const [first] = inputs;
  if (spec.type === 'input' || first === undefined) {
    return spec.type === 'input' ? input(spec) : broken([]);
  }
  switch (spec.type) {
    case 'dense':
      return dense(spec, first);
    case 'activation':
      return activation(spec, first);
    case 'gatedActivation':
      return gatedActivation(spec, first);
    case 'dropout':
      return sameShape(spec, first);
    case 'simpleRnn':
    case 'lstm':
    case 'gru':
    case 'rnn':
    case 'bidirectional':
      return applyRecurrentLayer(spec, first, inputs.slice(1), find);
    case 'masking':
      return applyMasking(spec, first, find);
    case 'conv1d':
    case 'separableConv1d':
    case 'conv1dTranspose':
    case 'maxPooling1d':
    case 'averagePooling1d':
    case 'globalMaxPooling1d':
    case 'globalAveragePooling1d':
    case 'upSampling1d':
    case 'cropping1d':
    case 'zeroPadding1d':
      return applySequenceLayer(spec, first, find);
    case 'flatten':
    case 'reshape':
    case 'permute':
    case 'repeatVector':
      return applyShapingLayer(spec, first);
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'average':
    case 'maximum':
    case 'minimum':
    case 'concatenate':
      return applyMergingLayer(spec, inputs);
    case 'layerNormalization':
    case 'batchNormalization':
    case 'gaussianNoise':
    case 'embedding':
      return applyFeatureLayer(spec, first);
    case 'timeDistributed':
      return timeDistributed(spec, first, find);
  }
}

function input({ name, shape, dtype, ragged }: Of<'input'>): LayerResult {
  const hasTime = shape.length > 1 || (shape.length === 1 && dtype === 'int32');
  if (ragged && !hasTime)
    return broken([
      {
        at: ['ragged'],
        expected: 'false, or a shape [time, …] of sequences',
        found: `true beside the shape ${shapeText(shape)}`,
        suggestion: 'write the shape as [null, features]',
      },
    ]);
  return { outputs: [output(name, shape, dtype)], parameters: [], faults: [] };
}

/** The inner layer's rule for one step, [time, …] to [time, …]. */
function timeDistributed(
  spec: Of<'timeDistributed'>,
  input: LayerOutput,
  find: FindLayer,
): LayerResult {
  const [time, ...step] = input.shape;
  if (time === undefined || step.length === 0) {
    const hint = sequenceHint(input.reference, find);
    return broken([inputFault(input, 0, '[time, …] into timeDistributed', hint)]);
  }
  const own = stepLayerOf(spec);
  const faults = isRecurrent(own) ? stepwiseFaults(own) : [];
  if (faults.length > 0) return broken(faults);
  const inner = applyLayer(own, [{ ...input, shape: step }], find);
  return {
    outputs: inner.outputs.map((each) => ({ ...each, shape: [time, ...each.shape] })),
    parameters: inner.parameters,
    faults: inner.faults.map((fault) =>
      fault.at[0] === 'inputs' ? fault : { ...fault, at: ['layer', ...fault.at] },
    ),
  };
}

/** A layer on every step by itself has one output, and begins each step anew, as in Keras. */
function stepwiseFaults(spec: RecurrentLayer): PlacedFault[] {
  const at = ['layer', ...(spec.type === 'bidirectional' ? ['layer'] : [])];
  const options = recurrentOptions(spec);
  const wrong = (['returnState', 'stateful'] as const)
    .filter((key) => options[key])
    .map((key): PlacedFault => ({
      at: [...at, key],
      expected: 'false inside of timeDistributed, which starts at every step anew',
      found: 'true',
    }));
  if (spec.type !== 'bidirectional' || spec.mergeMode !== null) return wrong;
  const merged = 'how the outputs become one inside of timeDistributed: concat, sum, mul, ave';
  return [...wrong, { at: ['layer', 'mergeMode'], expected: merged, found: 'null' }];
}

function sameShape(spec: Of<'dropout' | 'activation'>, input: LayerOutput): LayerResult {
  const faults = needsFloat(spec, input);
  if (faults.length > 0) return broken(faults);
  return { outputs: [output(spec.name, input.shape)], parameters: [], faults };
}

function activation(spec: Of<'activation'>, input: LayerOutput): LayerResult {
  const needsAxis = spec.activation === 'softmax' || spec.activation === 'logSoftmax';
  if (needsAxis && input.shape.length === 0) {
    return broken([inputFault(input, 0, `[..., features] into ${spec.activation}`)]);
  }
  return sameShape(spec, input);
}

function gatedActivation(spec: Of<'gatedActivation'>, input: LayerOutput): LayerResult {
  const faults = needsFloat(spec, input);
  const width = input.shape.at(-1);
  if (typeof width !== 'number' || width % 2 !== 0)
    faults.push(inputFault(input, 0, '[..., 2 · features] into gatedActivation'));
  if (faults.length > 0 || typeof width !== 'number') return broken(faults);
  return result(spec, [...input.shape.slice(0, -1), width / 2]);
}

function dense(spec: Of<'dense'>, input: LayerOutput): LayerResult {
  const features = input.shape.at(-1);
  const faults = needsFloat(spec, input);
  if (features === undefined) {
    faults.push(inputFault(input, 0, '[..., features] into dense'));
  } else if (features === null) {
    faults.push(inputFault(input, 0, 'a known last dimension into dense', knownHint));
  }
  if (faults.length > 0 || features === undefined || features === null) return broken(faults);
  return {
    outputs: [output(spec.name, [...input.shape.slice(0, -1), spec.units])],
    parameters: denseParameters(spec, features),
    faults,
  };
}
