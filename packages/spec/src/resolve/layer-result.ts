/** What rules of layers are written with. */
import type { PlacedFault } from '../codec/record.ts';
import type { InitializerSpec } from '../documents/initializers.ts';
import type { LayerSpec } from '../documents/layers.ts';
import type { ConstraintSpec, RegularizerSpec } from '../documents/regularizers.ts';
import type { LayerOutput, LayerShape, ParameterSpec } from './resolved.ts';

/** What a layer makes of its inputs. */
export interface LayerResult {
  readonly outputs: LayerOutput[];
  readonly parameters: ParameterSpec[];
  /** What does not fit, at places inside of the layer. */
  readonly faults: readonly PlacedFault[];
}

/** A layer of a type. */
export type Of<T extends LayerSpec['type']> = Extract<LayerSpec, { type: T }>;

/** A shape as errors and tables show it: `[time, 5]` is `[null, 5]`. */
export function shapeText(shape: LayerShape): string {
  return `[${shape.map(String).join(', ')}]`;
}

/** A tensor under a reference. */
export function output(
  reference: string,
  shape: LayerShape,
  dtype: LayerOutput['dtype'] = 'float32',
): LayerOutput {
  return { reference, shape: [...shape], dtype };
}

/** A layer with one output. */
export function result(
  spec: LayerSpec,
  shape: LayerShape,
  parameters: ParameterSpec[] = [],
): LayerResult {
  return { outputs: [output(spec.name, shape)], parameters, faults: [] };
}

/** A layer that does not fit. */
export function broken(faults: readonly PlacedFault[]): LayerResult {
  return { outputs: [], parameters: [], faults };
}

/** A fault of the input at `index`: what was expected, what came from whom. */
export function inputFault(
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

/** A fault where an input is not of numbers. */
export function needsFloat(spec: LayerSpec, input: LayerOutput, index = 0): PlacedFault[] {
  if (input.dtype === 'float32') return [];
  return [
    {
      at: ['inputs', index],
      expected: `float32 into ${spec.type}`,
      found: `${input.dtype} from ${input.reference}`,
    },
  ];
}

/** What to do where a size that a kernel has is not known. */
export const knownHint = 'the kernel has its size: give the input layer a number there';

/** The part of a parameter that says what it adds to the loss and what it is held to. */
export function ruled(
  regularizer: RegularizerSpec | undefined,
  constraint: ConstraintSpec | undefined,
): Pick<ParameterSpec, 'regularizer' | 'constraint'> {
  return { ...(regularizer && { regularizer }), ...(constraint && { constraint }) };
}

/** A parameter of a layer. */
export function parameter(
  spec: LayerSpec,
  variable: string,
  shape: number[],
  initializer: InitializerSpec,
): ParameterSpec {
  return { name: `${spec.name}/${variable}`, layer: spec.name, variable, shape, initializer };
}
