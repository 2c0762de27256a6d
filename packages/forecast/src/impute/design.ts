/** What an imputation makes of an experiment: the model that fills, and what it sees. */
import {
  parseModel,
  parseTraining,
  resolveModel,
  SpecError,
  type ModelSpec,
  type TrainingSpec,
} from '@chronograd/spec';
import { expandName } from '../experiment/columns.ts';
import type { ImputeExperiment } from '../experiment/experiment.ts';
import { placed } from '../task/design.ts';

/** An imputation, worked out. */
export interface ImputeDesign {
  /** Columns to fill. */
  readonly columns: readonly string[];
  /** Other columns that the model sees. */
  readonly inputs: readonly string[];
  readonly model: ModelSpec;
  readonly training: TrainingSpec;
}

/**
 * Names of the model's inputs: `series`, `[window, 2 · columns + inputs]`, the values with 0 for
 * what is missing, for each a 1 where it is there, and the other inputs; and `judged`,
 * `[window, columns]`, 1 for the entries that are wanted, by which the output is multiplied.
 */
export const inputNames = { series: 'series', judged: 'judged' } as const;

/**
 * Works an imputation out.
 *
 * @throws {@link SpecError} for layers that do not fit the task, at their places in the experiment
 */
export function designImputation(experiment: ImputeExperiment): ImputeDesign {
  const { data, task, model, training } = experiment;
  const { columns, window } = task;
  const inputs = task.inputs.flatMap((name) => expandName(name, data));
  const features = 2 * columns.length + inputs.length;
  const head =
    model.head === 'dense'
      ? ({ type: 'dense', name: 'filled', units: columns.length } as const)
      : ({ type: 'activation', name: 'filled', activation: 'linear' } as const);
  const spec = placed(() => {
    const parsed = parseModel({
      name: model.name,
      layers: [
        { type: 'input', name: inputNames.series, shape: [window, features] },
        ...model.layers,
        head,
        { type: 'input', name: inputNames.judged, shape: [window, columns.length] },
        { type: 'multiply', name: 'output', inputs: ['filled', inputNames.judged] },
      ],
    });
    checkKeepsTime(parsed, [window, columns.length]);
    return parsed;
  });
  const { loss = 'mse', optimizer, metrics } = training;
  return { columns, inputs, model: spec, training: parseTraining({ loss, optimizer, metrics }) };
}

function checkKeepsTime(model: ModelSpec, wanted: readonly number[]): void {
  const { layers } = resolveModel(model);
  const shape = layers.find(({ spec }) => spec.name === 'filled')?.outputs[0]?.shape ?? [];
  if (shape.length === wanted.length && shape.every((size, axis) => size === wanted[axis])) return;
  throw new SpecError('The experiment', [
    {
      path: '$.model.layers',
      expected: `layers that keep time and end in ${JSON.stringify(wanted)}`,
      found: JSON.stringify(shape),
      suggestion:
        'set "returnSequences": true on recurrent layers and "padding": "same" on convolutions',
    },
  ]);
}
