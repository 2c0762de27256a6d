/** The commands that run a model: train, evaluate, predict. */
import {
  compileExperiment,
  evaluate,
  forecastNext,
  loadExperiment,
  prepare,
  saveExperiment,
  train,
  type NextForecast,
  type PartName,
} from '@chronograd/forecast';
import type { Backend } from '@chronograd/backend';
import { knownBackends } from '../backends.ts';
import { Interrupted, UsageError } from '../failures.ts';
import { readExperiment } from '../files.ts';
import { show, type Io } from '../io.ts';
import { progressDisplay } from '../progress.ts';
import { evaluationTable, formatNumber, table } from '../tables.ts';

/** Options that choose an engine. */
export interface BackendOption {
  readonly backend: string;
}

/** Options of {@link trainCommand}. */
export interface TrainCommandOptions extends BackendOption {
  readonly output: string;
  readonly seed?: number;
  readonly epochs?: number;
  /** Go on with what the output folder holds. */
  readonly resume: boolean;
}

/** Opens a backend for the time of an action. */
async function withBackend<T>(id: string, action: (backend: Backend) => Promise<T>): Promise<T> {
  const known = knownBackends.find((each) => each.id === id);
  if (!known)
    throw new UsageError(
      `--backend: expected one of ${knownBackends.map((each) => each.id).join(', ')}, found "${id}"`,
    );
  const backend = await known.make();
  try {
    return await action(backend);
  } finally {
    await backend.dispose();
  }
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
  const { document, folder, spec } = await readExperiment(file);
  const { output, resume, seed, epochs = spec.training.epochs } = options;
  await withBackend(options.backend, async (backend) => {
    const prepared = await prepare(document, folder);
    const model = resume
      ? (await loadExperiment(output, { backend })).model
      : await compileExperiment(prepared, backend, seed ?? spec.training.seed);
    const display = progressDisplay(io.err, epochs);
    const { history } = await train(prepared, {
      backend,
      model,
      epochs,
      progress: display.step,
      callbacks: [display.callback],
      signal: io.signal,
      ...(seed !== undefined && { seed }),
    }).finally(display.end);
    await saveExperiment(output, { prepared, model, dataFolder: folder });
    if (history.stoppedBy === 'abort')
      throw new Interrupted(
        `stopped in epoch ${model.position.epoch + 1} of ${epochs}; saved to ${output}: go on with --resume`,
      );
    const part: PartName = spec.data.split.validation ? 'validation' : 'train';
    const judged = await evaluate(prepared, model, part);
    const { errors, windows } = judged;
    show(io, { output, epochs: history.epochs, part, windows, errors }, () =>
      [evaluationTable(judged), `saved to ${output}`].join('\n'),
    );
  });
}

/** Judges a trained experiment on a part of its data, beside the baselines. */
export async function evaluateCommand(
  io: Io,
  run: string,
  options: BackendOption & { readonly part?: PartName; readonly file?: string },
): Promise<void> {
  await withBackend(options.backend, async (backend) => {
    const { prepared, model } = await loadExperiment(run, { backend, ...fileOf(options) });
    const part = options.part ?? (prepared.spec.data.split.test ? 'test' : 'validation');
    const judged = await evaluate(prepared, model, part);
    const { errors, windows, dropped } = judged;
    show(io, { part, windows, dropped, errors }, () => evaluationTable(judged));
  });
}

/** Forecasts what comes after the data of a trained experiment. */
export async function predictCommand(
  io: Io,
  run: string,
  options: BackendOption & { readonly file?: string },
): Promise<void> {
  await withBackend(options.backend, async (backend) => {
    const { prepared, model } = await loadExperiment(run, { backend, ...fileOf(options) });
    const forecasts = await forecastNext(prepared, model);
    show(io, forecasts.map(jsonForecast), () => forecasts.map(forecastTable).join('\n'));
  });
}

function fileOf({ file }: { readonly file?: string }): { readonly file?: string } {
  return file === undefined ? {} : { file };
}

/** Values of step `i` of a forecast, by column: the target, and its quantiles as `rail 10%`. */
function stepValues({ values }: NextForecast, i: number): Record<string, number> {
  const { targets, point, quantiles } = values;
  const entries = targets.flatMap((target, k) => {
    const at = i * targets.length + k;
    const own: [string, number][] = [[target, point[at] ?? NaN]];
    quantiles?.levels.forEach((level, q) => {
      const value = quantiles.values[at * quantiles.levels.length + q] ?? NaN;
      own.push([`${target} ${Number((level * 100).toPrecision(6))}%`, value]);
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
