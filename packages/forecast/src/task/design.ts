/** What a forecasting task makes of an experiment: features, windows, model and loss. */
import type { WindowKind } from '@chronograd/data';
import {
  parseModel,
  parseTraining,
  resolveModel,
  SpecError,
  type ModelSpec,
  type TrainingSpec,
} from '@chronograd/spec';
import { expandName } from '../experiment/columns.ts';
import type { ForecastExperiment } from '../experiment/experiment.ts';
import type { OutputSpec } from '../experiment/task-document.ts';

/** A column of which the model sees the value some rows ahead. */
export interface AheadColumn {
  readonly column: string;
  readonly steps: number;
  /** Its name among the features: `<column>+<steps>`. */
  readonly name: string;
}

/** A forecasting experiment, worked out. */
export interface ForecastDesign {
  /** Columns of which the model sees the past, in the order of the features. */
  readonly past: readonly string[];
  /** What it sees of the rows to forecast, behind the past. */
  readonly ahead: readonly AheadColumn[];
  readonly targets: readonly string[];
  /** Rows that the model forecasts at once: 1 where the forecast is iterated. */
  readonly modelHorizon: number;
  readonly kind: WindowKind;
  /** Numbers that the model gives for each value: 1, or one for each quantile. */
  readonly perValue: number;
  readonly model: ModelSpec;
  readonly training: TrainingSpec;
}

/** Names of the layers that a task adds. */
const layerNames = { input: 'series', head: 'forecast' } as const;

/**
 * Works a forecasting experiment out.
 *
 * @throws {@link SpecError} for layers that do not fit the task, at their places in the experiment
 */
export function designForecast(experiment: ForecastExperiment): ForecastDesign {
  const { data, task, model, training } = experiment;
  const expand = (names: readonly string[]): string[] =>
    names.flatMap((name) => expandName(name, data));
  const modelHorizon = task.strategy === 'iterated' ? 1 : task.horizon;
  const past = expand(task.inputs ?? task.targets);
  const aheadSteps = Math.min(modelHorizon, task.futureSteps ?? modelHorizon);
  const ahead = expand(task.future).flatMap((column) =>
    Array.from({ length: aheadSteps }, (_, i) => ({
      column,
      steps: i + 1,
      name: `${column}+${i + 1}`,
    })),
  );
  const everyStep = task.strategy === 'sequenceToSequence';
  const perValue = valuesEach(task.output);
  const units = modelHorizon * task.targets.length * perValue;
  const head = { type: 'dense', name: layerNames.head, units } as const;
  const spec = placed(() =>
    parseModel({
      name: model.name,
      layers: [
        { type: 'input', name: layerNames.input, shape: [task.window, past.length + ahead.length] },
        ...model.layers,
        ...(model.head === 'dense' ? [head] : []),
      ],
    }),
  );
  checkOutput(spec, everyStep ? [task.window, units] : [units], everyStep);
  return {
    past,
    ahead,
    targets: task.targets,
    modelHorizon,
    kind: everyStep ? 'sequenceToSequence' : 'manySteps',
    perValue,
    model: spec,
    training: parseTraining({
      loss: training.loss ?? defaultLoss(task.output),
      optimizer: training.optimizer,
      metrics: training.metrics,
    }),
  };
}

function valuesEach(output: OutputSpec): number {
  return output.type === 'quantiles' ? output.levels.length : 1;
}

function defaultLoss(output: OutputSpec) {
  return output.type === 'quantiles'
    ? ({ type: 'quantile', quantiles: output.levels } as const)
    : 'mse';
}

/** Runs a check of the whole model; its errors are moved to where the layers stand. */
export function placed<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const issues = error.issues.map((issue) => ({
      ...issue,
      path: issue.path.replace(
        /^\$\.layers\[(\d+)\]/,
        (_, index: string) => `$.model.layers[${Number(index) - 1}]`,
      ),
    }));
    throw new SpecError('The experiment', issues);
  }
}

function checkOutput(spec: ModelSpec, wanted: readonly number[], everyStep: boolean): void {
  const [output] = placed(() => resolveModel(spec)).outputs;
  const shape = output?.shape ?? [];
  if (shape.length === wanted.length && shape.every((size, axis) => size === wanted[axis])) return;
  throw new SpecError('The experiment', [
    {
      path: '$.model.layers',
      expected: `layers that end in ${JSON.stringify(wanted)} for the task's strategy`,
      found: JSON.stringify(shape),
      suggestion: everyStep
        ? 'set "returnSequences": true on the last recurrent layer'
        : 'leave out "returnSequences" on the last recurrent layer, or flatten',
    },
  ]);
}
