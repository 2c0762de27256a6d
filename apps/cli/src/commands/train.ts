/** The commands that run a model: train, evaluate, predict. */
import {
  forecastNext,
  loadExperiment,
  savedDocumentName,
  savedTask,
  saveExperiment,
  type AnyPrepared,
  type ExperimentSpec,
  type LoadedExperiment,
  type NextForecast,
  type PartName,
  type SaveExperimentOptions,
} from '@chronograd/forecast';
import { formatNumber, percentOf } from '@chronograd/report';
import {
  TrainingError,
  type Callback,
  type History,
  type Model,
  type TrainingContext,
} from 'chronograd';
import { join, resolve } from 'node:path';
import { firstDifference } from '../differences.ts';
import { withBackend, type BackendOption } from '../engine.ts';
import { Interrupted, CommandFailed, UsageError } from '../failures.ts';
import { aboutFile, readExperiment, whatIs, type ExperimentFile } from '../files.ts';
import { show, type Io } from '../io.ts';
import { progressDisplay } from '../progress.ts';
import { reportNames, writeRunReport } from '../reports.ts';
import { table } from '../tables.ts';
import { withKit, type TaskKit } from '../tasks.ts';
import { predictSequences } from './sequences.ts';

/** Options of {@link trainCommand}. */
export interface TrainCommandOptions extends BackendOption {
  readonly output: string;
  readonly seed?: number;
  readonly epochs?: number;
  /** Go on with what the output folder holds. */
  readonly resume: boolean;
  /** Replace what the output folder holds. */
  readonly force: boolean;
}

/**
 * Trains an experiment and saves it. Ctrl-C ends the training after the step that is running and
 * saves a checkpoint, from which `--resume` goes on exactly.
 */
export async function trainCommand(
  io: Io,
  file: string,
  options: TrainCommandOptions,
): Promise<void> {
  const experiment = await readExperiment(file);
  await checkOutput(experiment, options);
  await withKit(experiment.spec.task.type, (kit) =>
    trainTask(io, kit, { ...options, experiment, file }),
  );
}

async function trainTask<Task extends AnyPrepared, Judged>(
  io: Io,
  task: TaskKit<Task, Judged>,
  options: TrainCommandOptions & { readonly experiment: ExperimentFile; readonly file: string },
): Promise<void> {
  const { output, experiment, file } = options;
  const { folder, spec } = experiment;
  await withBackend(options.backend, async (backend) => {
    const begun = options.resume ? await task.load(output, { backend }) : undefined;
    if (begun) checkResumed(spec, begun, options);
    const seed = options.seed ?? begun?.prepared.spec.training.seed ?? spec.training.seed;
    const epochs = options.epochs ?? spec.training.epochs;
    const training = { ...spec.training, seed, epochs };
    const prepared = await aboutFile(file, () => task.prepare({ ...spec, training }, folder));
    const display = progressDisplay(io.err, epochs);
    const underway = new UnderWay();
    const save = async (saved: Pick<SaveExperimentOptions, 'model' | 'history' | 'stopping'>) =>
      saveExperiment(output, { prepared, dataFolder: folder, ...saved });
    const whole = (told: History): History => ({
      ...told,
      epochs: [...(begun?.history.epochs ?? []), ...told.epochs],
    });
    const { model, history, stopping } = await task
      .train(prepared, {
        backend,
        ...(begun && { model: begun.model }),
        ...(begun?.stopping && { stopping: begun.stopping }),
        progress: display.step,
        callbacks: [display.callback, underway],
        signal: io.signal,
      })
      .catch(async (error: unknown) => {
        // The model has the weights from before the step that went wrong.
        if (underway.model && error instanceof TrainingError && error.code === 'not-finite') {
          const told = whole({ epochs: error.history, stoppedBy: 'abort' });
          await save({ model: underway.model, history: told });
          throw new CommandFailed(`${error.message}. They are saved to ${output}`, {
            cause: error,
          });
        }
        throw error;
      })
      .finally(display.end);
    await save({ model, history: whole(history), ...(stopping && { stopping }) });
    if (history.stoppedBy === 'abort')
      throw new Interrupted(
        `stopped in epoch ${model.position.epoch + 1} of ${epochs}; saved to ${output}: go on with --resume`,
      );
    const part: PartName = spec.data.split.validation ? 'validation' : 'train';
    const judged = await task.judge(prepared, model, part);
    const trained = { prepared, model, history: whole(history) };
    await writeRunReport(output, await task.report(trained, [judged]));
    const { value, text } = task.told(judged);
    show(io, { output, epochs: trained.history.epochs, ...value }, () =>
      [text, `saved to ${output}; ${join(output, reportNames.page)} shows it`].join('\n'),
    );
  });
}

/** Keeps hold of the model that is trained, for the case that its training fails. */
class UnderWay implements Callback {
  model: Model | undefined;

  onTrainBegin({ model }: TrainingContext): void {
    this.model = model;
  }
}

/**
 * A trained experiment is not replaced unless that is asked for, and the document itself never.
 *
 * @throws UsageError
 */
