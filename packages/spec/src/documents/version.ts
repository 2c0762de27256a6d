import { isObject } from '../codec/record.ts';
import { describeValue, SpecError } from '../issues.ts';

/** The format of documents that this version writes. */
export const formatVersion = 1;

/** Makes a document of the next format out of one of its own. */
export type Migration = (document: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Migrations by the format that they start from: `1` leads to 2. */
export type Migrations = Readonly<Record<number, Migration>>;

/** Which format to reach, and the way there. */
export interface FormatHistory {
  readonly current: number;
  readonly migrations: Migrations;
}

/** The history of the model document. */
export const modelHistory: FormatHistory = { current: formatVersion, migrations: {} };

/** The history of the training document. */
export const trainingHistory: FormatHistory = { current: formatVersion, migrations: {} };

/**
 * Brings a document of an older format to the current one. A document without `formatVersion` is
 * of format 1. What is no document, or has no sensible version, is returned as it is, for the
 * codec to refuse.
 *
 * @param subject what it is, as in `The model document`
 * @throws {@link SpecError} for a format that is newer than this package
 */
export function migrate(subject: string, document: unknown, history: FormatHistory): unknown {
  if (!isObject(document)) return document;
  const written = document.formatVersion ?? 1;
  if (typeof written !== 'number' || !Number.isInteger(written) || written < 1) return document;
  if (written > history.current) {
    throw new SpecError(subject, [
      {
        path: '$.formatVersion',
        expected: `a format version up to ${history.current}`,
        found: describeValue(written),
        suggestion: 'the document was written by a newer chronograd: upgrade to read it',
      },
    ]);
  }
  let migrated = document;
  for (let version = written; version < history.current; version += 1) {
    const step = history.migrations[version];
    if (step === undefined) {
      throw new RangeError(`No migration from format ${version} to ${version + 1}`);
    }
    migrated = { ...step(migrated), formatVersion: version + 1 };
  }
  return migrated;
}
