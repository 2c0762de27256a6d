/** What a classification makes of an experiment: features, and the model that tells categories. */
import {
  parseModel,
  parseTraining,
  resolveModel,
  SpecError,
  type ModelSpec,
  type ResolvedModel,
  type SpecIssue,
  type TrainingSpec,
} from '@chronograd/spec';
import { noColumn } from '../experiment/columns.ts';
import type { ClassifyExperiment } from '../experiment/experiment.ts';
import { classLoss } from '../sequences/class-loss.ts';
import { placed } from '../task/design.ts';

/** One number that the model sees of each row. */
export interface Feature {
  readonly column: string;
  /** Of a category column: the category that it is 1 for, else 0. */
  readonly category?: number;
}

/** A classification, worked out. */
export interface ClassifyDesign {
  readonly features: readonly Feature[];
  readonly categories: readonly string[];
  /** Reads `sequence`, `[batch, time, features]`, and gives probabilities `[batch, categories]`. */
  readonly model: ModelSpec;
  readonly training: TrainingSpec;
}

const layerNames = { input: 'sequence', head: 'category' } as const;

/**
 * Works a classification out.
 *
 * @throws {@link SpecError} for columns that are not there, for layers that do not fit the task, at
 *   their places in the experiment
 */
export function designClassification(experiment: ClassifyExperiment): ClassifyDesign {
  const { task, data, model, training } = experiment;
  checkColumns(experiment);
  const label = data.columns[task.label];
  const categories = label?.type === 'category' ? label.categories : [];
  const inputs = task.inputs ?? Object.keys(data.columns).filter((name) => name !== task.label);
  const features = inputs.flatMap((column): Feature[] => {
    const own = data.columns[column];
    if (own?.type !== 'category') return [{ column }];
    return own.categories.map((_, category) => ({ column, category }));
  });
  const units = categories.length;
  const head = { type: 'dense', name: layerNames.head, units, activation: 'softmax' } as const;
  const input = { type: 'input', name: layerNames.input, ragged: true } as const;
  const spec = placed(() =>
    parseModel({
      name: model.name,
      layers: [
        { ...input, shape: [null, features.length] },
        ...model.layers,
        ...(model.head === 'dense' ? [head] : []),
      ],
    }),
  );
  checkOutput(
    placed(() => resolveModel(spec)),
    categories,
  );
  return {
    features,
    categories,
    model: spec,
    training: parseTraining({
      loss: classLoss(training.loss, false),
      optimizer: training.optimizer,
      metrics: training.metrics,
    }),
  };
}

function checkColumns({ data, task }: ClassifyExperiment): void {
  const names = Object.keys(data.columns);
  const issues: SpecIssue[] = [];
  const label = data.columns[task.label];
  if (!label) issues.push(noColumn('$.task.label', task.label, names));
  else if (label.type !== 'category')
    issues.push({
      path: '$.task.label',
      expected: 'a category column',
      found: `"${task.label}", a ${label.type}`,
    });
  task.inputs?.forEach((name, i) => {
    const path = `$.task.inputs[${i}]`;
    if (!names.includes(name)) issues.push(noColumn(path, name, names));
    else if (name === task.label)
      issues.push({ path, expected: 'a column beside the label', found: `"${name}"` });
  });
  if (task.inputs === undefined && names.length < 2)
    issues.push({
      path: '$.data.columns',
      expected: 'a column beside the label',
      found: names.join(', '),
    });
  if (issues.length > 0) throw new SpecError('The experiment', issues);
}

/** A probability for each category of a whole sequence. */
function checkOutput({ layers, outputs }: ResolvedModel, categories: readonly string[]): void {
  const shape = outputs[0]?.shape ?? [];
  const last = layers.at(-1)?.spec;
  const isSoftmax = last && 'activation' in last && last.activation === 'softmax';
  if (shape.length === 1 && shape[0] === categories.length && isSoftmax) return;
  throw new SpecError('The experiment', [
    {
      path: '$.model.layers',
      expected: `layers that end in a softmax over [${categories.length}] for a whole sequence`,
      found: isSoftmax ? JSON.stringify(shape) : `${JSON.stringify(shape)} of another activation`,
      suggestion: 'leave out "returnSequences" on the last recurrent layer, or pool over time',
    },
  ]);
}
