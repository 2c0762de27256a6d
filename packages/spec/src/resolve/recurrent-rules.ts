/** Shapes and parameters of recurrent layers and of masks. */
import { resolveCell } from '../cell/resolve.ts';
import type { PlacedFault } from '../codec/record.ts';
import {
  directionsOf,
  outputNames,
  recurrentOptions,
  statesOf,
  type BidirectionalLayer,
  type DirectedLayer,
  type RecurrentLayer,
} from '../documents/layers.ts';
import { sequenceHint, type FindLayer } from './hints.ts';
import {
  broken,
  inputFault,
  knownHint,
  needsFloat,
  output,
  result,
  type LayerResult,
  type Of,
} from './layer-result.ts';
import { recurrentParameters } from './parameters.ts';
import type { LayerOutput, ParameterSpec } from './resolved.ts';

/** The outputs and parameters of a recurrent layer, whose further inputs are initial states. */
export function applyRecurrentLayer(
  spec: RecurrentLayer,
  input: LayerOutput,
  states: readonly LayerOutput[],
  find: FindLayer,
): LayerResult {
  const faults = needsFloat(spec, input);
  const [time, features] = input.shape;
  if (input.shape.length !== 2 || time === undefined || features === undefined) {
    const hint = input.shape.length < 2 ? sequenceHint(input.reference, find) : undefined;
    faults.push(inputFault(input, 0, `[time, features] into ${spec.type}`, hint));
  } else if (features === null) {
    faults.push(inputFault(input, 0, `a known last dimension into ${spec.type}`, knownHint));
  }
  if (time === undefined || typeof features !== 'number' || input.shape.length !== 2)
    return broken(faults);
  const own = statesOf(spec).map(({ name, size }) => ({ name, size: size ?? features }));
  faults.push(...stateFaults(spec, states, own));
  const inner = spec.type === 'bidirectional' ? both(spec, features) : directed(spec, features);
  faults.push(...inner.faults);
  if (faults.length > 0) return broken(faults);
  const { returnSequences, returnState } = recurrentOptions(spec);
  const outputs = [
    ...outputNames(spec).map((name, i) => {
      const size = inner.sizes[i] ?? 0;
      return output(`${spec.name}${name}`, returnSequences ? [time, size] : [size]);
    }),
    ...(returnState ? own.map(({ name, size }) => output(`${spec.name}:${name}`, [size])) : []),
  ];
  return { outputs, parameters: inner.parameters, faults };
}

/** `masking`: the sequence as it is, with a mask. */
export function applyMasking(
  spec: Of<'masking'>,
  input: LayerOutput,
  find: FindLayer,
): LayerResult {
  const faults = needsFloat(spec, input);
  if (input.shape.length !== 2) {
    const hint = input.shape.length < 2 ? sequenceHint(input.reference, find) : undefined;
    faults.push(inputFault(input, 0, '[time, features] into masking', hint));
  }
  return faults.length > 0 ? broken(faults) : result(spec, input.shape);
}

/** What a layer is made of, and the sizes of its outputs. */
interface Inner {
  readonly sizes: readonly number[];
  readonly parameters: ParameterSpec[];
  readonly faults: readonly PlacedFault[];
}

function directed(spec: DirectedLayer, features: number): Inner {
  if (spec.type !== 'rnn')
    return { sizes: [spec.units], parameters: recurrentParameters(spec, features), faults: [] };
  const { cell, faults } = resolveCell(spec, features);
  if (!cell) return { sizes: [], parameters: [], faults };
  const parameters = cell.parameters.flatMap(({ name, shape }): ParameterSpec[] => {
    const written = spec.cell.parameters[name];
    if (!written) return [];
    const { initializer } = written;
    return [{ name: `${spec.name}/${name}`, layer: spec.name, variable: name, shape, initializer }];
  });
  return { sizes: [cell.outputSize], parameters, faults: [] };
}

function both(spec: BidirectionalLayer, features: number): Inner {
  const { forward, backward } = directionsOf(spec);
  const parts = [forward, backward].map((layer) => directed(layer, features)) as [Inner, Inner];
  const faults = parts.flatMap((part, i) =>
    part.faults.map((fault) => ({
      ...fault,
      at: [i === 0 ? 'layer' : backwardKey(spec), ...fault.at],
    })),
  );
  const parameters = parts.flatMap((part) =>
    part.parameters.map((each) => ({
      ...each,
      layer: spec.name,
      variable: each.name.slice(spec.name.length + 1),
    })),
  );
  const [first = 0, second = 0] = parts.flatMap(({ sizes }) => sizes);
  if (spec.mergeMode === null) return { sizes: [first, second], parameters, faults };
  if (spec.mergeMode === 'concat') return { sizes: [first + second], parameters, faults };
  const differ: PlacedFault[] =
    first === second
      ? []
      : [
          {
            at: ['mergeMode'],
            expected: `outputs of one size for "${spec.mergeMode}"`,
            found: `${first} and ${second}`,
            suggestion: '"concat" takes any sizes',
          },
        ];
  return { sizes: [first], parameters, faults: [...faults, ...differ] };
}

function backwardKey(spec: BidirectionalLayer): string {
  return spec.backwardLayer === undefined ? 'layer' : 'backwardLayer';
}

function stateFaults(
  spec: RecurrentLayer,
  given: readonly LayerOutput[],
  own: readonly { readonly name: string; readonly size: number }[],
): PlacedFault[] {
  return given.flatMap((state, index) => {
    const size = own[index]?.size;
    const fits = state.shape.length === 1 && state.shape[0] === size;
    return fits && state.dtype === 'float32'
      ? []
      : [inputFault(state, index + 1, `an initial state [${size}] into ${spec.type}`)];
  });
}
