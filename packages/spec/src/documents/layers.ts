import type * as t from 'io-ts';
import { array, orNull, union } from '../codec/compounds.ts';
import { boolean, literals, positiveInteger, rate } from '../codec/leaves.ts';
import { defaulted, optional, required, tagged } from '../codec/record.ts';
import { activationName } from './activations.ts';
import { initializer } from './initializers.ts';
import { layerName, reference } from './names.ts';

const nameField = optional(
  layerName,
  'Name of the layer, unique in the model. Without one it is the type, then type_1, type_2, …',
);

const base = {
  name: nameField,
  inputs: optional(
    array('references', reference, { min: 1 }),
    'What the layer reads: names of layers that stand before it. Without it, the layer just before.',
  ),
};

const kernelFields = {
  units: required(positiveInteger, 'Number of units: the last dimension of the output.'),
  useBias: defaulted(boolean, true, 'Whether a bias is added.'),
  kernelInitializer: defaulted(initializer, 'glorotUniform', 'First values of the kernel.'),
  biasInitializer: defaulted(initializer, 'zeros', 'First values of the bias.'),
};

const recurrentFields = {
  ...kernelFields,
  activation: defaulted(activationName, 'tanh', 'Activation of the candidate or state.'),
  recurrentInitializer: defaulted(
    initializer,
    'orthogonal',
    'First values of the recurrent kernel.',
  ),
  dropout: defaulted(rate, 0, 'Share of the inputs dropped in training, one mask a sequence.'),
  recurrentDropout: defaulted(
    rate,
    0,
    'Share of the recurrent state dropped in training, one mask a sequence.',
  ),
  returnSequences: defaulted(
    boolean,
    false,
    'Whether the output is that of every step, [time, units], or of the last, [units].',
  ),
  returnState: defaulted(
    boolean,
    false,
    "Whether the last state can be read, as '<layer>:h' and, of an lstm, '<layer>:c'.",
  ),
  goBackwards: defaulted(
    boolean,
    false,
    'Whether time runs from the last step to the first; the output is in that order too.',
  ),
  stateful: defaulted(
    boolean,
    false,
    'Whether each batch starts with the state in which the last one ended.',
  ),
};

const gateField = defaulted(activationName, 'sigmoid', 'Activation of the gates.');

/** Codec of `input`. */
export const inputLayer = tagged('input', 'What is fed to the model.', {
  name: nameField,
  inputs: optional(array('references', reference, { max: 0 }), 'An input layer reads no layer.'),
  shape: required(
    array('sizes, null for one that is known only when fed', orNull(positiveInteger)),
    'Shape without the batch, as in [null, 5]: any length of time, 5 features.',
  ),
  dtype: defaulted(literals(['float32', 'int32']), 'float32', 'Element type.'),
});

/** Codec of `dense`. */
export const denseLayer = tagged(
  'dense',
  'activation(x · kernel + bias), over the last axis of an input of any rank.',
  {
    ...base,
    ...kernelFields,
    activation: defaulted(activationName, 'linear', 'Activation of the output.'),
  },
);

/** Codec of `activation`. */
export const activationLayer = tagged('activation', 'An activation function by itself.', {
  ...base,
  activation: required(activationName, 'The function.'),
});

/** Codec of `dropout`. */
export const dropoutLayer = tagged(
  'dropout',
  'In training, sets entries to 0 and divides the others by 1 - rate; else does nothing.',
  { ...base, rate: required(rate, 'Share of the entries set to 0.') },
);

/** Codec of `flatten`. */
export const flattenLayer = tagged('flatten', 'All axes but the batch become one.', { ...base });

/** Codec of `simpleRnn`. */
export const simpleRnnLayer = tagged(
  'simpleRnn',
  'h = activation(x · kernel + h · recurrentKernel + bias), step by step.',
  { ...base, ...recurrentFields },
);

/** Codec of `lstm`. */
export const lstmLayer = tagged(
  'lstm',
  'Long short-term memory (Hochreiter and Schmidhuber 1997), with the formulas of Keras 3.',
  {
    ...base,
    ...recurrentFields,
    recurrentActivation: gateField,
    unitForgetBias: defaulted(boolean, true, 'Whether the bias of the forget gate starts with 1.'),
  },
);

/** Codec of `gru`. */
export const gruLayer = tagged(
  'gru',
  'Gated recurrent unit (Cho et al. 2014), with the formulas of Keras 3.',
  {
    ...base,
    ...recurrentFields,
    recurrentActivation: gateField,
    resetAfter: defaulted(
      boolean,
      true,
      'Whether the reset gate acts after the recurrent product (as cuDNN does) or before it.',
    ),
  },
);

/** Codec of any layer. */
export const layer = union('a layer', 'layer', [
  inputLayer,
  denseLayer,
  activationLayer,
  dropoutLayer,
  flattenLayer,
  simpleRnnLayer,
  lstmLayer,
  gruLayer,
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
/** Any layer with a recurrent state. */
export type RecurrentLayer = SimpleRnnLayer | LstmLayer | GruLayer;

/** Whether a layer has a recurrent state. */
export function isRecurrent(spec: LayerSpec): spec is RecurrentLayer {
  return spec.type === 'simpleRnn' || spec.type === 'lstm' || spec.type === 'gru';
}

/**
 * States of the recurrent layers, in the order of initial states and returned ones: the hidden
 * state h and, of an lstm, the cell state c. References name them `<layer>:h` and `<layer>:c`.
 */
export const stateNames = {
  simpleRnn: ['h'],
  lstm: ['h', 'c'],
  gru: ['h'],
} as const satisfies Record<RecurrentLayer['type'], readonly string[]>;
