import {
  modelCodec,
  SpecError,
  trainingCodec,
  type JsonSchema,
  type ModelDocument,
  type TrainingDocument,
  type TrainingSpec,
} from '@chronograd/spec';
import {
  defaulted,
  documentOnly,
  integer,
  literal,
  literals,
  optional,
  positiveInteger,
  read,
  record,
  required,
  schemaDocument,
  text,
  type Described,
  type PlacedFault,
} from '@chronograd/spec/codec';
import type { OutputOf, TypeOf } from 'io-ts';
import { anyDataCodec, areSequences, type DataDocument } from './any-data.ts';
import type { DataSpec } from './data-document.ts';
import type { SequencesSpec } from './sequences-document.ts';
import {
  taskCodec,
  type ClassifySpec,
  type ForecastSpec,
  type GenerateSpec,
  type ImputeSpec,
  type TaskSpec,
} from './task-document.ts';

const wholeFromZero = integer('a whole number from 0', { min: 0 });

const earlyStopping = record('early stopping', 'Stops when validation gets no better.', {
  monitor: defaulted(text('a quantity such as valLoss', /^val[A-Z]/), 'valLoss', 'What must fall.'),
  patience: defaulted(wholeFromZero, 10, 'Epochs to wait for the next better one.'),
});

// The types are written out: what the compiler would infer is too long for a declaration.

/** How a model is trained, with defaults filled. */
export interface TrainingPart {
  readonly loss?: TrainingSpec['loss'];
  readonly optimizer: TrainingSpec['optimizer'];
  readonly metrics: TrainingSpec['metrics'];
  readonly epochs: number;
  readonly batchSize: number;
  readonly earlyStopping?: { readonly monitor: string; readonly patience: number };
  readonly seed: number;
}

/** How a model is trained, as a document may have it. */
export interface TrainingPartDocument {
  readonly loss?: TrainingDocument['loss'] | undefined;
  readonly optimizer?: TrainingDocument['optimizer'] | undefined;
  readonly metrics?: TrainingDocument['metrics'] | undefined;
  readonly epochs: number;
  readonly batchSize?: number | undefined;
  readonly earlyStopping?: { readonly monitor?: string; readonly patience?: number } | undefined;
  readonly seed?: number | undefined;
}

/** The layers between input and output, with defaults filled. */
export interface ModelPart {
  readonly name: string;
  readonly layers: TypeOf<typeof modelCodec>['layers'];
  readonly head: 'dense' | 'none';
}

/** The layers between input and output, as a document may have them. */
export interface ModelPartDocument {
  readonly name?: string | undefined;
  readonly layers: ModelDocument['layers'];
  readonly head?: 'dense' | 'none' | undefined;
}

const trainingPart = record('the training', 'How the model is trained.', {
  loss: optional(trainingCodec.fields.loss.codec, 'The loss. Without it, the one of the output.'),
  optimizer: defaulted(trainingCodec.fields.optimizer.codec, 'adam', 'The optimizer.'),
  metrics: defaulted(trainingCodec.fields.metrics.codec, [], 'Measured beside the loss.'),
  epochs: required(positiveInteger, 'Epochs, at most.'),
  batchSize: defaulted(positiveInteger, 32, 'Windows of a step.'),
  earlyStopping: optional(earlyStopping, 'Needs a validation part.'),
  seed: defaulted(wholeFromZero, 0, 'Seed of weights, order of windows and dropout.'),
});

const modelPart = record('the model', 'The layers between input and output.', {
  name: defaulted(modelCodec.fields.name.codec, 'model', 'Name of the model.'),
  layers: required(
    modelCodec.fields.layers.codec,
    'Layers; the task adds the input before and the dense layer of its output behind them.',
  ),
  head: defaulted(
    literals(['dense', 'none']),
    'dense',
    'dense: the task adds the output layer. none: the last layer has its shape already.',
  ),
});

/** An experiment as a document may have it. */
export interface ExperimentDocument {
  readonly $schema?: string | undefined;
  readonly formatVersion?: 1 | undefined;
  readonly name?: string | undefined;
  readonly data: DataDocument;
  readonly task: OutputOf<typeof taskCodec>;
  readonly model: ModelPartDocument;
  readonly training: TrainingPartDocument;
}

