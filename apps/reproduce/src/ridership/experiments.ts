/** Trains the experiments of examples/ridership, and judges them on parts of the data. */
import {
  evaluate,
  loadExperiment,
  parseExperiment,
  prepare,
  saveExperiment,
  train,
  type Evaluation,
  type ExperimentSpec,
  type PartName,
  type Prepared,
} from '@chronograd/forecast';
import type { Model } from 'chronograd';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Measuring } from '../reproduction.ts';

/** Where the experiments stand, and from where their paths go. */
export const examples = join(import.meta.dirname, '../../../../examples/ridership');

/** The document of an experiment of examples/ridership. */
export function documentOf(name: string): unknown {
  return JSON.parse(readFileSync(join(examples, `${name}.json`), 'utf8')) as unknown;
}

/** An experiment whose paths go from {@link examples}. */
export interface Experiment {
  readonly name: string;
  readonly document: unknown;
}

/** An experiment of examples/ridership. */
export function example(name: string): Experiment {
  return { name, document: documentOf(name) };
}

/** Why the experiments cannot be run here; undefined where they can. */
export function missingData(): string | undefined {
  const { path } = parseExperiment(documentOf('linear')).data.source;
  return existsSync(resolve(examples, path))
    ? undefined
    : `as examples/ridership/${path} is not here`;
}

/** A trained experiment. */
interface Run {
  readonly prepared: Prepared;
  readonly model: Model;
}

/** What experiments gave, by backend, name, seed and part: rows that ask for the same have it once. */
const known = new Map<string, Promise<Evaluation>>();

/** What an experiment with a seed, trained on a backend, gives on a part. */
export async function judge(
  experiment: Experiment,
  part: PartName,
  measuring: Measuring,
): Promise<Evaluation> {
  const key = [measuring.backend.id, experiment.name, measuring.seed, part].join(' ');
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = trainAndJudge(experiment, part, measuring)));
  return found;
}

async function trainAndJudge(
  experiment: Experiment,
  part: PartName,
  measuring: Measuring,
): Promise<Evaluation> {
  const { backend, seed, runs } = measuring;
  const title = experiment.name.replaceAll(/\W+/g, '-');
  const folder = join(runs, `ridership-${title}-${backend.id}-${seed}`);
  const { prepared, model } = existsSync(folder)
    ? await taken(folder, experiment, measuring)
    : await trained(folder, experiment, measuring);
  const judged = await evaluate(prepared, model, part);
  await model.dispose();
  return judged;
}

/** Trains, and saves to a folder. */
async function trained(
  folder: string,
  { name, document }: Experiment,
  { backend, seed, say }: Measuring,
): Promise<Run> {
  const prepared = await prepare(document, examples);
  const { model, history } = await train(prepared, { backend, seed });
  await saveExperiment(folder, { prepared, model, history, dataFolder: examples });
  say(`        ${name}, seed ${seed}: trained for ${history.epochs.length} epochs`);
  return { prepared, model };
}

/** Takes up what was trained before, if it is the same experiment. */
async function taken(
  folder: string,
  { name, document }: Experiment,
  { backend }: Measuring,
): Promise<Run> {
  const { prepared, model } = await loadExperiment(folder, { backend });
  const without = ({ data, ...rest }: ExperimentSpec): unknown => ({
    ...rest,
    data: { ...data, source: { ...data.source, path: '' } },
  });
  if (isDeepStrictEqual(without(prepared.spec), without(parseExperiment(document))))
    return { prepared, model };
  throw new Error(`${folder}: expected a run of the experiment "${name}", found one of another`);
}

/** Mean absolute error of a forecaster: of one target, or the mean of all. */
export function maeOf({ errors }: Evaluation, forecaster = 'model', target?: string): number {
  const own = errors[forecaster] ?? {};
  const values = target === undefined ? Object.values(own) : [own[target]];
  return values.reduce((sum, each) => sum + (each?.mae ?? NaN), 0) / values.length;
}
