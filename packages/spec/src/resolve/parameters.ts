import type {
  DenseLayer,
  GruLayer,
  LstmLayer,
  RecurrentLayer,
  SimpleRnnLayer,
} from '../documents/layers.ts';
import type { ParameterSpec } from './resolved.ts';

/** Gates of each recurrent layer: blocks along the last axis of its matrices. */
export const gateCount = { simpleRnn: 1, lstm: 4, gru: 3 } as const;

/** Parameters of a dense layer: kernel `[features, units]`, bias `[units]`. */
export function denseParameters(spec: DenseLayer, features: number): ParameterSpec[] {
  const kernel = {
    ...named(spec.name, 'kernel'),
    shape: [features, spec.units],
    initializer: spec.kernelInitializer,
  };
  const bias = {
    ...named(spec.name, 'bias'),
    shape: [spec.units],
    initializer: spec.biasInitializer,
  };
  return spec.useBias ? [kernel, bias] : [kernel];
}

/**
 * Parameters of a recurrent layer with g gates: kernel `[features, g·units]`, recurrentKernel
 * `[units, g·units]`, bias `[g·units]`, of a gru with resetAfter `[2, g·units]` (first the bias of
 * the inputs, then that of the state). Gates in the order i, f, c, o of an lstm, z, r, h of a gru.
 */
export function recurrentParameters(spec: RecurrentLayer, features: number): ParameterSpec[] {
  const count = gateCount[spec.type];
  const width = count * spec.units;
  const gates = count > 1 ? { gates: count } : {};
  const parameters: ParameterSpec[] = [
    {
      ...named(spec.name, 'kernel'),
      shape: [features, width],
      initializer: spec.kernelInitializer,
      ...gates,
    },
    {
      ...named(spec.name, 'recurrentKernel'),
      shape: [spec.units, width],
      initializer: spec.recurrentInitializer,
      ...gates,
    },
  ];
  if (spec.useBias) {
    parameters.push({
      ...named(spec.name, 'bias'),
      shape: biasShape(spec, width),
      initializer: spec.biasInitializer,
      ...gates,
      ...(spec.type === 'lstm' && { unitForgetBias: spec.unitForgetBias }),
    });
  }
  return parameters;
}

function biasShape(spec: SimpleRnnLayer | LstmLayer | GruLayer, width: number): number[] {
  return spec.type === 'gru' && spec.resetAfter ? [2, width] : [width];
}

function named(
  layer: string,
  variable: string,
): Pick<ParameterSpec, 'name' | 'layer' | 'variable'> {
  return { name: `${layer}/${variable}`, layer, variable };
}

/** How many numbers parameters hold in all. */
export function countEntries(parameters: readonly ParameterSpec[]): number {
  return parameters.reduce(
    (total, { shape }) => total + shape.reduce((product, size) => product * size, 1),
    0,
  );
}

/** How many trainable numbers a model holds. */
export function countParameters(model: { readonly parameters: readonly ParameterSpec[] }): number {
  return countEntries(model.parameters);
}
