import type * as t from 'io-ts';
import { array, orNull, union } from '../codec/compounds.ts';
import { boolean, literals, positiveInteger } from '../codec/leaves.ts';
import { defaulted, optional, required, tagged } from '../codec/record.ts';
import { conv1dLayer, conv1dTransposeLayer, separableConv1dLayer } from './convolution.ts';
import { nameField } from './layer-fields.ts';
import {
  addLayer,
  averageLayer,
  concatenateLayer,
  maximumLayer,
  minimumLayer,
  multiplyLayer,
  subtractLayer,
} from './merging.ts';
import { reference } from './names.ts';
import {
  batchNormalizationLayer,
  embeddingLayer,
  gaussianNoiseLayer,
  layerNormalizationLayer,
} from './normalization.ts';
import {
  bidirectionalLayer,
  gruLayer,
  isRecurrentType,
  lstmLayer,
  maskingLayer,
  rnnLayer,
  simpleRnnLayer,
} from './recurrent.ts';
import {
  activationLayer,
  denseLayer,
  dropoutLayer,
  flattenLayer,
  gatedActivationLayer,
} from './pointwise.ts';
import {
  averagePooling1dLayer,
  globalAveragePooling1dLayer,
  globalMaxPooling1dLayer,
  maxPooling1dLayer,
  upSampling1dLayer,
} from './pooling.ts';
import {
  cropping1dLayer,
  permuteLayer,
  repeatVectorLayer,
  reshapeLayer,
  zeroPadding1dLayer,
} from './shaping.ts';
import { timeDistributedLayer } from './time-distributed.ts';

/** Codec of `input`. */
export const inputLayer = tagged('input', 'What is fed to the model.', {
  name: nameField,
  inputs: optional(array('references', reference, { max: 0 }), 'An input layer reads no layer.'),
  shape: required(
    array('sizes, null for one that is known only when fed', orNull(positiveInteger)),
    'Shape without the batch, as in [null, 5]: any length of time, 5 features.',
  ),
  dtype: defaulted(literals(['float32', 'int32']), 'float32', 'Element type.'),
  ragged: defaulted(
    boolean,
    false,
    'Whether sequences of different lengths are fed: layers, losses and metrics pass over what pads them.',
  ),
});

/** Codec of any layer. */
export const layer = union('a layer', 'layer', [
  inputLayer,
  denseLayer,
  activationLayer,
  gatedActivationLayer,
  dropoutLayer,
  flattenLayer,
  simpleRnnLayer,
  lstmLayer,
  gruLayer,
  rnnLayer,
  bidirectionalLayer,
  maskingLayer,
  conv1dLayer,
  separableConv1dLayer,
  conv1dTransposeLayer,
  maxPooling1dLayer,
  averagePooling1dLayer,
  globalMaxPooling1dLayer,
  globalAveragePooling1dLayer,
  upSampling1dLayer,
  embeddingLayer,
  layerNormalizationLayer,
  batchNormalizationLayer,
  gaussianNoiseLayer,
  addLayer,
  subtractLayer,
  multiplyLayer,
  averageLayer,
  maximumLayer,
  minimumLayer,
  concatenateLayer,
  repeatVectorLayer,
  reshapeLayer,
  permuteLayer,
  cropping1dLayer,
  zeroPadding1dLayer,
  timeDistributedLayer,
]);

/** A layer of a document. */
export type LayerDocument = t.OutputOf<typeof layer>;

/** A layer that has its name and knows what it reads. */
type Wired<L> = L extends unknown
  ? {
      readonly [K in keyof L as K extends 'name' | 'inputs' ? never : K]: L[K];
    } & LayerBase
  : never;

/** What every normalised layer has. */
export interface LayerBase {
  /** Unique in the model. */
  readonly name: string;
  /** References: `<layer>`, `<layer>:h` or `<layer>:c`. Empty for an input layer. */
  readonly inputs: string[];
}

/** A normalised layer: defaults filled, named, wired. Told apart by `type`. */
export type LayerSpec = Wired<t.TypeOf<typeof layer>>;

/** The values of a layer's `type`. */
export type LayerType = LayerSpec['type'];

