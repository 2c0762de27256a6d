/** Samples in memory as users give them, checked against a model. */
import { isLossTable, type ResolvedModel, type TrainingSpec } from '@chronograd/spec';
import { DataError, formatShape, listed } from '../errors.ts';
import { byName, type Tensors } from './by-name.ts';
import {
  checkFinite,
  indexOf,
  toTensorData,
  type TensorData,
  type TensorLike,
} from '../tensors/tensor.ts';
import { lengthsName, padSteps, toRagged } from './ragged.ts';

/** Samples with what is to be predicted for them. */
export interface FitData {
  /**
   * `[samples, …input shape]`, for several inputs by the name of the input layer. Of a ragged input
   * sequences may be arrays of different lengths, or padded as `{ data, shape, lengths }`.
   */
  readonly inputs: Tensors;
  /**
   * `[samples, …]` as the loss wants them, for several outputs by the output's reference; beside
   * ragged inputs, arrays as long as these may be given.
   */
  readonly targets: Tensors;
  /** How much each sample counts in the loss, `[samples]` or `[samples, time]`. */
  readonly sampleWeights?: TensorLike;
}

/** Checked samples: tensors by the names under which a program is fed. */
export interface Dataset {
  readonly samples: number;
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** Of each model input, without the samples' axis. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  /** Axes of the sample weights; 0 where there are none. */
  readonly weightAxes: number;
}

/** An output that has a loss, and so targets. */
export interface JudgedOutput {
  readonly reference: string;
  /** Number of classes, where targets are the indices of some. */
  readonly classes?: number;
}

/** A model and those of its outputs that have a loss. */
export interface Judged {
  readonly model: ResolvedModel;
  readonly judged: readonly JudgedOutput[];
}

/** The outputs that a training gives a loss. */
export function judgedOutputs(
  model: ResolvedModel,
  { loss }: TrainingSpec,
): readonly JudgedOutput[] {
  return model.outputs.flatMap(({ reference, shape }) => {
    const own = isLossTable(loss) ? loss[reference] : loss;
    if (!own) return [];
    const classes = own.type === 'sparseCategoricalCrossentropy' ? shape.at(-1) : undefined;
    return [{ reference, ...(typeof classes === 'number' && { classes }) }];
  });
}

/** The name under which the targets of an output are fed. */
function targetName(model: ResolvedModel, reference: string): string {
  return model.outputs.length === 1 ? 'targets' : `targets/${reference}`;
}

/**
 * Checks inputs alone, for a prediction.
 * @throws {@link DataError}
 */
export function inputDataset(model: ResolvedModel, inputs: Tensors): Dataset {
  return assemble(model, readInputs(model, inputs), 0);
}

/**
 * Checks inputs, targets and sample weights.
 * @throws {@link DataError}
 */
export function fitDataset({ model, judged }: Judged, data: FitData): Dataset {
  if (typeof data !== 'object' || data === null || !('inputs' in data) || !('targets' in data))
    throw new DataError({
      code: 'missing-tensor',
      subject: 'data',
      expected: '{ inputs, targets }, with sampleWeights where wanted',
      found: listed(Object.keys(data ?? {})),
    });
  const tensors = readInputs(model, data.inputs);
  const time = raggedTime(model, tensors);
  const alike = (value: unknown): unknown => (time === undefined ? value : padSteps(value, time));
  const references = judged.map(({ reference }) => reference);
  for (const [reference, value] of byName('targets', references, data.targets)) {
    const name = targetName(model, reference);
    const target = toTensorData(name, alike(value));
    checkFinite(name, target);
    const classes = judged.find((output) => output.reference === reference)?.classes;
    if (classes !== undefined) checkClasses(name, target, classes);
    tensors.set(name, target);
  }
  if (data.sampleWeights === undefined) return assemble(model, tensors, 0);
  const weights = toTensorData('sampleWeights', alike(data.sampleWeights));
  checkFinite('sampleWeights', weights);
  if (weights.shape.length === 0 || weights.shape.length > 2)
    throw new DataError({
      code: 'bad-shape',
      subject: 'sampleWeights',
      expected: '[samples] or [samples, time]',
      found: formatShape(weights.shape),
    });
  tensors.set('sampleWeights', weights);
  return assemble(model, tensors, weights.shape.length);
}

/** Engines read an index that is out of range as no class at all, and go on. */
function checkClasses(name: string, { data, shape }: TensorData, classes: number): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (Number.isInteger(value) && value >= 0 && value < classes) continue;
    throw new DataError({
      code: 'bad-value',
      subject: `${name}[${indexOf(i, shape).join(', ')}]`,
      expected: `the index of a class, a whole number from 0 to ${classes - 1}`,
      found: `${value}`,
    });
  }
}

function readInputs(model: ResolvedModel, inputs: Tensors): Map<string, TensorData> {
  const names = model.inputs.map(({ reference }) => reference);
  const tensors = new Map<string, TensorData>();
  for (const [name, value] of byName('inputs', names, inputs)) {
    const subject = names.length === 1 ? 'inputs' : `inputs.${name}`;
    const wanted = model.inputs.find(({ reference }) => reference === name)?.shape ?? [];
    const ragged = isRagged(model, name)
      ? toRagged(
          subject,
          value,
          wanted.slice(1).map((size) => size ?? 1),
        )
      : undefined;
    const source = ragged ? ragged.tensor : toTensorData(subject, value);
    const fits =
      source.shape.length === wanted.length + 1 &&
      wanted.every((size, axis) => size === null || size === source.shape[axis + 1]);
    if (!fits)
      throw new DataError({
        code: 'bad-shape',
        subject,
        expected: `${formatShape([null, ...wanted])}, samples first, for the input "${name}"`,
        found: formatShape(source.shape),
        ...(source.shape.length === wanted.length && {
          advice: 'The first axis is that of the samples, also for a single one',
        }),
      });
    checkFinite(subject, source);
    tensors.set(name, source);
    if (ragged) tensors.set(lengthsName(name), ragged.lengths);
  }
  return tensors;
}

function isRagged(model: ResolvedModel, name: string): boolean {
  return model.spec.layers.some(
    (layer) => layer.name === name && layer.type === 'input' && layer.ragged,
  );
}

/** The length to which ragged sequences were padded, where there are any. */
function raggedTime(
  model: ResolvedModel,
  tensors: ReadonlyMap<string, TensorData>,
): number | undefined {
  const input = model.inputs.find(({ reference }) => tensors.has(lengthsName(reference)));
  return input && tensors.get(input.reference)?.shape[1];
}

function assemble(
  model: ResolvedModel,
  tensors: ReadonlyMap<string, TensorData>,
  weightAxes: number,
): Dataset {
  const counts = [...tensors].map(([name, { shape }]) => [name, shape[0] ?? 0] as const);
  const samples = counts[0]?.[1] ?? 0;
  if (counts.some(([, count]) => count !== samples))
    throw new DataError({
      code: 'count-mismatch',
      subject: 'data',
      expected: 'as many samples in every tensor',
      found: counts.map(([name, count]) => `${count} in ${name}`).join(', '),
    });
  if (samples === 0)
    throw new DataError({
      code: 'empty',
      subject: counts[0]?.[0] ?? 'inputs',
      expected: 'at least one sample',
      found: '0',
    });
  const inputShapes: Record<string, readonly number[]> = {};
  for (const { reference } of model.inputs)
    inputShapes[reference] = tensors.get(reference)?.shape.slice(1) ?? [];
  return { samples, tensors, inputShapes, weightAxes };
}
