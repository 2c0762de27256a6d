/** The lowering of recurrent layers: where their states come from, dropout, what they return. */
import {
  directionsOf,
  normVariables,
  recurrentOptions,
  resolveCell,
  statesOf,
  type BidirectionalLayer,
  type DirectedLayer,
  type RecurrentLayer,
} from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { dropoutMask } from './dropout.ts';
import type { LayerContext } from './layers.ts';
import { recurrent, type RecurrentResult } from './recurrent.ts';
import { lowerCell } from './rnn-layer.ts';

/** Tells the random draws of the backward layer of a bidirectional one from all others. */
const BACKWARD_DRAWS = 2 ** 30;

/** Name in the program of a stateful layer's state between calls. */
export function statefulName(layer: string, state: string): string {
  return `${layer}/state/${state}`;
}

/** Name in the program of a layer's state between the steps of `stream`. */
export function streamName(layer: string, state: string): string {
  return `stream/${layer}/${state}`;
}

/** The states of a recurrent layer with their sizes, of which some are that of its input. */
export function sizedStates(
  spec: RecurrentLayer,
  features: number,
): readonly { readonly name: string; readonly size: number }[] {
  return statesOf(spec).map(({ name, size }) => ({ name, size: size ?? features }));
}

/**
 * Appends a recurrent layer.
 *
 * Dropout draws one mask for a whole sequence, on the input `[batch, features]` and on h before
 * the recurrent kernel `[batch, units]`, the same for all gates; in a cell that is written, on the
 * old states before their products with parameters. (Keras does so too, but draws one for each gate
 * where a layer has `recurrentDropout`.)
 *
 * Initial states are the layer's further inputs, else what a stateful layer kept of the call
 * before, else zero; while streaming, what the step before left. Steps that the mask of the input
 * leaves out are passed over, see {@link recurrent}.
 */
export function lowerRecurrent(context: LayerContext<RecurrentLayer>): readonly Value[] {
  const { b, spec, inputs, batch, streaming, masks } = context;
  const [given, ...initial] = inputs as [Value, ...Value[]];
  const x = streaming ? b.reshape(given, insertTime(given.type.shape)) : given;
  const own = sizedStates(spec, x.type.shape[2] ?? 0);
  const { returnSequences, returnState, stateful } = recurrentOptions(spec);
  const kept = streaming ? streamName : stateful ? statefulName : undefined;
  const states = own.map(({ name, size }, i) => {
    const fed = initial[i];
    if (fed) return fed;
    return kept ? context.readState(kept(spec.name, name)) : b.constant(0, [batch, size]);
  });
  const found =
    spec.type === 'bidirectional'
      ? lowerBoth(context, spec, x, states)
      : single(direct(context, spec, { x, states, timeMask: masks[0], draws: 2 * context.place }));
  if (kept)
    own.forEach(({ name }, i) =>
      context.writeState(kept(spec.name, name), found.states[i] as Value),
    );
  const outputs = returnSequences && !streaming ? found.sequences : found.lasts;
  const returned = returnState ? [...outputs, ...found.states.slice(0, own.length)] : outputs;
  if (spec.type !== 'bidirectional') penalize(context, spec, returned);
  return returned;
}

/** Adds what the layer's `activityRegularizer` says of what it returns. */
function penalize(
  { activity }: LayerContext,
  { activityRegularizer }: DirectedLayer,
  returned: readonly Value[],
): void {
  if (activityRegularizer) for (const value of returned) activity(activityRegularizer, value);
}

/** What a layer gives: one of each, or two of a bidirectional layer that does not merge them. */
interface Found {
  /** `[batch, time, size]` */
  readonly sequences: readonly Value[];
  /** Their last steps, `[batch, size]`. */
  readonly lasts: readonly Value[];
  readonly states: readonly Value[];
}

/** A sequence `[batch, time, size]`, its last step `[batch, size]` and the last states. */
interface Directed extends RecurrentResult {
  readonly last: Value;
}

interface DirectedOperands {
  readonly x: Value;
  readonly states: readonly Value[];
  readonly timeMask: Value | undefined;
  /** Number of the layer's first stream of random draws. */
  readonly draws: number;
  /** Stands before the names of the layer's parameters. Default ''. */
  readonly prefix?: string;
}

const single = ({ sequence, last, states }: Directed): Found => ({
  sequences: [sequence],
  lasts: [last],
  states,
});

