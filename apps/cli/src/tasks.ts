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
  loadClassification,
  loadExperiment,
  loadGeneration,
  loadImputation,
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
  type ExperimentSpec,
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
import type { ModelSpec } from '@chronograd/spec';
import type { Model, Tensors } from 'chronograd';
import { UsageError } from './failures.ts';
import { evaluationTable, imputationTable } from './tables.ts';
import { classifyTable, generateTable } from './class-tables.ts';

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
export interface TaskKit<Task extends AnyPrepared> {
  /** Columns and layers, checked. */
  design(spec: ExperimentSpec): { readonly model: ModelSpec };
  prepare(document: unknown, folder: string): Promise<Task>;
  describe(prepared: Task): DataDescription;
  load(folder: string, options: LoadExperimentOptions): Promise<LoadedExperiment<Task>>;
  train(prepared: Task, options: TrainOptions): Promise<Trained>;
  judge(prepared: Task, model: Model, part: PartName): Promise<Judgement>;
  /** Inputs of some windows of the training part, as the model sees them. */
  sample(prepared: Task): Tensors;
}

/** Experiments that forecast. */
export const forecasting: TaskKit<Prepared> = {
  design(spec) {
    const experiment = asForecast(spec);
    checkColumns(experiment);
    return designForecast(experiment);
  },
  prepare,
  describe: describePanel,
  load: loadExperiment,
  train,
  async judge(prepared, model, part) {
    const judged = await evaluate(prepared, model, part);
    const { forecasts: _, truth: __, ...value } = judged;
    return { value, text: evaluationTable(judged) };
  },
  sample: sampleInputs,
};

/** Experiments that fill what is missing. */
export const imputation: TaskKit<PreparedImputation> = {
  design(spec) {
    const experiment = asImputation(spec);
    checkColumns(experiment);
    return designImputation(experiment);
  },
  prepare: prepareImputation,
  describe: describePanel,
  load: loadImputation,
  train: trainImputation,
  async judge(prepared, model, part) {
    const judged = await evaluateImputation(prepared, model, part);
    return { value: judged, text: imputationTable(judged) };
  },
  sample: sampleImputation,
};

/** Experiments that go on with sequences. */
export const generation: TaskKit<PreparedGeneration> = {
  design: (spec) => designGeneration(asGeneration(spec)),
  prepare: prepareGeneration,
  describe: describeParted,
  load: loadGeneration,
  train: trainGeneration,
  async judge(prepared, model, part) {
    const judged = await evaluateGeneration(prepared, model, sequencePart(part));
    return { value: judged, text: generateTable(judged) };
  },
  sample: sampleGeneration,
};

/** Experiments that tell what sequences are. */
export const classification: TaskKit<PreparedClassification> = {
  design: (spec) => designClassification(asClassification(spec)),
  prepare: prepareClassification,
  describe: describeParted,
  load: loadClassification,
  train: trainClassification,
  async judge(prepared, model, part) {
    const judged = await evaluateClassification(prepared, model, sequencePart(part));
    return { value: judged, text: classifyTable(judged) };
  },
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
