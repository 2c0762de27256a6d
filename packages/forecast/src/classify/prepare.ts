/** From a document of a classification to sequences with labels. */
import {
  DataError,
  fitMinMaxScaler,
  fitStandardScaler,
  fixedScaler,
  spacingOf,
  type Scaler,
  type Series,
} from '@chronograd/data';
import {
  asClassification,
  parseExperiment,
  type ClassifyExperiment,
} from '../experiment/experiment.ts';
import type { Fitted } from '../run/fitted.ts';
import { partOf, readParts, type Sequence, type SequenceParts } from '../sequences/read.ts';
import { designClassification, type ClassifyDesign } from './design.ts';

/** A classification with its data. */
export interface PreparedClassification {
  readonly spec: ClassifyExperiment;
  readonly design: ClassifyDesign;
  readonly parts: SequenceParts;
  /** Of the number columns; fitted on the training part alone. */
  readonly scaler: Scaler;
  /** How many sequences of the training part are of each category, `[categories]`. */
  readonly counts: Float64Array;
}

/**
 * Checks an experiment whose task is a classification and reads its sequences.
 *
 * @param document what JSON.parse gives
 * @param folder from which relative paths go
 * @param fitted what a training knows of its data; taken from the training part if left out
 * @throws SpecError for the document, DataError for the data
 */
export async function prepareClassification(
  document: unknown,
  folder: string,
  fitted?: Fitted,
): Promise<PreparedClassification> {
  const spec = asClassification(parseExperiment(document));
  const design = designClassification(spec);
  const { replaced = false, scalers, counts } = fitted ?? {};
  const parts = await readParts(spec.data, folder, { replaced, optional: [spec.task.label] });
  for (const sequence of new Set(Object.values(parts).flat())) {
    checkValues(design, sequence);
    labelOf({ spec, design }, sequence);
  }
  return {
    spec,
    design,
    parts,
    scaler: scalers?.get('') ?? fitScaler(spec, design, partOf(parts, 'train')),
    counts: counts ?? countLabels({ spec, design }, partOf(parts, 'train')),
  };
}

function checkValues({ features }: ClassifyDesign, { columns, file, lines }: Sequence): void {
  for (const { column } of features) {
    const row = columns[column]?.findIndex(Number.isNaN) ?? -1;
    if (row < 0) continue;
    throw new DataError({
      code: 'missing-values',
      file,
      ...(lines[row] !== undefined && { line: lines[row] }),
      column,
      expected: 'a value in every row',
      found: 'none',
      advice: 'Leave the row out: sequences may be of any length',
    });
  }
}

/**
 * The category of a sequence; undefined where its file does not say.
 *
 * @throws DataError for rows that differ
 */
export function labelOf(
  { spec, design }: Pick<PreparedClassification, 'spec' | 'design'>,
  { columns, file, lines, id }: Sequence,
): number | undefined {
  const values = columns[spec.task.label] ?? new Float64Array();
  const [label = NaN] = values;
  const other = values.findIndex((value) => !Object.is(value, label));
  if (other < 0) return Number.isNaN(label) ? undefined : label;
  const name = (value: number): string => design.categories[value] ?? 'none';
  throw new DataError({
    code: 'bad-value',
    file,
    ...(lines[other] !== undefined && { line: lines[other] }),
    column: spec.task.label,
    expected: `"${name(label)}", as in the first row of the sequence "${id}"`,
    found: `"${name(values[other] ?? NaN)}"`,
  });
}

/**
 * The category of a sequence that must have one.
 *
 * @throws DataError where it has none
 */
export function knownLabel(
  prepared: Pick<PreparedClassification, 'spec' | 'design'>,
  sequence: Sequence,
): number {
  const label = labelOf(prepared, sequence);
  if (label !== undefined) return label;
  throw new DataError({
    code: 'missing-values',
    file: sequence.file,
    column: prepared.spec.task.label,
    expected: `the category of the sequence "${sequence.id}"`,
    found: 'none',
  });
}

function countLabels(
  prepared: Pick<PreparedClassification, 'spec' | 'design'>,
  sequences: readonly Sequence[],
): Float64Array {
  const counts = new Float64Array(prepared.design.categories.length);
  for (const sequence of sequences) {
    const label = knownLabel(prepared, sequence);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

function fitScaler(
  { task }: ClassifyExperiment,
  { features }: ClassifyDesign,
  sequences: readonly Sequence[],
): Scaler {
  const columns = features.flatMap(({ column, category }) =>
    category === undefined ? [column] : [],
  );
  const { scaling } = task;
  if (scaling.type === 'none') return fixedScaler(columns, 1);
  if (scaling.type === 'divide') return fixedScaler(columns, scaling.by);
  const all = endToEnd(sequences, columns);
  const options = { columns, rows: { from: 0, to: all.length } };
  return scaling.type === 'standard'
    ? fitStandardScaler(all, options)
    : fitMinMaxScaler(all, options);
}

/** All rows as one series, whose times mean nothing. */
function endToEnd(sequences: readonly Sequence[], names: readonly string[]): Series {
  const length = sequences.reduce((sum, each) => sum + each.length, 0);
  const columns = names.map((name) => {
    const values = new Float64Array(length);
    let start = 0;
    for (const sequence of sequences) {
      values.set(sequence.columns[name] ?? [], start);
      start += sequence.length;
    }
    return [name, values] as const;
  });
  const step = spacingOf('second');
  const time = Float64Array.from({ length }, (_, i) => i * 1000);
  return { length, time, step, columns: Object.fromEntries(columns) };
}