/** A recurrent layer of one direction. */
function direct(
  { b, seed, batch, parameter }: LayerContext<RecurrentLayer>,
  spec: DirectedLayer,
  { x, states, timeMask, draws, prefix = '' }: DirectedOperands,
): Directed {
  const named = (variable: string): Value => parameter(`${prefix}${variable}`);
  const mask = (rate: number, stream: number, size: number): Value | undefined =>
    seed && rate > 0 ? dropoutMask(b, { seed, stream, rate, shape: [batch, size] }) : undefined;
  const features = x.type.shape[2] ?? 0;
  const inputMask = mask(spec.dropout, draws, features);
  const operands = {
    x,
    states,
    ...(inputMask && { inputMask }),
    ...(timeMask && { timeMask }),
  };
  if (spec.type === 'rnn') {
    const { cell, faults } = resolveCell(spec, features);
    if (!cell)
      throw new GraphError('rnn', spec.name, 'a cell that fits', faults[0]?.found ?? 'another');
    const parameters = Object.fromEntries(cell.parameters.map(({ name }) => [name, named(name)]));
    const sizes = cell.states.flatMap(({ name, size }) =>
      cell.dropped.includes(name) ? [size] : [],
    );
    const width = sizes.reduce((sum, size) => sum + size, 0);
    const recurrentMask = mask(spec.recurrentDropout, draws + 1, width);
    const given = { ...operands, parameters, ...(recurrentMask && { recurrentMask }) };
    const result = lowerCell(b, cell, given, spec.goBackwards);
    const place = cell.states.findIndex(({ name }) => name === cell.output);
    return { ...result, last: result.states.at(place) as Value };
  }
  const recurrentMask = mask(spec.recurrentDropout, draws + 1, spec.units);
  const { layerNormalization } = spec;
  const result = recurrent(
    b,
    spec.type,
    {
      ...operands,
      kernel: named('kernel'),
      recurrentKernel: named('recurrentKernel'),
      ...(spec.useBias && { bias: named('bias') }),
      ...(recurrentMask && { recurrentMask }),
      norms: Object.fromEntries(normVariables(spec).map((each) => [each, named(each)])),
    },
    {
      units: spec.units,
      activation: spec.activation,
      recurrentActivation: spec.type === 'simpleRnn' ? 'sigmoid' : spec.recurrentActivation,
      useBias: spec.useBias,
      resetAfter: spec.type === 'gru' && spec.resetAfter,
      goBackwards: spec.goBackwards,
      ...(layerNormalization !== false && { epsilon: layerNormalization.epsilon }),
    },
  );
  return { ...result, last: result.states[0] as Value };
}

/** Both layers of a bidirectional one, their outputs in the order of time and merged. */
function lowerBoth(
  context: LayerContext<RecurrentLayer>,
  spec: BidirectionalLayer,
  x: Value,
  states: readonly Value[],
): Found {
  const { b, masks } = context;
  const { forward, backward } = directionsOf(spec);
  const own = statesOf(forward).length;
  const timeMask = masks[0];
  const draws = 2 * context.place;
  const parts = [
    direct(context, forward, {
      x,
      states: states.slice(0, own),
      timeMask,
      draws,
      prefix: 'forward/',
    }),
    direct(context, backward, {
      x,
      states: states.slice(own),
      timeMask,
      draws: draws + BACKWARD_DRAWS,
      prefix: 'backward/',
    }),
  ] as const;
  const [first, second] = [forward, backward].map(({ goBackwards }, i) =>
    inTime(b, parts[i]?.sequence as Value, goBackwards, timeMask),
  ) as [Value, Value];
  const { returnSequences, returnState } = recurrentOptions(spec);
  [forward, backward].forEach((each, i) => {
    const part = parts[i] as Directed;
    const output = returnSequences ? [first, second][i] : part.last;
    penalize(context, each, [output as Value, ...(returnState ? part.states : [])]);
  });
  return {
    sequences: merge(b, spec.mergeMode, first, second),
    lasts: merge(b, spec.mergeMode, parts[0].last, parts[1].last),
    states: [...parts[0].states.slice(0, own), ...parts[1].states.slice(0, states.length - own)],
  };
}

/** A sequence in the order of time, with zeros where the mask is false, as Keras has it here. */
function inTime(b: Builder, sequence: Value, isReversed: boolean, timeMask?: Value): Value {
  const inOrder = isReversed ? b.reverse(sequence, [1]) : sequence;
  if (!timeMask) return inOrder;
  return b.select(b.reshape(timeMask, [...timeMask.type.shape, 1]), inOrder, 0);
}

function merge(
  b: Builder,
  mode: BidirectionalLayer['mergeMode'],
  first: Value,
  second: Value,
): readonly Value[] {
  switch (mode) {
    case 'concat':
      return [b.concat([first, second], first.type.shape.length - 1)];
    case 'sum':
      return [b.add(first, second)];
    case 'mul':
      return [b.mul(first, second)];
    case 'ave':
      return [b.mul(b.add(first, second), 0.5)];
    case null:
      return [first, second];
  }
}

/** `[batch, features]` as a sequence of one step, `[batch, 1, features]`. */
function insertTime(shape: readonly number[]): number[] {
  return [shape[0] ?? 0, 1, ...shape.slice(1)];
}
