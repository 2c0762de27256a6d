/** Rules of layers that work on each step by itself: normalisation, noise, embedding. */
import {
  broken,
  inputFault,
  knownHint,
  needsFloat,
  parameter,
  result,
  ruled,
  type LayerResult,
  type Of,
} from './layer-result.ts';
import type { LayerOutput, ParameterSpec } from './resolved.ts';

/** The layers whose rules stand here. */
export type FeatureLayer = Of<
  'layerNormalization' | 'batchNormalization' | 'gaussianNoise' | 'embedding'
>;

/** The output and parameters of a layer that works on each step by itself. */
export function applyFeatureLayer(spec: FeatureLayer, input: LayerOutput): LayerResult {
  if (spec.type === 'embedding') return embedding(spec, input);
  const faults = needsFloat(spec, input);
  if (faults.length > 0) return broken(faults);
  if (spec.type === 'gaussianNoise') return result(spec, input.shape);
  const features = input.shape.at(-1);
  if (features === undefined)
    return broken([inputFault(input, 0, `[..., features] into ${spec.type}`)]);
  if (features === null)
    return broken([inputFault(input, 0, `a known last dimension into ${spec.type}`, knownHint)]);
  return result(spec, input.shape, normalization(spec, features));
}

/** In Keras's order: gamma, beta, and what is not trained. */
function normalization(
  spec: Of<'layerNormalization' | 'batchNormalization'>,
  features: number,
): ParameterSpec[] {
  const parameters: ParameterSpec[] = [];
  if (spec.scale)
    parameters.push({
      ...parameter(spec, 'gamma', [features], spec.gammaInitializer),
      ...ruled(spec.gammaRegularizer, spec.gammaConstraint),
    });
  if (spec.center)
    parameters.push({
      ...parameter(spec, 'beta', [features], spec.betaInitializer),
      ...ruled(spec.betaRegularizer, spec.betaConstraint),
    });
  if (spec.type === 'layerNormalization') return parameters;
  const { movingMeanInitializer, movingVarianceInitializer } = spec;
  return [
    ...parameters,
    { ...parameter(spec, 'movingMean', [features], movingMeanInitializer), trainable: false },
    {
      ...parameter(spec, 'movingVariance', [features], movingVarianceInitializer),
      trainable: false,
    },
  ];
}

function embedding(spec: Of<'embedding'>, input: LayerOutput): LayerResult {
  const { inputDim, outputDim, embeddingsInitializer } = spec;
  if (input.dtype !== 'int32')
    return broken([
      {
        at: ['inputs', 0],
        expected: 'int32 into embedding',
        found: `${input.dtype} from ${input.reference}`,
        suggestion: 'give the input layer "dtype": "int32"',
      },
    ]);
  const table = {
    ...parameter(spec, 'embeddings', [inputDim, outputDim], embeddingsInitializer),
    ...ruled(spec.embeddingsRegularizer, spec.embeddingsConstraint),
  };
  return result(spec, [...input.shape, outputDim], [table]);
}
