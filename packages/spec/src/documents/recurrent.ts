/**
 * Codecs of recurrent layers and of masks, with the options of Keras 3: each by itself, and without
 * name and inputs as what a `bidirectional` layer holds.
 */
import type * as t from 'io-ts';
import { flagOr, orNull, union } from '../codec/compounds.ts';
import {
  boolean,
  literals,
  number,
  positiveInteger,
  positiveNumber,
  rate,
} from '../codec/leaves.ts';
import {
  defaulted,
  optional,
  record,
  required,
  tagged,
  type PlacedFault,
} from '../codec/record.ts';
import { activationFunction } from './activations.ts';
import { cell } from './cell.ts';
import { initializer } from './initializers.ts';
import { activityFields, base, kernelFields, sharingFields } from './layer-fields.ts';
import { constraintOf, regularizerOf } from './regularizers.ts';

/** What every recurrent layer returns, keeps and reads. */
const sequenceFields = {
  returnSequences: defaulted(
    boolean,
    false,
    'Whether the output is that of every step, [time, units], or of the last, [units].',
  ),
  returnState: defaulted(
    boolean,
    false,
    "Whether the last states can be read, as '<layer>:h' and, of an lstm, '<layer>:c'.",
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
  dropout: defaulted(rate, 0, 'Share of the inputs dropped in training, one mask a sequence.'),
  ...activityFields,
};

const normalization = record(
  'layer normalisation',
  'Mean 0 and variance 1 over the units, then a scale gamma and a shift beta that are learned.',
  {
    epsilon: defaulted(positiveNumber, 0.001, 'Added to the variance.'),
    center: defaulted(boolean, true, 'Whether beta is added.'),
    scale: defaulted(boolean, true, 'Whether it is multiplied by gamma.'),
  },
);

const recurrentFields = {
  ...kernelFields,
  activation: defaulted(activationFunction, 'tanh', 'Activation of the candidate or state.'),
  recurrentInitializer: defaulted(
    initializer,
    'orthogonal',
    'First values of the recurrent kernel.',
  ),
  recurrentRegularizer: regularizerOf('the recurrent kernel'),
  recurrentConstraint: constraintOf('the recurrent kernel'),
  recurrentDropout: defaulted(
    rate,
    0,
    'Share of the recurrent state dropped in training, one mask a sequence.',
  ),
  layerNormalization: defaulted(
    flagOr(normalization),
    false,
    'Whether the cell normalises what it sums, each sample by itself (Ba et al. 2016).',
  ),
  ...sequenceFields,
};

const gateField = defaulted(activationFunction, 'sigmoid', 'Activation of the gates.');

const lstmFields = {
  ...recurrentFields,
  recurrentActivation: gateField,
  unitForgetBias: defaulted(boolean, true, 'Whether the bias of the forget gate starts with 1.'),
};

const gruFields = {
  ...recurrentFields,
  recurrentActivation: gateField,
  resetAfter: defaulted(
    boolean,
    true,
    'Whether the reset gate acts after the recurrent product (as cuDNN does) or before it.',
  ),
};

const rnnFields = {
  units: required(positiveInteger, "The size 'units' of the cell's tensors."),
  cell: required(cell, 'The cell.'),
  recurrentDropout: defaulted(
    rate,
    0,
    'Share of the old states dropped in training, one mask a sequence, wherever an equation multiplies them by a matrix (@).',
  ),
  ...sequenceFields,
};

const texts = {
  simpleRnn: 'h = activation(x · kernel + h · recurrentKernel + bias), step by step.',
  lstm: 'Long short-term memory (Hochreiter and Schmidhuber 1997), with the formulas of Keras 3.',
  gru: 'Gated recurrent unit (Cho et al. 2014), with the formulas of Keras 3.',
  rnn: 'A recurrent layer whose cell is written here, as equations on named tensors.',
} as const;

const whole = { ...base, ...sharingFields };

/** Codec of `simpleRnn`. */
export const simpleRnnLayer = tagged('simpleRnn', texts.simpleRnn, {
  ...whole,
  ...recurrentFields,
});

/** Codec of `lstm`. */
export const lstmLayer = tagged('lstm', texts.lstm, { ...whole, ...lstmFields });

/** Codec of `gru`. */
export const gruLayer = tagged('gru', texts.gru, { ...whole, ...gruFields });

/** Codec of `rnn`. */
export const rnnLayer = tagged('rnn', texts.rnn, { ...whole, ...rnnFields });

const directed = union('a recurrent layer', 'recurrentLayer', [
  tagged('simpleRnn', texts.simpleRnn, recurrentFields),
  tagged('lstm', texts.lstm, lstmFields),
  tagged('gru', texts.gru, gruFields),
  tagged('rnn', texts.rnn, rnnFields),
]);

type Directed = t.TypeOf<typeof directed>;

const one = 'one of the layers';

/** Codec of `bidirectional`. */
export const bidirectionalLayer = tagged(
  'bidirectional',
  'A recurrent layer and one like it that reads from the last step to the first (Schuster and Paliwal 1997); its outputs are put in the order of time.',
  {
    ...whole,
    layer: required(directed, 'The layer that reads forwards.'),
    backwardLayer: optional(
      directed,
      'The layer that reads backwards. Without it, the same with "goBackwards": true.',
    ),
    mergeMode: defaulted(
      orNull(literals(['concat', 'sum', 'mul', 'ave'])),
      'concat',
      "How the two outputs become one: beside each other, their sum, product or mean. With null they stay two, '<layer>:forward' and '<layer>:backward', both in the order of time.",
    ),
  },
  { check: directionFaults },
);

function directionFaults({
  layer,
  backwardLayer,
}: {
  readonly layer: Directed;
  readonly backwardLayer?: Directed;
}): PlacedFault[] {
  if (backwardLayer === undefined) {
    if (!layer.goBackwards) return [];
    return [
      { at: ['layer', 'goBackwards'], expected: `false: ${one} reads forwards`, found: 'true' },
    ];
  }
  const differs = (key: 'returnSequences' | 'returnState' | 'stateful'): PlacedFault[] =>
    layer[key] === backwardLayer[key]
      ? []
      : [
          {
            at: ['backwardLayer', key],
            expected: `${layer[key]}, as the forward layer has it`,
            found: String(backwardLayer[key]),
          },
        ];
  return [
    ...(layer.goBackwards === backwardLayer.goBackwards
      ? [
          {
            at: ['backwardLayer', 'goBackwards'],
            expected: `${!layer.goBackwards}: ${one} reads forwards and one backwards`,
            found: String(backwardLayer.goBackwards),
          },
        ]
      : []),
    ...differs('returnSequences'),
    ...differs('returnState'),
    ...differs('stateful'),
  ];
}

/** Codec of `masking`. */
export const maskingLayer = tagged(
  'masking',
  'Passes over the steps whose features are all maskValue: layers after it, losses and metrics leave them out.',
  { ...base, maskValue: defaulted(number(), 0, 'What marks a step that is none.') },
);

/** Whether a layer of this type has a recurrent state. */
export function isRecurrentType(type: string): boolean {
  return type === 'bidirectional' || directed.types.includes(type);
}
