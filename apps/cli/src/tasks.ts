/** What commands do with an experiment, by its task. */
import {
  evaluate,
  evaluateImputation,
  loadExperiment,
  loadImputation,
  prepare,
  prepareImputation,
  sampleImputation,
  sampleInputs,
  train,
  trainImputation,
  type LoadedExperiment,
  type LoadExperimentOptions,
  type PartName,
  type Prepared,
  type PreparedImputation,
  type Trained,
  type TrainOptions,
} from '@chronograd/forecast';
import type { Model, Tensors } from 'chronograd';
import { evaluationTable, imputationTable } from './tables.ts';

/** How good a model is on a part: for programs, and for people. */
export interface Judgement {
  readonly value: object;
  readonly text: string;
}

/** Preparation, training and judgement of a task. */
export interface TaskKit<Task extends Prepared | PreparedImputation> {
  prepare(document: unknown, folder: string): Promise<Task>;
  load(folder: string, options: LoadExperimentOptions): Promise<LoadedExperiment<Task>>;
  train(prepared: Task, options: TrainOptions): Promise<Trained>;
  judge(prepared: Task, model: Model, part: PartName): Promise<Judgement>;
  /** Inputs of some windows of the training part, as the model sees them. */
  sample(prepared: Task): Tensors;
}

/** Experiments that forecast. */
export const forecasting: TaskKit<Prepared> = {
  prepare,
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
  prepare: prepareImputation,
  load: loadImputation,
  train: trainImputation,
  async judge(prepared, model, part) {
    const judged = await evaluateImputation(prepared, model, part);
    return { value: judged, text: imputationTable(judged) };
  },
  sample: sampleImputation,
};
