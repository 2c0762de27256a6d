/** The layers of a model, one after the other. */
import {
  axisOf,
  directionsOf,
  isRecurrent,
  outputNames,
  ownerOf,
  stepLayerOf,
  type DirectedLayer,
  type LayerSpec,
  type RecurrentLayer,
  type ResolvedModel,
} from '@chronograd/spec';
import type { Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import type { TensorType } from '../ir/types.ts';
import { lagsOf } from './convolution-layers.ts';
import type { EntryBuilder } from './entry-builder.ts';
import { lowerLayer, type LayerContext } from './layers.ts';
import { maskOf, stepsWithin } from './masks.ts';
import { activityOf, type Activity } from './penalties.ts';

/** Where layers write, and where they find parameters and states: an entry, or a body in one. */
export type Surroundings = Pick<EntryBuilder, 'b' | 'read' | 'latest' | 'write'> & {
  /** In place of the queue that an entry keeps, see {@link LayerContext.delayed}. */
  readonly delayed?: (layer: string, x: Value, lags: readonly number[]) => readonly Value[];
};

/** How the layers are run. */
export interface ForwardOptions {
  readonly batch: number;
  /** One time step at a time, with the states in the program. */
  readonly streaming: boolean;
  /** Whether it is a training step, in which averages move. Default false. */
  readonly training?: boolean;
  /** Random key of a training step, uint32 [2]; without it nothing is dropped. */
  readonly seed?: Value;
}

/** The name of the lengths of a ragged input. */
function lengthsName(reference: string): string {
  return `${reference}:lengths`;
}

/**
 * Declares the model's inputs, by the names of their layers: `[batch, …shape]`; and of ragged ones
 * how many steps of each sequence are there, `<input>:lengths` int32 `[batch]`.
 */
export function declareInputs(
  entry: EntryBuilder,
  model: ResolvedModel,
  { batch, streaming }: Pick<ForwardOptions, 'batch' | 'streaming'>,
): ReadonlyMap<string, Value> {
  const ragged = new Set(
    model.spec.layers.flatMap((spec) => (spec.type === 'input' && spec.ragged ? [spec.name] : [])),
  );
  return new Map(
    model.inputs.flatMap(({ reference, shape, dtype }): (readonly [string, Value])[] => {
      const bound = boundShape(reference, shape);
      const own = streaming && isSequenceInput(bound, dtype) ? bound.slice(1) : bound;
      const type: TensorType = { dtype, shape: [batch, ...own] };
      const value = entry.input(reference, type);
      // One step at a time, each is there.
      if (streaming || !ragged.has(reference)) return [[reference, value]];
      const lengths = entry.input(lengthsName(reference), { dtype: 'int32', shape: [batch] });
      return [
        [reference, value],
        [lengthsName(reference), lengths],
      ];
    }),
  );
}

/** What the layers of a model give. */
export interface Forward {
  /** The value of every reference (`lstm`, `lstm:h`). */
  readonly values: ReadonlyMap<string, Value>;
  /** bool `[batch, time]` of the references that have one: false where a step is not there. */
  readonly masks: ReadonlyMap<string, Value>;
  /** What regularisers of outputs look at, in the order of the layers. */
  readonly activities: readonly Activity[];
}

/**
 * Appends every layer.
 * @throws {@link GraphError} where a layer cannot stream
 */
export function forward(
  entry: Surroundings,
  model: ResolvedModel,
  inputs: ReadonlyMap<string, Value>,
  { batch, streaming, seed, training = false }: ForwardOptions,
): Forward {
  const values = new Map<string, Value>(inputs);
  const masks = new Map<string, Value>();
  const activities: Activity[] = [];
  for (const [reference, value] of inputs) {
    const lengths = inputs.get(lengthsName(reference));
    const [, time = 0] = value.type.shape;
    if (lengths) masks.set(reference, stepsWithin(entry.b, lengths, time));
  }
  const at = (reference: string): Value => {
    const value = values.get(reference);
    if (!value)
      throw new GraphError(
        'model',
        reference,
        [...values.keys()].join(', '),
        'a later layer or none',
      );
    return value;
  };
  model.layers.forEach((layer, place) => {
    const { spec } = layer;
    if (spec.type === 'input') return;
    const isMasked = spec.inputs.some((reference) => masks.has(reference));
    if (streaming) checkStreams(spec, layer.inputs[0]?.shape ?? [], isMasked);
    const delay = entry.delayed ?? queued(entry);
    const context: LayerContext = {
      b: entry.b,
      layer,
      spec,
      inputs: spec.inputs.map(at),
      masks: spec.inputs.map((reference) => masks.get(reference)),
      batch,
      training,
      ...(seed ? { seed } : {}),
      place,
      streaming,
      ...(streaming && {
        delayed: (x: Value, lags: readonly number[]) => delay(spec.name, x, lags),
      }),
      activity: (regularizer, output) => activities.push({ regularizer, output }),
      parameter: (variable) => entry.read(`${ownerOf(spec)}/${variable}`),
      readState: (name) => entry.read(name),
      latestState: (name) => entry.latest(name),
      writeState: (name, value) => entry.write(name, value),
    };
    const outputs = lowerLayer(context);
    const mask = maskOf(context);
    // Returned states have none.
    const masked = isRecurrent(spec) ? outputNames(spec) : [''];
    if (mask) for (const name of masked) masks.set(`${spec.name}${name}`, mask);
    layer.outputs.forEach(({ reference }, i) => values.set(reference, outputs[i] as Value));
    const regularizer = activityOf(spec);
    if (regularizer) context.activity(regularizer, outputs[0] as Value);
  });
  return { values, masks, activities };
}

/** Length of the queue of a layer that looks back while streaming; 0 of others. */
export function queueLength(spec: LayerSpec): number {
  return spec.type === 'conv1d' ? (lagsOf(spec)[0] ?? 0) : 0;
}

/** Name in the program of what a convolution has read, while streaming. */
export function queueName(layer: string): string {
  return `stream/${layer}/queue`;
}

/** Steps ago, from a queue `[batch, length, channels]` in the state, the oldest first. */
function queued(entry: Surroundings): NonNullable<Surroundings['delayed']> {
  const { b } = entry;
  return (layer, x, lags) => {
    const name = queueName(layer);
    const [batch, channels] = x.type.shape as [number, number];
    const length = lags[0] ?? 0;
    const all = b.concat([entry.read(name), b.reshape(x, [batch, 1, channels])], 1);
    entry.write(name, b.sliceAxis(all, 1, 1, length + 1));
    return lags.map((lag) =>
      b.reshape(b.sliceAxis(all, 1, length - lag, length - lag + 1), [batch, channels]),
    );
  };
}

/** Whether a layer draws random numbers while training. */
export function drops(spec: LayerSpec): boolean {
  if (spec.type === 'dropout') return spec.rate > 0;
  if (spec.type === 'gaussianNoise') return spec.stddev > 0;
  if (spec.type === 'timeDistributed') return drops(stepLayerOf(spec));
  return isRecurrent(spec) && directedOf(spec).some(dropsStates);
}

function directedOf(spec: RecurrentLayer): readonly DirectedLayer[] {
  return spec.type === 'bidirectional' ? Object.values(directionsOf(spec)) : [spec];
}

function dropsStates(spec: DirectedLayer): boolean {
  return spec.dropout > 0 || spec.recurrentDropout > 0;
}

/** A shape without unknown dimensions. @throws {@link GraphError} if one is left */
export function boundShape(reference: string, shape: readonly (number | null)[]): number[] {
  return shape.map((dimension) => {
    if (dimension === null)
      throw new GraphError(
        'model',
        reference,
        'a shape without null: bind the shapes first',
        `[${shape.map((d) => d ?? 'null').join(', ')}]`,
      );
    return dimension;
  });
}

/** Whether an input has a time axis: `[time, features, …]`, or int32 `[time]`, classes over time. */
export function isSequenceInput(shape: readonly unknown[], dtype: string): boolean {
  return isSequence(shape) || (dtype === 'int32' && shape.length === 1);
}

/** Whether a shape without batch has a time axis: `[time, features, …]`. */
function isSequence(shape: readonly unknown[]): boolean {
  return shape.length > 1;
}

/** Layers that look at several steps of a sequence at once. */
const overTimeTypes: ReadonlySet<LayerSpec['type']> = new Set<LayerSpec['type']>([
  'flatten',
  'reshape',
  'permute',
  'conv1d',
  'separableConv1d',
  'conv1dTranspose',
  'maxPooling1d',
  'averagePooling1d',
  'globalMaxPooling1d',
  'globalAveragePooling1d',
  'upSampling1d',
  'cropping1d',
  'zeroPadding1d',
]);

function overTime(spec: LayerSpec, rank: number): boolean {
  if (spec.type === 'concatenate') return axisOf(spec, rank) === 0;
  // A causal convolution sees the past only, which a queue keeps.
  if (spec.type === 'conv1d') return !isCausal(spec);
  return overTimeTypes.has(spec.type);
}

function isCausal({
  kernelSize,
  strides,
  padding,
}: Extract<LayerSpec, { type: 'conv1d' }>): boolean {
  return strides === 1 && (padding === 'causal' || kernelSize === 1);
}

function checkStreams(spec: LayerSpec, input: readonly unknown[], isMasked: boolean): void {
  const refuse = (expected: string, found: string): never => {
    throw new GraphError('stream', `layer ${spec.name}`, expected, found);
  };
  if (isSequence(input) && overTime(spec, input.length))
    refuse('a layer that works step by step', `${spec.type} over the time axis`);
  if (spec.type === 'repeatVector')
    refuse('a layer that works step by step', 'repeatVector, which makes a whole sequence');
  if (!isRecurrent(spec)) return;
  if (spec.type === 'bidirectional')
    refuse('a layer that reads the past only', 'bidirectional, which reads from the last step too');
  if (directedOf(spec).some(({ goBackwards }) => goBackwards))
    refuse('a layer that reads the past only', 'goBackwards: true');
  if (spec.inputs.length > 1)
    refuse('an initial state of zeros', `initial states from ${spec.inputs.slice(1).join(', ')}`);
  // At a step that is passed over the output of the step before is due, which no state holds.
  if (isMasked && spec.type === 'rnn' && !Object.hasOwn(spec.cell.states, spec.cell.output))
    refuse('a cell whose output is a state, for steps that are passed over', spec.cell.output);
}
