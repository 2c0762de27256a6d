/** What a forecasting task makes of an experiment: features, windows, model and loss. */
import type { WindowKind } from '@chronograd/data';
import {
  isLossTable,
  parseModel,
  parseTraining,
  resolveModel,
  SpecError,
  type LossSpec,
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
  /** Columns that do not change within a series, behind what is ahead. */
  readonly static: readonly string[];
  /** All features of a row of the window: past, ahead and static. */
  readonly features: readonly string[];
  readonly targets: readonly string[];
  /** Rows that the model forecasts at once: 1 where the forecast is iterated. */
  readonly modelHorizon: number;
  readonly kind: WindowKind;
  /**
   * Numbers that the model gives for each value: 1; one for each quantile; location and logarithm of
   * the scale of a likelihood.
   */
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
  const fixed = expand(task.static);
  const features = [...past, ...ahead.map(({ name }) => name), ...fixed];
  const everyStep = task.strategy === 'sequenceToSequence';
  const perValue = valuesEach(task.output);
  const units = modelHorizon * task.targets.length * perValue;
  const head = { type: 'dense', name: layerNames.head, units } as const;
  const spec = placed(() =>
    parseModel({
      name: model.name,
      layers: [
        { type: 'input', name: layerNames.input, shape: [task.window, features.length] },
        ...model.layers,
        ...(model.head === 'dense' ? [head] : []),
      ],
    }),
  );
  checkOutput(spec, everyStep ? [task.window, units] : [units], everyStep);
  return {
    past,
    ahead,
    static: fixed,
    features,
    targets: task.targets,
    modelHorizon,
    kind: everyStep ? 'sequenceToSequence' : 'manySteps',
    perValue,
    model: spec,
    training: parseTraining({
      loss: lossOf(experiment),
      optimizer: training.optimizer,
      metrics: training.metrics,
    }),
  };
}

function valuesEach(output: OutputSpec): number {
  switch (output.type) {
    case 'point':
      return 1;
    case 'quantiles':
      return output.levels.length;
    case 'gaussian':
    case 'studentT':
      return 2;
  }
}

function defaultLoss(output: OutputSpec): LossSpec {
  switch (output.type) {
    case 'point':
      return { type: 'mse' };
    case 'quantiles':
      return { type: 'quantile', quantiles: output.levels };
    case 'gaussian':
      return { type: 'gaussian' };
    case 'studentT':
      return { type: 'studentT', degrees: output.degrees };
  }
}

/** Losses of distributions, whose predictions are not points. */
const ofDistributions = new Set(['quantile', 'gaussian', 'studentT', 'logistics']);

/** The loss that a document gives, which must be one of the task's output. */
function lossOf({ task, training }: ForecastExperiment): TrainingSpec['loss'] {
  const { output } = task;
  const own = defaultLoss(output);
  const { loss = own } = training;
  if (isLossTable(loss)) return loss;
  const isOfPoints = !ofDistributions.has(loss.type);
  if (output.type === 'point' ? isOfPoints : sameLoss(loss, own)) return loss;
  throw new SpecError('The experiment', [
    {
      path: '$.training.loss',
      expected:
        output.type === 'point' ? 'a loss of points' : `that of the output, ${JSON.stringify(own)}`,
      found: JSON.stringify(loss),
      suggestion:
        output.type === 'point'
          ? 'give "task.output" the type of the loss'
          : 'leave it out: it follows from "task.output"',
    },
  ]);
}

function sameLoss(a: LossSpec, b: LossSpec): boolean {
  const sorted = (loss: LossSpec): string =>
    JSON.stringify(Object.entries(loss).sort(([one], [other]) => (one < other ? -1 : 1)));
  return sorted(a) === sorted(b);
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
