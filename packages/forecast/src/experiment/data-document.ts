import { calendarParts, stepUnits } from '@chronograd/data';
import {
  array,
  defaulted,
  dictionary,
  documentOnly,
  integer,
  literals,
  nameOr,
  number,
  optional,
  positiveInteger,
  record,
  required,
  tagged,
  text,
  union,
  type RecordValue,
} from '@chronograd/spec/codec';
import type { TypeOf } from 'io-ts';

/** Name of a column: any text with something in it. */
export const columnName = text('the name of a column', /\S/);

/** Path of a file or folder. */
export const path = text('the path of a file', /\S/);

const date = text(
  'a date such as 2014-07-01, or a time such as 2014-07-01T12:00:00Z',
  /^\d{4}-\d{2}-\d{2}(T\S+)?$/,
);

const filePath = required(path, 'Path, from the folder of the document.');

const csv = tagged('csv', 'A CSV file with a header.', {
  path: filePath,
  delimiter: defaulted(text('a character', /^.$/), ',', 'What stands between fields.'),
  missing: optional(
    array('texts', text('a text', /^/)),
    'Texts that stand for a missing value, besides the empty one. Without it NA, NaN and null.',
  ),
});

/** Codec of where sequences are. */
export const source = union('a source', 'source', [csv]);

const seriesSource = union('a source of series', 'seriesSource', [
  csv,
  tagged('parquet', 'A Parquet file, of any of its compressions.', { path: filePath }),
  tagged('arrow', 'An Arrow IPC file (Feather), not compressed.', { path: filePath }),
]);

const step = nameOr(
  literals(stepUnits),
  record('a step', 'Some of a unit of time, as every 15 minutes.', {
    every: required(positiveInteger, 'How many.'),
    unit: required(literals(stepUnits), 'Of what.'),
  }),
);

const time = record('the times', 'Which column holds the times, and how they are spaced.', {
  column: required(columnName, 'Name of the column in the file.'),
  format: defaulted(
    text('a pattern such as YYYY-MM-DD', /Y/),
    'YYYY-MM-DD',
    'How times are written: YYYY, MM, DD, HH, mm, ss, SSS (milliseconds), Z (how far clocks are ahead of UTC) and what stands between them.',
  ),
  step: defaulted(step, 'day', 'Time from one row to the next.'),
  zone: optional(
    text(
      'the IANA name of a time zone such as Europe/Berlin',
      /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/,
    ),
    'Time zone whose clocks and calendar times and days are told by. Without it UTC.',
  ),
  unsorted: defaulted(
    literals(['refuse', 'sort']),
    'refuse',
    'What becomes of rows that are not in the order of time.',
  ),
  duplicates: defaulted(
    literals(['refuse', 'dropIdentical', 'keepFirst', 'keepLast']),
    'refuse',
    'What becomes of a time that stands twice.',
  ),
  gaps: defaulted(
    literals(['refuse', 'fill']),
    'refuse',
    'Times without a row: refuse them, or take their values for missing.',
  ),
});

/** Codec of how a column is read. */
export const columnDocument = union('a column', 'column', [
  tagged('number', 'A column of numbers.', {
    from: optional(columnName, 'Name in the file, where it is another.'),
    min: optional(number(), 'Least value that can be.'),
    max: optional(number(), 'Greatest value that can be.'),
  }),
  tagged('category', 'A column of a few texts.', {
    from: optional(columnName, 'Name in the file, where it is another.'),
    categories: required(
      array('texts', columnName, { min: 2, unique: (item) => item }),
      'All texts that occur.',
    ),
  }),
]);

const derived = union('a derived column', 'derived', [
  tagged('oneHot', 'A column of zeros and ones for each category: `<column>=<category>`.', {
    column: required(columnName, 'A category column.'),
  }),
  tagged('calendar', 'Where in the day, week, month or year a row lies, as sine and cosine.', {
    of: required(literals(calendarParts), 'Adds `<of>Sin` and `<of>Cos`; they are known ahead.'),
  }),
  tagged('lag', 'The value of some rows before, as `<column>-<steps>`.', {
    column: required(columnName, 'The column.'),
    steps: required(positiveInteger, 'How many rows before.'),
  }),
]);

const part = record('a part', 'Rows from one date to another, both included.', {
  from: optional(date, 'First time. Without it, the beginning, or where the part before ends.'),
  to: optional(date, 'Last time. Without it, the end, or where the next part begins.'),
});

const split = record('a split', 'Which rows are for what, in the order of time.', {
  train: required(part, 'Rows to learn from; scalers are fitted on them alone.'),
  validation: optional(part, 'Rows to choose by: early stopping, comparisons.'),
  calibration: optional(part, 'Rows on which intervals are calibrated.'),
  test: optional(part, 'Rows to judge by, once.'),
});

/** Codec of an experiment's data: where they are, what they hold, which rows are for what. */
export const dataCodec = record('the data', 'Where the series are and what they hold.', {
  type: documentOnly(literals(['series']), 'Series in time: what data without a type are.'),
  source: required(seriesSource, 'The file.'),
  time: required(time, 'The times.'),
  series: optional(
    columnName,
    'Column that tells series of one file apart; one model learns from all of them.',
  ),
  columns: required(
    dictionary('columns by name (an object)', columnName, columnDocument, { min: 1 }),
    'The columns that are read, by the names that they have from here on.',
  ),
  derived: defaulted(array('derived columns', derived), [], 'Columns that are computed.'),
  interpolate: optional(
    integer('a number of rows', { min: 1 }),
    'Fill runs of up to so many missing values on a straight line. Without it they stay missing.',
  ),
  split: required(split, 'Training, validation and test.'),
});

/** An experiment's data, with defaults filled. */
export type DataSpec = TypeOf<typeof dataCodec>;
/** How a column is read. */
export type ColumnSpec = TypeOf<typeof columnDocument>;
/** A column that is computed. */
export type DerivedSpec = TypeOf<typeof derived>;
/** Names of the parts of a {@link DataSpec}'s split. */
export type PartName = keyof RecordValue<typeof split.fields>;
