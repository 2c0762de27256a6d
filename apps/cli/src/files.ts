/** Documents and folders that commands read and write. */
import { DataError } from '@chronograd/data';
import { parseExperiment, type ExperimentSpec } from '@chronograd/forecast';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** An experiment's document and where it stands. */
export interface ExperimentFile {
  readonly path: string;
  /** From which its paths go. */
  readonly folder: string;
  /** As JSON.parse gave it. */
  readonly document: unknown;
  readonly spec: ExperimentSpec;
}

/**
 * Reads an experiment.
 *
 * @throws DataError for a file that cannot be read or is no JSON, SpecError for its contents
 */
export async function readExperiment(file: string): Promise<ExperimentFile> {
  const path = resolve(file);
  const document = await readJson(path);
  return { path, folder: dirname(path), document, spec: parseExperiment(document) };
}

async function readJson(path: string): Promise<unknown> {
  const refuse = (expected: string, cause: unknown): never => {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new DataError({ code: 'unreadable', file: path, expected, found }, { cause });
  };
  let text = '';
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return refuse('a file that can be read', error);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return refuse('JSON', error);
  }
}
