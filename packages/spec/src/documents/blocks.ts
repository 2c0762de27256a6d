/** Codecs of blocks: what stands for several layers in a row, and is written out as such. */
import type { TypeOf } from 'io-ts';
import { array, joined, orShort, union } from '../codec/compounds.ts';
import { dictionary } from '../codec/dictionary.ts';
import { leaf } from '../codec/described.ts';
import { integer, positiveInteger, text } from '../codec/leaves.ts';
import { defaulted, optional, required, tagged, type PlacedFault } from '../codec/record.ts';
import { layer } from './layers.ts';
import { base } from './layer-fields.ts';
import { reference } from './names.ts';

/** Codec of `residual`. */
const residualBlock = tagged(
  'residual',
  'Some layers in a row, to whose output what they read is added (He et al. 2015).',
  {
    ...base,
    layers: required(
      array('layers', layer, { min: 1 }),
      'The layers. In a row they feed each other; the first reads what the block reads.',
    ),
    shortcut: optional(
      array('layers', layer, { min: 1 }),
      'Layers on the way past the others, e.g. a conv1d of one tap where the width changes.',
    ),
  },
);

const word = /^\w*$/;

const scalar = leaf(
  'a number, a word, true or false',
  { anyOf: [{ type: 'number' }, { type: 'string', pattern: word.source }, { type: 'boolean' }] },
  (value): value is number | string | boolean =>
    (typeof value === 'number' && Number.isFinite(value)) ||
    (typeof value === 'string' && word.test(value)) ||
    typeof value === 'boolean',
);

/** Codec of `repeat`. */
const repeatBlock = tagged(
  'repeat',
  'Some layers several times in a row, each time with weights of their own.',
  {
    ...base,
    times: required(positiveInteger, 'How often.'),
    layers: required(
      array('layers', joined('a layer', layer, union('a block', 'inner', [residualBlock])), {
        min: 1,
      }),
      'The layers, residual blocks among them. In a row they feed each other.',
    ),
    vary: optional(
      dictionary(
        'values by key (an object)',
        text('a key of a layer', /^[a-zA-Z]\w*$/),
        array('values', scalar, { min: 1 }),
      ),
      'Keys that differ: { "dilationRate": [1, 2, 4] } gives each time its own, of all layers that have the key.',
    ),
  },
  { check: ({ times, layers, vary = {} }) => varyFaults(times, layers, vary) },
);

type Inner = TypeOf<typeof layer> | TypeOf<typeof residualBlock>;

function varyFaults(
  times: number,
  layers: readonly Inner[],
  vary: Readonly<Record<string, readonly unknown[]>>,
): PlacedFault[] {
  const all = layers.flatMap((each) => (each.type === 'residual' ? each.layers : [each]));
  return Object.entries(vary).flatMap(([key, values]): PlacedFault[] => {
    if (values.length !== times)
      return [{ at: ['vary', key], expected: `${times} values, one for each time` }];
    const having = all.filter((each) => Object.hasOwn(each, key));
    if (having.length === 0)
      return [{ at: ['vary', key], expected: 'a key that one of the layers has' }];
    return values.flatMap((value, time) => {
      const other = having.find((each) => !layer.is({ ...each, [key]: value }));
      return other
        ? [{ at: ['vary', key, time], expected: `a value for ${key} of ${other.type}` }]
        : [];
    });
  });
}

/** A positive integer of which so many may stand beside each other in one axis. */
const shareOf = (times: number) => {
  const max = Math.floor((2 ** 31 - 1) / times);
  return integer(`a positive integer (at most ${max})`, { min: 1, max });
};

const units = defaulted(shareOf(2), 1, 'Numbers of each step that are modelled.');

const head = orShort(
  union('a head', 'head', [
    tagged('linear', 'A number for each unit.', { units }),
    tagged('softmax', 'Logits of so many classes: of values by mu-law companding.', {
      classes: defaulted(positiveInteger, 256, 'Number of classes.'),
    }),
    tagged('gaussian', 'Mean and logarithm of the standard deviation of each unit.', { units }),
    tagged('logistics', 'A mixture of logistic distributions: weights, means, scales.', {
      mixtures: defaulted(shareOf(3), 5, 'Distributions in the mixture.'),
    }),
  ]),
);

/** Codec of `wavenet`. */
export const wavenetBlock = tagged(
  'wavenet',
  'Stacks of gated, dilated causal convolutions with residual and skip connections (van den Oord et al. 2016).',
  {
    ...base,
    filters: defaulted(shareOf(2), 32, 'Residual channels.'),
    skipFilters: optional(positiveInteger, 'Skip channels. Without it, the residual channels.'),
    kernelSize: defaulted(positiveInteger, 2, 'Taps of each convolution.'),
    layersPerStack: defaulted(
      integer('a positive integer (at most 31, whose dilation is 2 ** 30)', { min: 1, max: 31 }),
      10,
      'Layers of a stack: dilations 1, 2, 4, …',
    ),
    stacks: defaulted(
      integer('a positive integer (at most 100)', { min: 1, max: 100 }),
      1,
      'How often the dilations are gone through.',
    ),
    local: optional(reference, 'Conditioning of each step: a sequence as long as what is read.'),
    global: optional(reference, 'Conditioning of all steps: a vector.'),
    head: defaulted(head, 'linear', 'What is said of each next step.'),
  },
);

/** Codec of a layer or a block. */
export const layerOrBlock = joined(
  'a layer',
  layer,
  union('a block', 'block', [residualBlock, repeatBlock, wavenetBlock]),
);
