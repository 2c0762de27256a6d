/** A trained experiment in a folder: the model, and the experiment with its scalers. */
import type { Backend } from '@chronograd/backend';
import { DataError, scalerFromJson, type Scaler } from '@chronograd/data';
import { load, type EarlyStoppingState, type History, type Model } from 'chronograd';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { ExperimentSpec } from '../experiment/experiment.ts';
import type { TaskSpec } from '../experiment/task-document.ts';
import { prepareImputation, type PreparedImputation } from '../impute/prepare.ts';
import { prepareClassification, type PreparedClassification } from '../classify/prepare.ts';
import { prepareGeneration, type PreparedGeneration } from '../generate/prepare.ts';
import type { Fitted } from './fitted.ts';
import { prepare, type Prepared } from './prepare.ts';

/** An experiment of any task with its data. */
export type AnyPrepared =
  Prepared | PreparedImputation | PreparedGeneration | PreparedClassification;

/** Name of the document in the folder of a trained experiment. */
export const savedDocumentName = 'experiment.json';

/** Folders within that of the experiment: of the model, and of the best one so far. */
const modelName = 'model';
const bestName = 'best';

const untold: History = { epochs: [], stoppedBy: 'epochs' };

interface SavedExperiment {
  readonly format: 'chronograd-experiment';
  readonly formatVersion: 1;
  /** The experiment; paths go from the folder of this document. */
  readonly experiment: ExperimentSpec;
  /** Scalers by id of their series; without an id that of sequences. */
  readonly scalers: Readonly<Record<string, unknown>>;
  /** How often each class occurs in the training part, where targets are classes. */
  readonly counts?: readonly number[];
  /** What was measured in each epoch, and why the training ended. */
  readonly history: History;
  /** Where a training is to go on: what early stopping knows, whose weights are in a folder. */
  readonly stopping?: {
    /** Steps of the model to which it belongs. */
    readonly step: number;
    readonly best: number | null;
    readonly wait: number;
  };
}

/** What {@link saveExperiment} saves. */
export interface SaveExperimentOptions {
  readonly prepared: AnyPrepared;
  readonly model: Model;
  /** From which the experiment's paths go: the folder of its document. */
  readonly dataFolder: string;
  /** What was measured in each epoch, and why the training ended. Default: nothing. */
  readonly history?: History;
  /** What early stopping knows of a training that is to go on. */
  readonly stopping?: EarlyStoppingState;
}

/**
 * Saves a trained experiment to a folder, which is made where there is none. The model is replaced
 * as a whole, then the experiment: an interruption leaves a folder that loads or says what is
 * missing, never half of a file.
 *
 * @throws SaveError of chronograd for a folder that cannot be written
 */
export async function saveExperiment(
  folder: string,
  options: SaveExperimentOptions,
): Promise<void> {
  const { prepared, model, dataFolder, history = untold, stopping } = options;
  const { spec } = prepared;
  const file = resolve(dataFolder, spec.data.source.path);
  const path = relative(resolve(folder), file);
  const saved: SavedExperiment = {
    format: 'chronograd-experiment',
    formatVersion: 1,
    experiment: withPath(spec, path),
    scalers: scalersOf(prepared),
    ...('counts' in prepared && { counts: [...prepared.counts] }),
    history,
    ...(stopping && {
      stopping: {
        step: model.position.step,
        best: stopping.best ?? null,
        wait: stopping.wait,
      },
    }),
  };
  const best = join(folder, bestName);
  await model.save(join(folder, modelName));
  if (stopping?.weights) await saveWeights(model, stopping.weights, best);
  await writeFileAtomic(join(folder, savedDocumentName), `${JSON.stringify(saved, null, 2)}\n`);
  if (!stopping?.weights) await rm(best, { recursive: true, force: true });
}

/** An experiment whose data lie elsewhere. */
function withPath(spec: ExperimentSpec, path: string): ExperimentSpec {
  const { data } = spec;
  // Each kind of data by itself, for each has sources of its own.
  return 'type' in data
    ? { ...spec, data: { ...data, source: { ...data.source, path } } }
    : { ...spec, data: { ...data, source: { ...data.source, path } } };
}

function scalersOf(prepared: AnyPrepared): Readonly<Record<string, Scaler | undefined>> {
  if ('scaler' in prepared) return { '': prepared.scaler };
  if (!('panel' in prepared)) return {};
  const { panel, scalers } = prepared;
  return Object.fromEntries(panel.members.map(({ id }, i) => [id, scalers[i]]));
}

/** Saves a model with other weights, and leaves it as it was. */
async function saveWeights(
  model: Model,
  weights: NonNullable<EarlyStoppingState['weights']>,
  folder: string,
): Promise<void> {
  const own = await model.getWeights();
  await model.setWeights(weights);
  try {
    await model.save(folder);
  } finally {
    await model.setWeights(own);
  }
}

