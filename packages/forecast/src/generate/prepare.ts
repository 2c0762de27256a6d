/** From a document of a generation to sequences of classes. */
import { DataError } from '@chronograd/data';
import {
  asGeneration,
  parseExperiment,
  type GenerateExperiment,
} from '../experiment/experiment.ts';
import type { Fitted } from '../run/fitted.ts';
import { partOf, readParts, type Sequence, type SequenceParts } from '../sequences/read.ts';
import { designGeneration, type GenerateDesign } from './design.ts';
import { describeVocabulary } from './vocabulary.ts';

/** A generation with its data. */
export interface PreparedGeneration {
  readonly spec: GenerateExperiment;
  readonly design: GenerateDesign;
  readonly parts: SequenceParts;
  /** How often each class occurs in the training part, `[classes]`. */
  readonly counts: Float64Array;
}

/**
 * Checks an experiment whose task is a generation and reads its sequences.
 *
 * @param document what JSON.parse gives
 * @param folder from which relative paths go
 * @param fitted what a training knows of its data; taken from the training part if left out
 * @throws SpecError for the document, DataError for the data
 */
export async function prepareGeneration(
  document: unknown,
  folder: string,
  fitted?: Fitted,
): Promise<PreparedGeneration> {
  const spec = asGeneration(parseExperiment(document));
  const design = designGeneration(spec);
  const parts = await readParts(spec.data, folder, { replaced: fitted?.replaced ?? false });
  // A number without a class is told of before a training begins.
  for (const sequence of new Set(Object.values(parts).flat()))
    classesOf({ spec, design }, sequence);
  return { spec, design, parts, counts: fitted?.counts ?? countsOf({ spec, design, parts }) };
}

function countsOf(prepared: Omit<PreparedGeneration, 'counts'>): Float64Array {
  const counts = new Float64Array(prepared.design.vocabulary.size);
  for (const sequence of partOf(prepared.parts, 'train'))
    for (const index of classesOf(prepared, sequence)) counts[index] = (counts[index] ?? 0) + 1;
  return counts;
}

/**
 * A sequence as classes, those of a row one after the other: `[rows · columns]`.
 *
 * @throws DataError for a number that has no class, with file and line
 */
export function classesOf(
  { spec, design }: Pick<PreparedGeneration, 'spec' | 'design'>,
  { columns, length, lines, file }: Sequence,
): Int32Array {
  const own = design.columns.map((name) => columns[name] ?? new Float64Array());
  return Int32Array.from({ length: length * own.length }, (_, i) => {
    const row = Math.floor(i / own.length);
    const value = own[i % own.length]?.[row] ?? NaN;
    const found = design.vocabulary.classOf(value);
    if (found !== undefined) return found;
    throw new DataError({
      code: Number.isNaN(value) ? 'missing-values' : 'bad-value',
      file,
      ...(lines[row] !== undefined && { line: lines[row] }),
      column: design.columns[i % own.length] ?? '',
      expected: describeVocabulary(spec.task.vocabulary),
      found: Number.isNaN(value) ? 'no value' : String(value),
    });
  });
}