/** What is fed: `shape` without the batch, `dtype`. */
export type InputLayer = Extract<LayerSpec, { type: 'input' }>;
/** `activation(x · kernel + bias)` over the last axis. */
export type DenseLayer = Extract<LayerSpec, { type: 'dense' }>;
/** An activation by itself. */
export type ActivationLayer = Extract<LayerSpec, { type: 'activation' }>;
/** Inverted dropout. */
export type DropoutLayer = Extract<LayerSpec, { type: 'dropout' }>;
/** All axes but the batch become one. */
export type FlattenLayer = Extract<LayerSpec, { type: 'flatten' }>;
/** The plain recurrent layer. */
export type SimpleRnnLayer = Extract<LayerSpec, { type: 'simpleRnn' }>;
/** Long short-term memory. */
export type LstmLayer = Extract<LayerSpec, { type: 'lstm' }>;
/** Gated recurrent unit. */
export type GruLayer = Extract<LayerSpec, { type: 'gru' }>;
/** A recurrent layer whose cell is written in the document. */
export type RnnLayer = Extract<LayerSpec, { type: 'rnn' }>;
/** Two recurrent layers, one of them backwards. */
export type BidirectionalLayer = Extract<LayerSpec, { type: 'bidirectional' }>;
/** A recurrent layer of one direction. */
export type DirectedLayer = SimpleRnnLayer | LstmLayer | GruLayer | RnnLayer;
/** Any layer with a recurrent state. */
export type RecurrentLayer = DirectedLayer | BidirectionalLayer;

/** The layer that a `timeDistributed` one has for each step, with its name and inputs. */
export function stepLayerOf(spec: Extract<LayerSpec, { type: 'timeDistributed' }>): LayerSpec {
  return { ...spec.layer, name: spec.name, inputs: spec.inputs };
}

/** Whether a layer has a recurrent state. */
export function isRecurrent(spec: LayerSpec): spec is RecurrentLayer {
  return isRecurrentType(spec.type);
}

/**
 * The layers of a bidirectional layer by themselves, as their parameters and states are named:
 * `<name>/forward` and `<name>/backward`.
 */
export function directionsOf(spec: BidirectionalLayer): {
  readonly forward: DirectedLayer;
  readonly backward: DirectedLayer;
} {
  const { layer: forward, backwardLayer } = spec;
  const backward = backwardLayer ?? { ...forward, goBackwards: !forward.goBackwards };
  return {
    forward: { ...forward, name: `${spec.name}/forward`, inputs: [] },
    backward: { ...backward, name: `${spec.name}/backward`, inputs: [] },
  };
}

/**
 * What the outputs of a recurrent layer are called after its name: nothing, or of a bidirectional
 * one that does not merge them `:forward` and `:backward`.
 */
export function outputNames(spec: RecurrentLayer): readonly string[] {
  return spec.type === 'bidirectional' && spec.mergeMode === null ? unmergedNames : [''];
}

/** Of a bidirectional layer whose outputs stay two. */
export const unmergedNames = [':forward', ':backward'] as const;

/** A state of a recurrent layer. */
export interface RecurrentState {
  /** As in references `<layer>:h`; of a bidirectional layer `forward.h`, `backward.h`. */
  readonly name: string;
  /** Its last dimension; undefined where it is that of the input. */
  readonly size: number | undefined;
}

/**
 * The states of a recurrent layer, in the order of initial states and returned ones: the hidden
 * state h and, of an lstm, the cell state c; those of an `rnn` as its cell lists them; of a
 * bidirectional layer first those of the forward layer.
 */
export function statesOf(spec: RecurrentLayer): readonly RecurrentState[] {
  switch (spec.type) {
    case 'bidirectional':
      return Object.entries(directionsOf(spec)).flatMap(([direction, layer]) =>
        statesOf(layer).map(({ name, size }) => ({ name: `${direction}.${name}`, size })),
      );
    case 'rnn':
      return Object.entries(spec.cell.states).map(([name, size]) => ({
        name,
        size: size === 'units' ? spec.units : size === 'features' ? undefined : size,
      }));
    default:
      return stateNames[spec.type].map((name) => ({ name, size: spec.units }));
  }
}

/** What a recurrent layer returns and keeps: of a bidirectional layer, what its layers do. */
export function recurrentOptions(
  spec: RecurrentLayer,
): Pick<DirectedLayer, 'returnSequences' | 'returnState' | 'stateful'> {
  return spec.type === 'bidirectional' ? spec.layer : spec;
}

/** States of the layers with a cell of their own. References name them `<layer>:h`, `<layer>:c`. */
export const stateNames = {
  simpleRnn: ['h'],
  lstm: ['h', 'c'],
  gru: ['h'],
} as const satisfies Record<Exclude<DirectedLayer['type'], 'rnn'>, readonly string[]>;
