/** Documents and folders that commands read and write. */
import { DataError } from '@chronograd/data';
import { parseExperiment, type ExperimentSpec } from '@chronograd/forecast';
import { SpecError } from '@chronograd/spec';
import { readFile, stat } from 'node:fs/promises';
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
  const spec = await aboutFile(file, () => parseExperiment(document));
  return { path, folder: dirname(path), document, spec };
}

/**
 * Runs what looks at the experiment of a file; its faults are told with the name of the file.
 *
 * @throws SpecError
 */
export async function aboutFile<T>(file: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof SpecError ? new SpecError(file, error.issues) : error;
  }
}

/** What stands at a path. */
export async function whatIs(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    throw error;
  }
}

async function readJson(path: string): Promise<unknown> {
  const refuse = (expected: string, cause: unknown): never => {
    // A message of JSON.parse quotes the text, line breaks and all.
    const message = cause instanceof Error ? cause.message : String(cause);
    const found = message.replaceAll(/\s+/g, ' ');
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
