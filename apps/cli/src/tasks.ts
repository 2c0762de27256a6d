/** What commands do with an experiment, by its task. */
import {
  asClassification,
  asForecast,
  asGeneration,
  asImputation,
  checkColumns,
  describeParts,
  describeSequences,
  designClassification,
  designForecast,
  designGeneration,
  designImputation,
  evaluate,
  evaluateClassification,
  evaluateGeneration,
  evaluateImputation,
  fillMissing,
  loadClassification,
  loadExperiment,
  loadGeneration,
  loadImputation,
  partWindows,
  prepare,
  prepareClassification,
  prepareGeneration,
  prepareImputation,
  sampleClassification,
  sampleGeneration,
  sampleImputation,
  sampleInputs,
  train,
  trainClassification,
  trainGeneration,
  trainImputation,
  type AnyPrepared,
  type ClassifyEvaluation,
  type Evaluation,
  type ExperimentSpec,
  type GenerateEvaluation,
  type ImputeEvaluation,
  type LoadedExperiment,
  type LoadExperimentOptions,
  type PartName,
  type Prepared,
  type PreparedClassification,
  type PreparedGeneration,
  type PreparedImputation,
  type SequencePart,
  type TaskSpec,
  type Trained,
  type TrainOptions,
} from '@chronograd/forecast';
import {
  classificationReport,
  classificationTables,
  errorTables,
  forecastReport,
  generationReport,
  generationTables,
  imputationReport,
  imputationTables,
  stepTables,
  type Report,
  type ReportOptions,
  type TrainedExperiment,
} from '@chronograd/report';
import type { ModelSpec } from '@chronograd/spec';
import type { Model, Tensors } from 'chronograd';
import { UsageError } from './failures.ts';
import { tablesText } from './tables.ts';

/** How good a model is on a part: for programs, and for people. */
export interface Judgement {
  readonly value: object;
  readonly text: string;
}

/** What an experiment's data hold: for programs, and a line for each series for people. */
export interface DataDescription {
  readonly value: object;
  readonly lines: readonly string[];
}

/** Check, preparation, training and judgement of a task. */
export interface TaskKit<Task extends AnyPrepared, Judged = unknown> {
  /** Columns and layers, checked. */
  design(spec: ExperimentSpec): { readonly model: ModelSpec };
  prepare(document: unknown, folder: string): Promise<Task>;
  /** Throws DataError where the data do not reach for what the task takes of each part. */
  check(prepared: Task): void;
  describe(prepared: Task): DataDescription;
  load(folder: string, options: LoadExperimentOptions): Promise<LoadedExperiment<Task>>;
  train(prepared: Task, options: TrainOptions): Promise<Trained>;
  judge(prepared: Task, model: Model, part: PartName): Promise<Judged>;
  told(judged: Judged): Judgement;
  /** The report of a trained experiment; what was judged first is plotted. */
  report(
    trained: TrainedExperiment<Task>,
    judged: readonly Judged[],
    options?: ReportOptions,
  ): Promise<Report>;
  /** Inputs of some windows of the training part, as the model sees them. */
  sample(prepared: Task): Tensors;
}

/** Experiments that forecast. */
export const forecasting: TaskKit<Prepared, Evaluation> = {
  design(spec) {
    const experiment = asForecast(spec);
    checkColumns(experiment);
    return designForecast(experiment);
  },
  prepare,
  check(prepared) {
    for (const part of Object.keys(prepared.spec.data.split) as PartName[])
      partWindows(prepared, { part, view: 'judged' });
  },
  describe: describePanel,
  load: loadExperiment,
  train,
  judge: evaluate,
  told(judged) {
    const { forecasts: _, truth: __, ...value } = judged;
    return { value, text: tablesText([...errorTables(judged), ...stepTables(judged)]) };
  },
  report: async (trained, judged, options) => forecastReport(trained, judged, options),
  sample: sampleInputs,
};

/** Experiments that fill what is missing. */
export const imputation: TaskKit<PreparedImputation, ImputeEvaluation> = {
  design(spec) {
    const experiment = asImputation(spec);
    checkColumns(experiment);
    return designImputation(experiment);
  },
  prepare: prepareImputation,
  check: (prepared) => void sampleImputation(prepared),
  describe: describePanel,
  load: loadImputation,
  train: trainImputation,
  judge: evaluateImputation,
  told(judged) {
    const { entries: _, ...value } = judged;
    return { value, text: tablesText(imputationTables(judged)) };
  },
  async report(trained, judged, options) {
    const filled = await fillMissing(trained.prepared, trained.model);
    return imputationReport(trained, judged, filled, options);
  },
  sample: sampleImputation,
};

/** Experiments that go on with sequences. */
export const generation: TaskKit<PreparedGeneration, GenerateEvaluation> = {
  design: (spec) => designGeneration(asGeneration(spec)),
  prepare: prepareGeneration,
  check: (prepared) => void sampleGeneration(prepared),
  describe: describeParted,
  load: loadGeneration,
  train: trainGeneration,
  judge: async (prepared, model, part) => evaluateGeneration(prepared, model, sequencePart(part)),
  told: (judged) => ({ value: judged, text: tablesText(generationTables(judged)) }),
  report: async (trained, judged, options) => generationReport(trained, judged, options),
  sample: sampleGeneration,
};

/** Experiments that tell what sequences are. */
export const classification: TaskKit<PreparedClassification, ClassifyEvaluation> = {
  design: (spec) => designClassification(asClassification(spec)),
  prepare: prepareClassification,
  check: (prepared) => void sampleClassification(prepared),
  describe: describeParted,
  load: loadClassification,
  train: trainClassification,
  judge: async (prepared, model, part) =>
    evaluateClassification(prepared, model, sequencePart(part)),
  told: (judged) => ({ value: judged, text: tablesText(classificationTables(judged)) }),
  report: async (trained, judged, options) => classificationReport(trained, judged, options),
  sample: sampleClassification,
};

/** Runs something with the kit of a task. */
export function withKit<T>(
  type: TaskSpec['type'],
  use: <Task extends AnyPrepared>(kit: TaskKit<Task>) => T,
): T {
  switch (type) {
    case 'forecast':
      return use(forecasting);
    case 'impute':
      return use(imputation);
    case 'generate':
      return use(generation);
    case 'classify':
      return use(classification);
  }
}

function describePanel({ panel }: Prepared | PreparedImputation): DataDescription {
  const series = panel.members.map((member) => ({ id: member.id, parts: describeParts(member) }));
  return {
    value: { series },
    lines: series.map(({ id, parts }) => `${id === '' ? '' : `${id}: `}${parts}`),
  };
}

function describeParted({ parts }: PreparedGeneration | PreparedClassification): DataDescription {
  const counts = Object.entries(parts).map(([name, { length }]) => [name, length] as const);
  return { value: { sequences: Object.fromEntries(counts) }, lines: [describeSequences(parts)] };
}

/** @throws UsageError for the part that sequences never have */
export function sequencePart(part: PartName): SequencePart {
  if (part !== 'calibration') return part;
  throw new UsageError(
    '--part: expected train, validation or test of sequences, found calibration',
  );
}