/** Options of {@link loadExperiment}. */
export interface LoadExperimentOptions {
  readonly backend: Backend;
  /** A file in place of the one that the experiment was trained on, e.g. with newer rows. */
  readonly file?: string;
}

/** A trained experiment with its data. */
export interface LoadedExperiment<Task = Prepared> {
  readonly prepared: Task;
  readonly model: Model;
  /** What was measured in each epoch that was trained, and why the training ended. */
  readonly history: History;
  /** What early stopping knew where a training was ended that is to go on. */
  readonly stopping?: EarlyStoppingState;
}

/**
 * Loads a forecasting experiment that {@link saveExperiment} has saved, and reads the data.
 *
 * @throws DataError for a folder that holds no experiment and for the data; SpecError for its
 *   document and another task; SaveError for the model
 */
export function loadExperiment(
  folder: string,
  options: LoadExperimentOptions,
): Promise<LoadedExperiment> {
  return loadTask(folder, options, (document, own, { scalers }) => prepare(document, own, scalers));
}

/**
 * Loads an imputation that {@link saveExperiment} has saved, and reads the data.
 *
 * @throws as {@link loadExperiment}
 */
export function loadImputation(
  folder: string,
  options: LoadExperimentOptions,
): Promise<LoadedExperiment<PreparedImputation>> {
  return loadTask(folder, options, (document, own, { scalers }) =>
    prepareImputation(document, own, scalers),
  );
}

/**
 * Loads a generation that {@link saveExperiment} has saved, and reads the sequences.
 *
 * @throws as {@link loadExperiment}
 */
export function loadGeneration(
  folder: string,
  options: LoadExperimentOptions,
): Promise<LoadedExperiment<PreparedGeneration>> {
  return loadTask(folder, options, prepareGeneration);
}

/**
 * Loads a classification that {@link saveExperiment} has saved, and reads the sequences.
 *
 * @throws as {@link loadExperiment}
 */
export function loadClassification(
  folder: string,
  options: LoadExperimentOptions,
): Promise<LoadedExperiment<PreparedClassification>> {
  return loadTask(folder, options, prepareClassification);
}

/**
 * What a folder's experiment is for.
 *
 * @throws DataError for a folder that holds no experiment
 */
export async function savedTask(folder: string): Promise<TaskSpec['type']> {
  const { experiment } = await readSaved(join(folder, savedDocumentName));
  return experiment.task.type;
}

/**
 * The model of a trained experiment, without its data.
 *
 * @throws DataError for a folder that holds no experiment; SaveError for the model
 */
export async function loadModel(
  folder: string,
  { backend }: { readonly backend: Backend },
): Promise<Model> {
  await readSaved(join(folder, savedDocumentName));
  return load(join(folder, modelName), { backend });
}

async function loadTask<Task>(
  folder: string,
  { backend, file }: LoadExperimentOptions,
  prepareTask: (document: unknown, folder: string, fitted: Fitted) => Promise<Task>,
): Promise<LoadedExperiment<Task>> {
  const path = join(folder, savedDocumentName);
  const { experiment, scalers, counts, history, stopping } = await readSaved(path);
  const known = new Map<string, Scaler>(
    Object.entries(scalers).map(([id, scaler]) => [id, scalerFromJson(scaler)]),
  );
  const document = file === undefined ? experiment : withPath(experiment, resolve(file));
  const prepared = await prepareTask(document, dirname(path), {
    scalers: known,
    replaced: file !== undefined,
    ...(counts && { counts: Float64Array.from(counts) }),
  });
  const model = await load(join(folder, modelName), { backend });
  if (stopping === undefined) return { prepared, model, history };
  if (stopping.step !== model.position.step)
    throw new DataError({
      code: 'unreadable',
      file: path,
      expected: `the state of a training of ${model.position.step} steps, as the model's`,
      found: `that of ${stopping.step}: saving was interrupted`,
      advice: 'Train anew',
    });
  const { best, wait } = stopping;
  const weights = best === null ? undefined : await weightsIn(join(folder, bestName), backend);
  return { prepared, model, history, stopping: { best: best ?? undefined, wait, weights } };
}

async function weightsIn(folder: string, backend: Backend): Promise<EarlyStoppingState['weights']> {
  const model = await load(folder, { backend });
  try {
    return await model.getWeights();
  } finally {
    await model.dispose();
  }
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
  const { format, formatVersion, experiment, scalers, history } = value as Partial<SavedExperiment>;
  return (
    format === 'chronograd-experiment' &&
    formatVersion === 1 &&
    typeof experiment === 'object' &&
    typeof scalers === 'object' &&
    scalers !== null &&
    Array.isArray(history?.epochs)
  );
}
