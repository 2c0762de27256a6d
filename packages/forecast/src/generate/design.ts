/** What a generation makes of an experiment: the model that tells the next class. */
import { buildProgram, GraphError } from '@chronograd/graph';
import {
  bindShapes,
  parseModel,
  parseTraining,
  resolveModel,
  SpecError,
  type ModelSpec,
  type ResolvedModel,
  type TrainingSpec,
} from '@chronograd/spec';
import { noColumn } from '../experiment/columns.ts';
import type { GenerateExperiment } from '../experiment/experiment.ts';
import { classLoss } from '../sequences/class-loss.ts';
import { placed } from '../task/design.ts';
import { Vocabulary } from './vocabulary.ts';

/** A generation, worked out. */
export interface GenerateDesign {
  /** Columns whose numbers are read one after the other at each row. */
  readonly columns: readonly string[];
  readonly vocabulary: Vocabulary;
  /** Reads `classes`, int32 `[batch, time]`, and gives logits of the next, `[batch, time, classes]`. */
  readonly model: ModelSpec;
  readonly training: TrainingSpec;
}

const layerNames = { input: 'classes', head: 'next' } as const;

/**
 * Works a generation out.
 *
 * @throws {@link SpecError} for columns that are no numbers, for layers that do not fit the task or
 *   look ahead, at their places in the experiment
 */
export function designGeneration(experiment: GenerateExperiment): GenerateDesign {
  const { task, model, training } = experiment;
  checkColumns(experiment);
  const vocabulary = Vocabulary.of(task.vocabulary);
  const head = { type: 'dense', name: layerNames.head, units: vocabulary.size } as const;
  const spec = placed(() =>
    parseModel({
      name: model.name,
      layers: [
        { type: 'input', name: layerNames.input, shape: [null], dtype: 'int32' },
        ...model.layers,
        ...(model.head === 'dense' ? [head] : []),
      ],
    }),
  );
  const resolved = placed(() => resolveModel(spec));
  checkLayers(resolved, vocabulary.size);
  checkGenerates(resolved);
  return {
    columns: task.columns,
    vocabulary,
    model: spec,
    training: parseTraining({
      loss: classLoss(training.loss, true),
      optimizer: training.optimizer,
      metrics: training.metrics,
    }),
  };
}

function checkColumns({ data, task }: GenerateExperiment): void {
  const names = Object.keys(data.columns);
  const issues = task.columns.flatMap((name, i) => {
    const path = `$.task.columns[${i}]`;
    const type = data.columns[name]?.type;
    if (type === undefined) return [noColumn(path, name, names)];
    if (type === 'number') return [];
    return [{ path, expected: 'a column of whole numbers', found: `"${name}", a ${type}` }];
  });
  if (issues.length > 0) throw new SpecError('The experiment', issues);
}

/** Layers give one logit for each class at every step; an embedding has a vector for each class. */
function checkLayers({ spec, layers, outputs }: ResolvedModel, classes: number): void {
  const refuse = (path: string, expected: string, found: string, suggestion?: string): never => {
    const issue = { path, expected, found, ...(suggestion !== undefined && { suggestion }) };
    throw new SpecError('The experiment', [issue]);
  };
  spec.layers.forEach((layer, i) => {
    if (layer.type !== 'embedding' || layer.inputDim >= classes) return;
    const path = `$.model.layers[${i - 1}].inputDim`;
    refuse(path, `at least the ${classes} classes of the vocabulary`, `${layer.inputDim}`);
  });
  const shape = outputs[0]?.shape ?? [];
  if (shape.length !== 2 || shape[0] !== null || shape[1] !== classes)
    refuse(
      '$.model.layers',
      `layers that keep time and end in ${JSON.stringify([null, classes])}`,
      JSON.stringify(shape),
      'set "returnSequences": true on recurrent layers and "padding": "causal" on convolutions',
    );
  const last = layers.at(-1)?.spec;
  if (last && 'activation' in last && last.activation === 'softmax')
    refuse(
      `$.model.layers[${layers.length - 2}].activation`,
      'logits, of which the loss and the draw take the softmax',
      '"softmax"',
      'leave it out',
    );
}

/**
 * What comes next may not be seen: the model must run step by step.
 *
 * @throws {@link SpecError}
 */
function checkGenerates(model: ResolvedModel): void {
  try {
    buildProgram(bindShapes(model, { [layerNames.input]: [1] }), {
      batch: 1,
      entries: ['generate'],
      generate: { steps: 1, distribution: 'softmax' },
    });
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new SpecError('The experiment', [
      {
        path: '$.model.layers',
        expected: 'layers that run step by step and look at no later step',
        found: error.message,
      },
    ]);
  }
}
