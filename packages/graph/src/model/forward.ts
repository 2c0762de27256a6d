/** The layers of a model, one after the other. */
import {
  axisOf,
  directionsOf,
  isRecurrent,
  ownerOf,
  type DirectedLayer,
  type LayerSpec,
  type RecurrentLayer,
  type ResolvedModel,
} from '@chronograd/spec';
import type { Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import type { TensorType } from '../ir/types.ts';
import type { EntryBuilder } from './entry-builder.ts';
import { lowerLayer, type LayerContext } from './layers.ts';
import { maskOf } from './masks.ts';

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

/** Declares the model's inputs, by the names of their layers: `[batch, …shape]`. */
export function declareInputs(
  entry: EntryBuilder,
  model: ResolvedModel,
  { batch, streaming }: Pick<ForwardOptions, 'batch' | 'streaming'>,
): ReadonlyMap<string, Value> {
  return new Map(
    model.inputs.map(({ reference, shape, dtype }) => {
      const bound = boundShape(reference, shape);
      const own = streaming && isSequence(bound) ? bound.slice(1) : bound;
      const type: TensorType = { dtype, shape: [batch, ...own] };
      return [reference, entry.input(reference, type)];
    }),
  );
}

/** What the layers of a model give. */
export interface Forward {
  /** The value of every reference (`lstm`, `lstm:h`). */
  readonly values: ReadonlyMap<string, Value>;
  /** bool `[batch, time]` of the references that have one: false where a step is not there. */
  readonly masks: ReadonlyMap<string, Value>;
}

/**
 * Appends every layer.
 * @throws {@link GraphError} where a layer cannot stream
 */
export function forward(
  entry: EntryBuilder,
  model: ResolvedModel,
  inputs: ReadonlyMap<string, Value>,
  { batch, streaming, seed, training = false }: ForwardOptions,
): Forward {
  const values = new Map<string, Value>(inputs);
  const masks = new Map<string, Value>();
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
    if (streaming) checkStreams(spec, layer.inputs[0]?.shape ?? []);
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
      parameter: (variable) => entry.read(`${ownerOf(spec)}/${variable}`),
      readState: (name) => entry.read(name),
      writeState: (name, value) => entry.write(name, value),
    };
    const outputs = lowerLayer(context);
    const mask = maskOf(context);
    if (mask) masks.set(spec.name, mask);
    layer.outputs.forEach(({ reference }, i) => values.set(reference, outputs[i] as Value));
  });
  return { values, masks };
}

/** Whether a layer draws random numbers while training. */
export function drops(spec: LayerSpec): boolean {
  if (spec.type === 'dropout') return spec.rate > 0;
  if (spec.type === 'gaussianNoise') return spec.stddev > 0;
  return isRecurrent(spec) && directedOf(spec).some(dropsStates);
}

function directedOf(spec: RecurrentLayer): readonly DirectedLayer[] {
  return spec.type === 'bidirectional' ? Object.values(directionsOf(spec)) : [spec];
}

function dropsStates(spec: DirectedLayer): boolean {
  return spec.dropout > 0 || (spec.type !== 'rnn' && spec.recurrentDropout > 0);
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
  return overTimeTypes.has(spec.type);
}

function checkStreams(spec: LayerSpec, input: readonly unknown[]): void {
  const refuse = (expected: string, found: string): never => {
    throw new GraphError('stream', `layer ${spec.name}`, expected, found);
  };
  if (isSequence(input) && overTime(spec, input.length))
    refuse('a layer that works step by step', `${spec.type} over the time axis`);
  if (spec.type === 'repeatVector')
    refuse('a layer that works step by step', 'repeatVector, which makes a whole sequence');
  if (!isRecurrent(spec)) return;
  if (directedOf(spec).some(({ goBackwards }) => goBackwards))
    refuse('a layer that reads the past only', 'goBackwards: true');
  if (spec.inputs.length > 1)
    refuse('an initial state of zeros', `initial states from ${spec.inputs.slice(1).join(', ')}`);
}
