/** Changes of recurrent composites by the names of their operands. */
import {
  activationOf,
  recurrent,
  type Builder,
  type CompositeOptions,
  type RecurrentName,
  type RecurrentOperands,
  type RecurrentOptions,
  type RecurrentResult,
  type Value,
} from '@chronograd/graph';
import type { Change } from './mutant.ts';
import { compositesAs, gradientsAs, type WriteComposite } from './programs.ts';

/** A recurrent composite that is to be written anew. */
export interface CellContext {
  readonly b: Builder;
  readonly name: RecurrentName;
  readonly options: RecurrentOptions;
  readonly operands: RecurrentOperands;
  /** What the composite is by itself, of other operands or options. */
  readonly run: (
    operands?: Partial<RecurrentOperands>,
    options?: Partial<RecurrentOptions>,
  ) => RecurrentResult;
}

/** Writes a recurrent composite anew. */
export type WriteCell = (context: CellContext) => RecurrentResult;

/** All recurrent composites. */
export const everyCell: readonly RecurrentName[] = ['simpleRnn', 'lstm', 'gru'];

/** Gives recurrent composites another decomposition, forward and backward. */
export function cellsAs(names: readonly RecurrentName[], write: WriteCell): Change {
  return compositesAs(names, writeWith(write));
}

/** As {@link cellsAs} for gradients alone. */
export function cellGradientsAs(names: readonly RecurrentName[], write: WriteCell): Change {
  return gradientsAs(names, writeWith(write));
}

function writeWith(write: WriteCell): WriteComposite {
  return ({ b, name: composite, options: all, inputs }) => {
    const name = composite as RecurrentName;
    // What the composite's options are: `recurrent` wrote them.
    const options: RecurrentOptions = {
      ...(all as CompositeOptions & RecurrentOptions),
      activation: activationOf(String(all['activation'])),
      recurrentActivation: activationOf(String(all['recurrentActivation'])),
    };
    const operands = nameOperands(name, all, inputs);
    const { sequence, states } = write({
      b,
      name,
      options,
      operands,
      run: (otherOperands = {}, otherOptions = {}) =>
        recurrent(b, name, { ...operands, ...otherOperands }, { ...options, ...otherOptions }),
    });
    return [sequence, ...states];
  };
}

/** The inputs of a recurrent composite by their names. */
function nameOperands(
  name: RecurrentName,
  { useBias, inputMask, recurrentMask, timeMask }: CompositeOptions,
  inputs: readonly Value[],
): RecurrentOperands {
  const rest = [...inputs];
  const next = (): Value => rest.shift() as Value;
  return {
    x: next(),
    kernel: next(),
    recurrentKernel: next(),
    ...(useBias && { bias: next() }),
    states: name === 'lstm' ? [next(), next()] : [next()],
    ...(inputMask && { inputMask: next() }),
    ...(recurrentMask && { recurrentMask: next() }),
    ...(timeMask && { timeMask: next() }),
  };
}
