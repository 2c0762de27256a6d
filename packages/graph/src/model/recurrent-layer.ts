/** The lowering of recurrent layers: where their states come from, dropout, what they return. */
import type { Activation, RecurrentLayer } from '@chronograd/spec';
import type { Value } from '../ir/builder.ts';
import { dropoutMask } from './dropout.ts';
import type { LayerContext } from './layers.ts';
import { recurrent } from './recurrent-cells.ts';

/** The states that a recurrent layer carries, by their short names. */
export function stateNames(layer: RecurrentLayer): readonly ('h' | 'c')[] {
  return layer.type === 'lstm' ? ['h', 'c'] : ['h'];
}

/** Name in the program of a stateful layer's state between calls. */
export function statefulName(layer: string, state: 'h' | 'c'): string {
  return `${layer}/state/${state}`;
}

/** Name in the program of a layer's state between the steps of `stream`. */
export function streamName(layer: string, state: 'h' | 'c'): string {
  return `stream/${layer}/${state}`;
}

/**
 * Appends a recurrent layer.
 *
 * Dropout draws one mask for a whole sequence, on the input `[batch, features]` and on h before
 * the recurrent kernel `[batch, units]`, the same for all gates. (Keras does so too, but draws one
 * for each gate where a layer has `recurrentDropout`.)
 *
 * Initial states are the layer's further inputs, else what a stateful layer kept of the call
 * before, else zero; while streaming, what the step before left.
 */
export function lowerRecurrent(
  context: LayerContext<RecurrentLayer>,
  gates: { readonly recurrentActivation: Activation; readonly resetAfter: boolean },
): readonly Value[] {
  const { b, spec, inputs, batch, seed, place, streaming, parameter } = context;
  const [given, ...initial] = inputs as [Value, ...Value[]];
  const x = streaming ? b.reshape(given, insertTime(given.type.shape)) : given;
  const names = stateNames(spec);
  const kept = streaming ? streamName : spec.stateful ? statefulName : undefined;
  const states = names.map((name, i) => {
    const fed = initial[i];
    if (fed) return fed;
    return kept ? context.readState(kept(spec.name, name)) : b.constant(0, [batch, spec.units]);
  });
  const mask = (rate: number, stream: number, size: number): Value | undefined =>
    seed && rate > 0 ? dropoutMask(b, { seed, stream, rate, shape: [batch, size] }) : undefined;
  const inputMask = mask(spec.dropout, 2 * place, x.type.shape[2] ?? 0);
  const recurrentMask = mask(spec.recurrentDropout, 2 * place + 1, spec.units);
  const result = recurrent(
    b,
    spec.type,
    {
      x,
      kernel: parameter('kernel'),
      recurrentKernel: parameter('recurrentKernel'),
      ...(spec.useBias ? { bias: parameter('bias') } : {}),
      states,
      ...(inputMask ? { inputMask } : {}),
      ...(recurrentMask ? { recurrentMask } : {}),
    },
    {
      units: spec.units,
      activation: spec.activation,
      recurrentActivation: gates.recurrentActivation,
      useBias: spec.useBias,
      resetAfter: gates.resetAfter,
      goBackwards: spec.goBackwards,
    },
  );
  const [h] = result.states as [Value];
  if (kept)
    names.forEach((name, i) =>
      context.writeState(kept(spec.name, name), result.states[i] as Value),
    );
  const output = spec.returnSequences && !streaming ? result.sequence : h;
  return spec.returnState ? [output, ...result.states] : [output];
}

/** `[batch, features]` as a sequence of one step, `[batch, 1, features]`. */
function insertTime(shape: readonly number[]): number[] {
  return [shape[0] ?? 0, 1, ...shape.slice(1)];
}
