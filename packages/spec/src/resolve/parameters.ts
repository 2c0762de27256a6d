import type { DenseLayer, GruLayer, LstmLayer, SimpleRnnLayer } from '../documents/layers.ts';
import { ruled } from './layer-result.ts';
import type { ParameterSpec } from './resolved.ts';

/** Gates of each recurrent layer: blocks along the last axis of its matrices. */
const gateCount = { simpleRnn: 1, lstm: 4, gru: 3 } as const;

/** A recurrent layer with a cell of its own. */
export type CellLayer = SimpleRnnLayer | LstmLayer | GruLayer;

/** Parameters of a dense layer: kernel `[features, units]`, bias `[units]`. */
export function denseParameters(spec: DenseLayer, features: number): ParameterSpec[] {
  const kernel = {
    ...named(spec.name, 'kernel'),
    shape: [features, spec.units],
    initializer: spec.kernelInitializer,
    ...ruled(spec.kernelRegularizer, spec.kernelConstraint),
  };
  const bias = {
    ...named(spec.name, 'bias'),
    shape: [spec.units],
    initializer: spec.biasInitializer,
    ...ruled(spec.biasRegularizer, spec.biasConstraint),
  };
  return spec.useBias ? [kernel, bias] : [kernel];
}

/**
 * Parameters of a recurrent layer with g gates: kernel `[features, g·units]`, recurrentKernel
 * `[units, g·units]`, bias `[g·units]`, of a gru with resetAfter `[2, g·units]` (first the bias of
 * the inputs, then that of the state). Gates in the order i, f, c, o of an lstm, z, r, h of a gru.
 */
export function recurrentParameters(spec: CellLayer, features: number): ParameterSpec[] {
  const count = gateCount[spec.type];
  const width = count * spec.units;
  const gates = count > 1 ? { gates: count } : {};
  const parameters: ParameterSpec[] = [
    {
      ...named(spec.name, 'kernel'),
      shape: [features, width],
      initializer: spec.kernelInitializer,
      ...ruled(spec.kernelRegularizer, spec.kernelConstraint),
      ...gates,
    },
    {
      ...named(spec.name, 'recurrentKernel'),
      shape: [spec.units, width],
      initializer: spec.recurrentInitializer,
      ...ruled(spec.recurrentRegularizer, spec.recurrentConstraint),
      ...gates,
    },
  ];
  if (spec.useBias) {
    parameters.push({
      ...named(spec.name, 'bias'),
      shape: biasShape(spec, width),
      initializer: spec.biasInitializer,
      ...ruled(spec.biasRegularizer, spec.biasConstraint),
      ...gates,
      ...(spec.type === 'lstm' && { unitForgetBias: spec.unitForgetBias }),
    });
  }
  return [...parameters, ...normParameters(spec, width)];
}

/** Where a cell normalises, in the order of the parameters; '' is the sum of all. */
const normPlaces = {
  simpleRnn: [''],
  lstm: ['kernel', 'recurrent', 'state'],
  gru: ['kernel', 'recurrent'],
} as const;

/**
 * The scales and shifts of a cell with layer normalisation, in the order of its parameters: of a
 * simpleRnn gamma and beta, of others kernelGamma, kernelBeta, recurrentGamma and recurrentBeta, of
 * an lstm also stateGamma and stateBeta. None without it.
 */
export function normVariables(spec: CellLayer): readonly string[] {
  const { layerNormalization } = spec;
  if (layerNormalization === false) return [];
  const { scale, center } = layerNormalization;
  return normPlaces[spec.type].flatMap((place) => {
    const variables = [...(scale ? ['Gamma'] : []), ...(center ? ['Beta'] : [])];
    return variables.map((kind) => (place === '' ? kind.toLowerCase() : `${place}${kind}`));
  });
}

/** Their parameters: `[g·units]`, those of an lstm's state `[units]`; ones and zeros at first. */
function normParameters(spec: CellLayer, width: number): ParameterSpec[] {
  return normVariables(spec).map((variable) => ({
    ...named(spec.name, variable),
    shape: [variable.startsWith('state') ? spec.units : width],
    initializer: { type: /gamma$/i.test(variable) ? 'ones' : 'zeros' },
  }));
}

function biasShape(spec: CellLayer, width: number): number[] {
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

/** How many numbers a model holds, trained or not. */
export function countParameters(model: { readonly parameters: readonly ParameterSpec[] }): number {
  return countEntries(model.parameters);
}
