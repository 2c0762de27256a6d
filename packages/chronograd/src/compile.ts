/** From a document to a model. */
import type { Backend } from '@chronograd/backend';
import { buildProgram, initialState, type Program, type TensorType } from '@chronograd/graph';
import {
  nameAdvice,
  lossesByOutput,
  parseModel,
  parseTraining,
  resolveModel,
  type ModelDocument,
  type ModelSpec,
  type ResolvedModel,
  type TrainingDocument,
  type TrainingSpec,
} from '@chronograd/spec';
import { judgedOutputs } from './data/dataset.ts';
import { checkBackend } from './engine/check-backend.ts';
import type { Core } from './engine/core.ts';
import { bindExample } from './engine/example-lengths.ts';
import { Programs } from './engine/programs.ts';
import { ModelState, type HostTensors } from './engine/state.ts';
import { Model } from './model.ts';
import { badOption, checkInteger } from './options.ts';
import type { TrainingPosition } from './training/history.ts';

/** What `JSON.parse` gives, of a type that the compiler knows nothing of. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Options of {@link compile}. */
export interface CompileModelOptions {
  /** Made by the factory of a backend package. It may serve several models. */
  readonly backend: Backend;
  /** Loss, optimizer and metrics; needed to fit and evaluate. */
  readonly training?: TrainingDocument | TrainingSpec | JsonObject;
  /**
   * Seed of initial weights, order of samples and dropout: a whole number from 0. The same seed
   * gives the same on every backend. Default 0.
   */
  readonly seed?: number;
  /**
   * How many compiled programs are kept: one for each entry, batch size and length of time that the
   * model meets. Default 32.
   */
  readonly programCacheSize?: number;
}

/** What a model is made from, once checked. */
export interface Parts {
  readonly spec: ModelSpec;
  readonly training: TrainingSpec | undefined;
  readonly backend: Backend;
  readonly seed: number;
  readonly programCacheSize: number | undefined;
  readonly position?: TrainingPosition;
  /** State that takes the place of first values. */
  readonly saved?: HostTensors;
}

/**
 * Compiles a model: checks the document, infers shapes, makes the initial weights and puts them
 * into the engine. Programs for the shapes that are met are compiled as they are needed.
 *
 * @param document as `JSON.parse` gives it, or as the builders make it
 * @throws {@link SpecError} for a document that is wrong, with everything that is; {@link GraphError}
 * where training and model do not fit each other; {@link ModelError} `bad-backend`, `bad-option`;
 * {@link BackendError} where the engine is not there
 * @example
 * import { referenceBackend } from '@chronograd/backend-reference';
 *
 * const model = await compile(
 *   {
 *     layers: [
 *       { type: 'input', shape: [null, 4] }, // any length of time, 4 features
 *       { type: 'lstm', units: 16 },
 *       { type: 'dense', units: 1 },
 *     ],
 *   },
 *   { backend: referenceBackend(), training: { loss: 'mse', optimizer: 'adam' }, seed: 42 },
 * );
 */
export async function compile(
  document: ModelDocument | ModelSpec | JsonObject,
  options: CompileModelOptions,
): Promise<Model> {
  checkOptions(options, ['backend', 'training', 'seed', 'programCacheSize']);
  const { backend, training, seed = 0, programCacheSize } = options;
  return assemble({
    spec: parseModel(document),
    training: training === undefined ? undefined : parseTraining(training),
    backend,
    seed,
    programCacheSize,
  });
}

/**
 * Checks options that {@link compile} and {@link load} share.
 * @throws {@link ModelError} `bad-backend`, `bad-option`
 */
export function checkOptions(
  options: {
    readonly backend: Backend;
    readonly programCacheSize?: number;
    readonly seed?: number;
  },
  known: readonly string[],
): void {
  if (typeof options !== 'object' || options === null)
    throw badOption('backend', 'options { backend }', 'none');
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw badOption(name, `one of ${known.join(', ')}`, `"${name}"`, nameAdvice(name, known));
  checkBackend(options.backend);
  if (options.seed !== undefined) checkInteger('seed', options.seed, 0);
  if (options.programCacheSize !== undefined)
    checkInteger('programCacheSize', options.programCacheSize, 1);
}

/** Makes a model from its parts. */
export async function assemble(parts: Parts): Promise<Model> {
  const { backend, seed, training, saved = {}, programCacheSize = 32 } = parts;
  const model = resolveModel(parts.spec);
  if (training) {
    lossesByOutput(training, model);
    exampleProgram(model, training, 'evaluate');
  }
  const firstValues = (program: Program): HostTensors => initialState(program, model, seed);
  const state = new ModelState(backend, firstValues, saved);
  const parameters: Record<string, TensorType> = {};
  for (const { name, shape } of model.parameters) parameters[name] = { dtype: 'float32', shape };
  await state.adopt({ state: parameters, entries: {} });
  const start = { step: 0, epoch: 0, batch: 0, learningRateFactor: 1 };
  const core: Core = {
    model,
    training,
    judged: training ? judgedOutputs(model, training) : [],
    backend,
    state,
    programs: new Programs({ model, training, backend, state, limit: programCacheSize }),
    seed,
    position: { ...start, ...parts.position },
  };
  return new Model(core);
}

/**
 * The program of an entry for some length of time that layers and metrics take, which shows whether
 * model and training fit and what state there is.
 * @throws {@link GraphError}; {@link SpecError} where there is no such length
 */
export function exampleProgram(
  model: ResolvedModel,
  training: TrainingSpec,
  entry: 'evaluate' | 'trainStep',
  batch = 1,
): Program {
  // A metric of the steps from 5 on wants a sixth one.
  const steps = Math.max(
    0,
    ...training.metrics.map(({ time }) => (typeof time === 'object' ? time.from + 1 : 0)),
  );
  const bound = bindExample(model, ({ outputs }) =>
    outputs.every(({ shape: [time], shape }) => shape.length < 2 || (time ?? 0) >= steps),
  );
  return buildProgram(bound, { batch, training, entries: [entry] });
}
