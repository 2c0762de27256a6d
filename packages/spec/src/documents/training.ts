import type * as t from 'io-ts';
import { array } from '../codec/compounds.ts';
import { read } from '../codec/described.ts';
import { literal } from '../codec/leaves.ts';
import { defaulted, documentOnly, record, required } from '../codec/record.ts';
import { SpecError } from '../issues.ts';
import { lossOrLosses } from './loss-table.ts';
import { metric, metricName } from './metrics.ts';
import { schemaAddress } from './names.ts';
import { optimizer } from './optimizers.ts';
import { formatVersion, migrate, trainingHistory, type FormatHistory } from './version.ts';

/** Codec of the training document. */
export const trainingCodec = record(
  'a training document',
  'How a model of chronograd is trained.',
  {
    $schema: documentOnly(schemaAddress, 'Address of this schema, for editors.'),
    formatVersion: defaulted(literal(formatVersion), formatVersion, 'Format of the document.'),
    loss: required(lossOrLosses, 'The loss of every output, or an object of losses by output.'),
    optimizer: defaulted(optimizer, 'adam', 'The optimizer.'),
    metrics: defaulted(
      array('metrics', metric, { unique: metricName }),
      [],
      'What is measured beside the loss.',
    ),
  },
);

/** A training as a document may have it. */
export type TrainingDocument = t.OutputOf<typeof trainingCodec>;

/** A training with defaults filled and short forms written out. */
export type TrainingSpec = t.TypeOf<typeof trainingCodec>;

const subject = 'The training document';

/**
 * Checks a training document and fills in what it leaves out.
 *
 * @param document what JSON.parse gives, or a {@link TrainingSpec}, which comes out equal
 * @throws {@link SpecError} with everything that is wrong
 */
export function parseTraining(document: unknown): TrainingSpec {
  return parseTrainingWith(document, trainingHistory);
}

/** {@link parseTraining} with a history of formats of one's own. */
export function parseTrainingWith(document: unknown, history: FormatHistory): TrainingSpec {
  const reading = read(trainingCodec, migrate(subject, document, history));
  if (!reading.ok) throw new SpecError(subject, reading.issues);
  return reading.value;
}
