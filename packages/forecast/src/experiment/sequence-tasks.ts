/** Tasks on sequences: to go on with them, and to tell what they are. */
import {
  array,
  defaulted,
  integer,
  optional,
  positiveInteger,
  required,
  tagged,
  union,
} from '@chronograd/spec/codec';
import { columnName } from './data-document.ts';
import { scaling } from './scaling-document.ts';

const wholeNumber = integer('a whole number', {});

const vocabulary = union('a vocabulary', 'vocabulary', [
  tagged(
    'range',
    'Whole numbers from one to another, in their order.',
    {
      from: required(wholeNumber, 'The least.'),
      to: required(wholeNumber, 'The greatest.'),
      rest: optional(
        wholeNumber,
        'A number beside them, such as 0 for silence: class 0, before the others.',
      ),
    },
    {
      check: ({ from, to, rest }) => {
        if (to < from) return [{ at: ['to'], expected: `a number of at least "from", ${from}` }];
        if (rest === undefined || rest < from || rest > to) return [];
        return [{ at: ['rest'], expected: `a number that is not from ${from} to ${to}` }];
      },
    },
  ),
  tagged('values', 'Any whole numbers.', {
    values: required(
      array('whole numbers', wholeNumber, { min: 2, unique: (value) => String(value) }),
      'The numbers, the first of which is class 0.',
    ),
  }),
]);

const names = (min: number) =>
  array('names of columns', columnName, { min, unique: (item) => item });

/** Codec of a generation. */
export const generate = tagged(
  'generate',
  'Learns to go on with sequences of classes, and makes new ones.',
  {
    columns: required(
      names(1),
      'Columns of whole numbers. Those of a row are read one after the other, as in an arpeggio.',
    ),
    vocabulary: required(vocabulary, 'Which numbers there are.'),
    window: required(positiveInteger, 'Rows that the model sees at once in training.'),
    shift: defaulted(positiveInteger, 1, 'Rows from one window to the next.'),
  },
);

/** Codec of a classification. */
export const classify = tagged('classify', 'Tells which category a whole sequence is of.', {
  label: required(columnName, 'A category column, the same in all rows of a sequence.'),
  inputs: optional(names(1), 'Columns that the model sees. Without it, all but the label.'),
  scaling: defaulted(scaling, 'standard', 'How number columns are scaled.'),
});
