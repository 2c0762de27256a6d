/** The data of tasks that learn from sequences of any length: files without times. */
import {
  defaulted,
  dictionary,
  integer,
  number,
  optional,
  required,
  tagged,
  union,
  type PlacedFault,
} from '@chronograd/spec/codec';
import type { TypeOf } from 'io-ts';
import { columnDocument, columnName, path, source } from './data-document.ts';

const share = number('a share above 0, at most 1', { above: 0, max: 1 });

const split = union('a split', 'sequenceSplit', [
  tagged(
    'paths',
    'Each part has files of its own.',
    {
      train: required(path, 'To learn from: a file or a folder, from the path of the source.'),
      validation: optional(path, 'To choose by.'),
      test: optional(path, 'To judge by, once.'),
    },
    { check: ({ type: _, ...parts }) => twiceFaults(parts) },
  ),
  tagged(
    'shares',
    'Whole sequences are drawn for each part.',
    {
      train: required(share, 'Share of the sequences to learn from.'),
      validation: optional(share, 'Share to choose by.'),
      test: optional(share, 'Share to judge by, once.'),
      seed: defaulted(integer('a whole number from 0', { min: 0 }), 0, 'Seed of the draw.'),
    },
    {
      check: ({ train, validation = 0, test = 0 }) => {
        const sum = train + validation + test;
        // Shares such as 0.7, 0.2 and 0.1 add up to a little more than 1 in binary.
        if (sum <= 1 + 1e-9) return [];
        return [{ at: [], expected: 'shares of 1 together at most', found: `${sum}` }];
      },
    },
  ),
]);

/** What a part is judged by may not be what another learns from. */
function twiceFaults(parts: Readonly<Record<string, string>>): PlacedFault[] {
  const entries = Object.entries(parts);
  return entries.flatMap(([name, own], i) => {
    const other = entries.slice(0, i).find(([, each]) => each === own);
    if (other === undefined) return [];
    return [{ at: [name], expected: `another path than that of "${other[0]}"` }];
  });
}

/** Codec of data that are sequences, each of them whole in one part. */
export const sequencesCodec = tagged('sequences', 'Sequences of any length.', {
  source: required(
    source,
    'A CSV file, or a folder whose CSV files are taken, those of the split where it has paths.',
  ),
  sequence: optional(
    columnName,
    'Column that tells the sequences of one file apart. Without it, each file is one.',
  ),
  columns: required(
    dictionary('columns by name (an object)', columnName, columnDocument, { min: 1 }),
    'The columns that are read, by the names that they have from here on.',
  ),
  split: required(split, 'Which sequences are for what.'),
});

/** Data that are sequences, with defaults filled. */
export type SequencesSpec = TypeOf<typeof sequencesCodec>;
/** Names of the parts of a {@link SequencesSpec}'s split. */
export type SequencePart = 'train' | 'validation' | 'test';