/** An experiment with defaults filled. */
export interface ExperimentSpec {
  readonly formatVersion: 1;
  readonly name: string;
  readonly data: DataSpec | SequencesSpec;
  readonly task: TaskSpec;
  readonly model: ModelPart;
  readonly training: TrainingPart;
}

/** Codec of a whole experiment: data, task, model, training. */
export const experimentCodec: Described<ExperimentSpec, ExperimentDocument> = record(
  'an experiment',
  'An experiment of chronograd.',
  {
    $schema: documentOnly(text('the address of a JSON Schema', /^/), 'Address of this schema.'),
    formatVersion: defaulted(literal(1), 1, 'Format of the document.'),
    name: defaulted(modelCodec.fields.name.codec, 'experiment', 'Name of the experiment.'),
    data: required(anyDataCodec, 'The data.'),
    task: required(taskCodec, 'What is to be done.'),
    model: required(modelPart, 'The model.'),
    training: required(trainingPart, 'The training.'),
  },
  { check: ({ data, task }) => dataFaults(data, task) },
);

/** Forecasts and imputations are of series, the other tasks of sequences. */
function dataFaults(data: DataSpec | SequencesSpec, { type }: TaskSpec): PlacedFault[] {
  const needed = type === 'forecast' || type === 'impute' ? 'series' : 'sequences';
  const found = areSequences(data) ? 'sequences' : 'series';
  if (found === needed) return [];
  return [{ at: ['data', 'type'], expected: `"${needed}" for the task "${type}"`, found }];
}

/** An experiment whose task is a forecast. */
export type ForecastExperiment = WithTask<ForecastSpec, DataSpec>;
/** An experiment whose task is an imputation. */
export type ImputeExperiment = WithTask<ImputeSpec, DataSpec>;
/** An experiment whose task is a generation. */
export type GenerateExperiment = WithTask<GenerateSpec, SequencesSpec>;
/** An experiment whose task is a classification. */
export type ClassifyExperiment = WithTask<ClassifySpec, SequencesSpec>;
type WithTask<Task extends TaskSpec, Data> = Omit<ExperimentSpec, 'task' | 'data'> & {
  readonly task: Task;
  readonly data: Data;
};

/** @throws {@link SpecError} for an experiment with another task than a forecast */
export function asForecast(spec: ExperimentSpec): ForecastExperiment {
  const { task, data } = spec;
  if (task.type === 'forecast' && !areSequences(data)) return { ...spec, task, data };
  throw otherTask('forecast', task);
}

/** @throws {@link SpecError} for an experiment with another task than an imputation */
export function asImputation(spec: ExperimentSpec): ImputeExperiment {
  const { task, data } = spec;
  if (task.type === 'impute' && !areSequences(data)) return { ...spec, task, data };
  throw otherTask('impute', task);
}

/** @throws {@link SpecError} for an experiment with another task than a generation */
export function asGeneration(spec: ExperimentSpec): GenerateExperiment {
  const { task, data } = spec;
  if (task.type === 'generate' && areSequences(data)) return { ...spec, task, data };
  throw otherTask('generate', task);
}

/** @throws {@link SpecError} for an experiment with another task than a classification */
export function asClassification(spec: ExperimentSpec): ClassifyExperiment {
  const { task, data } = spec;
  if (task.type === 'classify' && areSequences(data)) return { ...spec, task, data };
  throw otherTask('classify', task);
}

function otherTask(expected: TaskSpec['type'], { type }: TaskSpec): SpecError {
  const found = JSON.stringify(type);
  return new SpecError('The experiment', [
    { path: '$.task.type', expected: `"${expected}"`, found },
  ]);
}

/**
 * Checks an experiment and fills in what it leaves out. Files are not looked at.
 *
 * @param document what JSON.parse gives
 * @throws {@link SpecError} with everything that is wrong
 */
export function parseExperiment(document: unknown): ExperimentSpec {
  const reading = read(experimentCodec, document);
  if (!reading.ok) throw new SpecError('The experiment', reading.issues);
  return reading.value;
}

/** JSON Schema of an experiment, made from its codec, by which an editor completes and checks. */
export const experimentSchema: JsonSchema = schemaDocument(
  'chronograd experiment',
  experimentCodec,
);
