/** The layers of a model, one after the other. */
import { isRecurrent, type LayerSpec, type ResolvedModel } from '@chronograd/spec';
import type { Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import type { TensorType } from '../ir/types.ts';
import type { EntryBuilder } from './entry-builder.ts';
import { lowerLayer } from './layers.ts';

/** How the layers are run. */
export interface ForwardOptions {
  readonly batch: number;
  /** One time step at a time, with the states in the program. */
  readonly streaming: boolean;
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

/**
 * Appends every layer; returns the value of every reference (`lstm`, `lstm:h`).
 * @throws {@link GraphError} where a layer cannot stream
 */
export function forward(
  entry: EntryBuilder,
  model: ResolvedModel,
  inputs: ReadonlyMap<string, Value>,
  { batch, streaming, seed }: ForwardOptions,
): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>(inputs);
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
    const outputs = lowerLayer({
      b: entry.b,
      layer,
      spec,
      inputs: spec.inputs.map(at),
      batch,
      ...(seed ? { seed } : {}),
      place,
      streaming,
      parameter: (variable) => entry.read(`${spec.name}/${variable}`),
      readState: (name) => entry.read(name),
      writeState: (name, value) => entry.write(name, value),
    });
    layer.outputs.forEach(({ reference }, i) => values.set(reference, outputs[i] as Value));
  });
  return values;
}

/** Whether a layer drops anything while training. */
export function drops(spec: LayerSpec): boolean {
  if (spec.type === 'dropout') return spec.rate > 0;
  return isRecurrent(spec) && (spec.dropout > 0 || spec.recurrentDropout > 0);
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

function checkStreams(spec: LayerSpec, input: readonly unknown[]): void {
  const refuse = (expected: string, found: string): never => {
    throw new GraphError('stream', `layer ${spec.name}`, expected, found);
  };
  if (spec.type === 'flatten' && isSequence(input))
    refuse('a layer that works step by step', 'flatten over the time axis');
  if (!isRecurrent(spec)) return;
  if (spec.goBackwards) refuse('a layer that reads the past only', 'goBackwards: true');
  if (spec.inputs.length > 1)
    refuse('an initial state of zeros', `initial states from ${spec.inputs.slice(1).join(', ')}`);
}
