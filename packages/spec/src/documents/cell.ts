/** Codec of a recurrent cell that is written in the document, as equations on named tensors. */
import { array } from '../codec/compounds.ts';
import { leaf } from '../codec/described.ts';
import { dictionary } from '../codec/dictionary.ts';
import { positiveInteger, text } from '../codec/leaves.ts';
import { record, required, defaulted } from '../codec/record.ts';
import { initializer } from './initializers.ts';

/** Name of a tensor of a cell. */
const tensorName = text(
  'a name of letters, digits and _, not a digit first',
  /^[A-Za-z_][A-Za-z0-9_]*$/,
);

const symbols = ['units', 'features'] as const;

/** A size, or what stands for the layer's units or for the features of its input. */
const size = leaf(
  "a positive integer, 'units' or 'features'",
  { anyOf: [positiveInteger.schema, { type: 'string', enum: symbols }] },
  (value): value is number | (typeof symbols)[number] =>
    positiveInteger.is(value) || symbols.some((symbol) => symbol === value),
);

const parameter = record('a parameter', 'A learned tensor of the cell.', {
  shape: required(
    array('sizes', size, { min: 1, max: 2 }),
    "A vector, ['units'], or a matrix, ['features', 'units'].",
  ),
  initializer: defaulted(initializer, 'glorotUniform', 'First values.'),
});

/** Codec of cells. */
export const cell = record(
  'a cell',
  'What one step does: new states of the input x, of the old states and of parameters.',
  {
    states: required(
      dictionary('sizes of the states by name (an object)', tensorName, size, {
        min: 1,
        not: ['x'],
      }),
      'The states with their sizes, zero before the first step.',
    ),
    parameters: defaulted(
      dictionary('parameters by name (an object)', tensorName, parameter, { not: ['x'] }),
      {},
      'What is learned, by name.',
    ),
    equations: required(
      dictionary('equations by name (an object)', tensorName, text('an equation', /\S/), {
        min: 1,
        not: ['x'],
      }),
      'What each name stands for, in this order: sums, products, matrix products @ and functions of x, states, parameters and what stands before. The name of a state is its old value, and from its own equation on its new one.',
    ),
    output: required(tensorName, 'Which state or equation is the output of a step.'),
  },
);
