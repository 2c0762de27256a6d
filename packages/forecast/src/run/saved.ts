/** A trained experiment in a folder: the model, and the experiment with its scalers. */
import type { Backend } from '@chronograd/backend';
import { DataError, scalerFromJson, type Scaler } from '@chronograd/data';
import { load, type Model } from 'chronograd';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { ExperimentSpec } from '../experiment/experiment.ts';
import { prepare, type Prepared } from './prepare.ts';

const documentName = 'experiment.json';

/** Name of the folder of the model within that of the experiment. */
const modelName = 'model';

interface SavedExperiment {
  readonly format: 'chronograd-experiment';
  readonly formatVersion: 1;
  /** The experiment; paths go from the folder of this document. */
  readonly experiment: ExperimentSpec;
  /** Scalers by id of their series. */
  readonly scalers: Readonly<Record<string, unknown>>;
}

/**
 * Saves a trained experiment to a folder, which is made where there is none. The model is replaced
 * as a whole, then the experiment: an interruption leaves a folder that loads or says what is
 * missing, never half of a file.
 *
 * @param folder where to
 * @param saving what is saved
 * @param saving.prepared the experiment
 * @param saving.model its trained model
 * @param saving.dataFolder from which the experiment's paths go: that of its document
 * @throws SaveError of chronograd for a folder that cannot be written
 */
export async function saveExperiment(
  folder: string,
  saving: { readonly prepared: Prepared; readonly model: Model; readonly dataFolder: string },
): Promise<void> {
  const { prepared, model, dataFolder } = saving;
  const { spec, panel, scalers } = prepared;
  const file = resolve(dataFolder, spec.data.source.path);
  const path = relative(resolve(folder), file);
  const saved: SavedExperiment = {
    format: 'chronograd-experiment',
    formatVersion: 1,
    experiment: { ...spec, data: { ...spec.data, source: { ...spec.data.source, path } } },
    scalers: Object.fromEntries(panel.members.map(({ id }, i) => [id, scalers[i]])),
  };
  await model.save(join(folder, modelName));
  await writeFileAtomic(join(folder, documentName), `${JSON.stringify(saved, null, 2)}\n`);
}

/** Options of {@link loadExperiment}. */
export interface LoadExperimentOptions {
  readonly backend: Backend;
  /** A file in place of the one that the experiment was trained on, e.g. with newer rows. */
  readonly file?: string;
}

/** A trained experiment with its data. */
export interface LoadedExperiment {
  readonly prepared: Prepared;
  readonly model: Model;
}

/**
 * Loads what {@link saveExperiment} has saved, and reads the data.
 *
 * @throws DataError for a folder that holds no experiment and for the data; SpecError for its
 *   document; SaveError for the model
 */
export async function loadExperiment(
  folder: string,
  { backend, file }: LoadExperimentOptions,
): Promise<LoadedExperiment> {
  const path = join(folder, documentName);
  const { experiment, scalers } = await readSaved(path);
  const source = { ...experiment.data.source, ...(file !== undefined && { path: resolve(file) }) };
  const known = new Map<string, Scaler>(
    Object.entries(scalers).map(([id, scaler]) => [id, scalerFromJson(scaler)]),
  );
  const document = { ...experiment, data: { ...experiment.data, source } };
  const prepared = await prepare(document, dirname(path), known);
  return { prepared, model: await load(join(folder, modelName), { backend }) };
}

async function readSaved(path: string): Promise<SavedExperiment> {
  const refuse = (expected: string, found: string, cause?: unknown): never => {
    throw new DataError(
      {
        code: 'unreadable',
        file: path,
        expected,
        found,
        advice: 'Give the folder that a training has written',
      },
      { cause },
    );
  };
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return refuse('a saved experiment', cause.message, cause);
  }
  if (!isSaved(value)) return refuse('a saved experiment of format version 1', 'another document');
  return value;
}

function isSaved(value: unknown): value is SavedExperiment {
  if (typeof value !== 'object' || value === null) return false;
  const { format, formatVersion, experiment, scalers } = value as Partial<SavedExperiment>;
  return (
    format === 'chronograd-experiment' &&
    formatVersion === 1 &&
    typeof experiment === 'object' &&
    typeof scalers === 'object' &&
    scalers !== null
  );
}
