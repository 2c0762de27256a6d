import { stateNames, type LayerSpec, type RecurrentLayer } from '../documents/layers.ts';
import type { PlacedFault } from '../codec/record.ts';
import { sequenceHint, type FindLayer } from './hints.ts';
import { denseParameters, recurrentParameters } from './parameters.ts';
import type { LayerOutput, LayerShape, ParameterSpec } from './resolved.ts';

/** What a layer makes of its inputs. */
export interface LayerResult {
  readonly outputs: LayerOutput[];
  readonly parameters: ParameterSpec[];
  /** What does not fit, at places inside of the layer. */
  readonly faults: readonly PlacedFault[];
}

/** A shape as errors and tables show it: `[time, 5]` is `[null, 5]`. */
export function shapeText(shape: LayerShape): string {
  return `[${shape.map(String).join(', ')}]`;
}

/**
 * The outputs and parameters of a layer, by its type, for inputs of known shapes.
 *
 * @param inputs one at least, but for an input layer
 * @param find looks up layers that stand before, for hints
 */
export function applyLayer(
  spec: LayerSpec,
  inputs: readonly LayerOutput[],
  find: FindLayer,
): LayerResult {
  const [first] = inputs;
  if (spec.type === 'input' || first === undefined) {
    return spec.type === 'input'
      ? { outputs: [output(spec.name, spec.shape, spec.dtype)], parameters: [], faults: [] }
      : broken([]);
  }
  switch (spec.type) {
    case 'flatten':
      return flatten(spec, first);
    case 'dense':
      return dense(spec, first);
    case 'activation':
      return activation(spec, first);
    case 'dropout':
      return sameShape(spec, first);
    case 'simpleRnn':
    case 'lstm':
    case 'gru':
      return recurrent(spec, first, inputs.slice(1), find);
  }
}

type Of<T extends LayerSpec['type']> = Extract<LayerSpec, { type: T }>;

function output(
  reference: string,
  shape: LayerShape,
  dtype: LayerOutput['dtype'] = 'float32',
): LayerOutput {
  return { reference, shape: [...shape], dtype };
}

function broken(faults: readonly PlacedFault[]): LayerResult {
  return { outputs: [], parameters: [], faults };
}

/** A fault of the input at `index`: what was expected, what came from whom. */
function inputFault(
  input: LayerOutput,
  index: number,
  expected: string,
  hint?: string,
): PlacedFault {
  const found = `${shapeText(input.shape)} from ${input.reference}`;
  return {
    at: ['inputs', index],
    expected,
    found,
    ...(hint !== undefined && { suggestion: hint }),
  };
}

function needsFloat(spec: LayerSpec, input: LayerOutput): PlacedFault[] {
  if (input.dtype === 'float32') return [];
  return [
    {
      at: ['inputs', 0],
      expected: `float32 into ${spec.type}`,
      found: `${input.dtype} from ${input.reference}`,
    },
  ];
}

function sameShape(spec: Of<'dropout' | 'activation'>, input: LayerOutput): LayerResult {
  const faults = needsFloat(spec, input);
  if (faults.length > 0) return broken(faults);
  return { outputs: [output(spec.name, input.shape)], parameters: [], faults };
}

function activation(spec: Of<'activation'>, input: LayerOutput): LayerResult {
  const needsAxis = spec.activation === 'softmax' || spec.activation === 'logSoftmax';
  if (needsAxis && input.shape.length === 0) {
    return broken([inputFault(input, 0, `[..., features] into ${spec.activation}`)]);
  }
  return sameShape(spec, input);
}

function flatten(spec: Of<'flatten'>, input: LayerOutput): LayerResult {
  let size = 1;
  for (const dimension of input.shape) {
    if (dimension === null) {
      return broken([
        inputFault(
          input,
          0,
          'a shape without null into flatten',
          'give the input layer its whole shape, or bind it before',
        ),
      ]);
    }
    size *= dimension;
  }
  return { outputs: [output(spec.name, [size], input.dtype)], parameters: [], faults: [] };
}

function dense(spec: Of<'dense'>, input: LayerOutput): LayerResult {
  const features = input.shape.at(-1);
  const faults = needsFloat(spec, input);
  if (features === undefined) {
    faults.push(inputFault(input, 0, '[..., features] into dense'));
  } else if (features === null) {
    faults.push(inputFault(input, 0, 'a known last dimension into dense', knownHint));
  }
  if (faults.length > 0 || features === undefined || features === null) return broken(faults);
  return {
    outputs: [output(spec.name, [...input.shape.slice(0, -1), spec.units])],
    parameters: denseParameters(spec, features),
    faults,
  };
}

const knownHint = 'the kernel has its size: give the input layer a number there';

function recurrent(
  spec: RecurrentLayer,
  input: LayerOutput,
  states: readonly LayerOutput[],
  find: FindLayer,
): LayerResult {
  const faults = [...needsFloat(spec, input), ...stateFaults(spec, states)];
  const [time, features] = input.shape;
  if (input.shape.length !== 2 || time === undefined || features === undefined) {
    const hint = input.shape.length < 2 ? sequenceHint(input.reference, find) : undefined;
    faults.push(inputFault(input, 0, `[time, features] into ${spec.type}`, hint));
  } else if (features === null) {
    faults.push(inputFault(input, 0, `a known last dimension into ${spec.type}`, knownHint));
  }
  if (faults.length > 0 || time === undefined || typeof features !== 'number')
    return broken(faults);
  const outputs = [
    output(spec.name, spec.returnSequences ? [time, spec.units] : [spec.units]),
    ...(spec.returnState
      ? stateNames[spec.type].map((state) => output(`${spec.name}:${state}`, [spec.units]))
      : []),
  ];
  return { outputs, parameters: recurrentParameters(spec, features), faults };
}

function stateFaults(spec: RecurrentLayer, states: readonly LayerOutput[]): PlacedFault[] {
  return states.flatMap((state, index) => {
    const fits = state.shape.length === 1 && state.shape[0] === spec.units;
    return fits && state.dtype === 'float32'
      ? []
      : [inputFault(state, index + 1, `an initial state [${spec.units}] into ${spec.type}`)];
  });
}