async function checkOutput(
  { path }: ExperimentFile,
  { output, resume, force }: TrainCommandOptions,
): Promise<void> {
  const document = resolve(output, savedDocumentName);
  if ((await whatIs(output)) === 'file')
    throw new UsageError(`--output: expected a folder, found ${output}, a file`);
  if (document === path)
    throw new UsageError(
      `--output: expected another folder than that of ${path}, which the trained experiment would replace. Give a folder of its own, such as ${resolve(output, 'run')}`,
    );
  if (resume || force || (await whatIs(document)) === 'nothing') return;
  throw new UsageError(
    `--output: expected a folder without a trained experiment, found ${document}. Go on with it by --resume, replace it by --force, or give another folder`,
  );
}

/** A training goes on only with the experiment that it began with. */
function checkResumed(
  spec: ExperimentSpec,
  { prepared, history }: LoadedExperiment<AnyPrepared>,
  { output, seed, epochs }: TrainCommandOptions,
): void {
  const began = prepared.spec;
  const path = firstDifference(comparable(began), comparable(spec));
  if (path !== undefined)
    throw new UsageError(
      `--resume: expected the experiment that ${output} holds, found another ${path}. Train it anew, to another folder`,
    );
  if (seed !== undefined && seed !== began.training.seed)
    throw new UsageError(
      `--seed: expected ${began.training.seed}, with which the training began, found ${seed}`,
    );
  if (history.stoppedBy === 'earlyStopping' && epochs === undefined)
    throw new UsageError(
      `--resume: expected a training to go on with, found one that early stopping has ended after ${history.epochs.length} epochs. --epochs says up to which epoch to go on nevertheless`,
    );
}

/** What must be the same; paths are from different folders, and epochs and seed are options. */
function comparable({ data, training, ...rest }: ExperimentSpec): unknown {
  return {
    ...rest,
    data: { ...data, source: { ...data.source, path: '' } },
    training: { ...training, epochs: 0, seed: 0 },
  };
}

/** Judges a trained experiment on a part of its data, beside the baselines. */
export async function evaluateCommand(
  io: Io,
  run: string,
  options: BackendOption & { readonly part?: PartName; readonly file?: string },
): Promise<void> {
  await withKit(await savedTask(run), (kit) => evaluateTask(io, kit, { ...options, run }));
}

async function evaluateTask<Task extends AnyPrepared, Judged>(
  io: Io,
  task: TaskKit<Task, Judged>,
  options: Parameters<typeof evaluateCommand>[2] & { readonly run: string },
): Promise<void> {
  await withBackend(options.backend, async (backend) => {
    const loading = { backend, ...fileOf(options) };
    const { prepared, model } = await task.load(options.run, loading);
    const part = options.part ?? judgedPart(prepared.spec);
    const { value, text } = task.told(await task.judge(prepared, model, part));
    show(io, value, () => text);
  });
}

/** The part that an experiment is judged by where none is named. */
export function judgedPart({ data }: Pick<ExperimentSpec, 'data'>): PartName {
  return data.split.test ? 'test' : 'validation';
}

/**
 * Forecasts what comes after the data of a trained experiment; of sequences, tells what they are or
 * what comes next.
 */
export async function predictCommand(
  io: Io,
  run: string,
  options: BackendOption & { readonly part?: PartName; readonly file?: string },
): Promise<void> {
  const task = await savedTask(run);
  if (task === 'generate' || task === 'classify') {
    await predictSequences(io, run, { ...options, task });
    return;
  }
  if (options.part !== undefined)
    throw new UsageError(
      `--part: expected none for the task "${task}", which predicts after all of the data`,
    );
  await withBackend(options.backend, async (backend) => {
    const { prepared, model } = await loadExperiment(run, { backend, ...fileOf(options) });
    const forecasts = await forecastNext(prepared, model);
    show(io, forecasts.map(jsonForecast), () => forecasts.map(forecastTable).join('\n'));
  });
}

function fileOf({ file }: { readonly file?: string }): { readonly file?: string } {
  return file === undefined ? {} : { file };
}

/**
 * Values of step `i` of a forecast, by column: the target, the scale of its distribution as
 * `rail scale`, and its quantiles as `rail 10%`.
 */
function stepValues({ values }: NextForecast, i: number): Record<string, number> {
  const { targets, point, quantiles, distribution } = values;
  const entries = targets.flatMap((target, k) => {
    const at = i * targets.length + k;
    const own: [string, number][] = [[target, point[at] ?? NaN]];
    if (distribution && distribution.type !== 'empirical')
      own.push([`${target} scale`, distribution.scale[at] ?? NaN]);
    quantiles?.levels.forEach((level, q) => {
      const value = quantiles.values[at * quantiles.levels.length + q] ?? NaN;
      own.push([`${target} ${percentOf(level)}%`, value]);
    });
    return own;
  });
  return Object.fromEntries(entries);
}

function jsonForecast(forecast: NextForecast) {
  const { id, origin, times } = forecast;
  const steps = times.map((time, i) => ({ time, ...stepValues(forecast, i) }));
  return { ...(id !== '' && { series: id }), origin, steps };
}

function forecastTable(forecast: NextForecast): string {
  const { id, origin, times } = forecast;
  const head = ['time', ...Object.keys(stepValues(forecast, 0))];
  const rows = times.map((time, i) => [
    time,
    ...Object.values(stepValues(forecast, i)).map(formatNumber),
  ]);
  return [`${id === '' ? '' : `${id}, `}after ${origin}`, table(head, rows)].join('\n');
}
