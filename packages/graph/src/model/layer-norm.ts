/** Layer normalisation as the composite `layerNorm`. */
import type { Builder, Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { formatType } from '../ir/types.ts';
import { compose } from './compose.ts';

/** The tensors of a layer normalisation. */
export interface LayerNormOperands {
  /** float32 `[…, size]` */
  readonly x: Value;
  /** Scale, `[size]`; ones unless given. */
  readonly gamma?: Value;
  /** Shift, `[size]`; zeros unless given. */
  readonly beta?: Value;
}

/** The options of `layerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance, above 0; 1e-3 unless given, as in Keras. */
  readonly epsilon?: number;
}

const NAME = 'layerNorm';

/**
 * Appends `gamma * (x - mean) / sqrt(variance + epsilon) + beta` over the last axis (Ba, Kiros and
 * Hinton, "Layer normalization", 2016), with the variance of the whole population.
 *
 * The composite's inputs are x, gamma (if `scale`) and beta (if `center`); its options `epsilon`,
 * `scale` and `center`. The variance is the mean of squared differences from the mean, so that an
 * offset that all elements share costs no digits.
 * @returns the shape of x
 * @throws {@link GraphError} where shapes do not fit, or for an epsilon that is not above 0
 */
export function layerNorm(
  b: Builder,
  operands: LayerNormOperands,
  { epsilon = 1e-3 }: LayerNormOptions = {},
): Value {
  const { x, gamma, beta } = operands;
  check(operands, epsilon);
  const options = { epsilon, scale: gamma !== undefined, center: beta !== undefined };
  const inputs = [x, gamma, beta].filter((value) => value !== undefined);
  return compose(b, NAME, options, inputs, (inner, copy, ...rest) => {
    const scale = gamma && (rest[0] as Value);
    const shift = beta && (rest[gamma ? 1 : 0] as Value);
    return normalize(inner, copy as Value, { gamma: scale, beta: shift }, epsilon);
  });
}

/**
 * Writes the formula of {@link layerNorm} in primitives: inside of cells and decompositions.
 * @param x float32 `[…, size]`
 */
export function normalize(
  b: Builder,
  x: Value,
  { gamma, beta }: { readonly gamma: Value | undefined; readonly beta: Value | undefined },
  epsilon: number,
): Value {
  const axis = x.type.shape.length - 1;
  const centred = b.sub(x, b.reduceMean(x, [axis], true));
  const variance = b.reduceMean(b.mul(centred, centred), [axis], true);
  // One division for each row rather than for each element.
  const inverse = b.div(1, b.sqrt(b.add(variance, epsilon)));
  const normalised = b.mul(centred, inverse);
  const scaled = gamma ? b.mul(normalised, gamma) : normalised;
  return beta ? b.add(scaled, beta) : scaled;
}

function check({ x, gamma, beta }: LayerNormOperands, epsilon: number): void {
  const { dtype, shape } = x.type;
  const size = shape[shape.length - 1];
  if (dtype !== 'float32' || !size)
    throw new GraphError(NAME, 'x', 'float32[…,size]', formatType(x.type));
  for (const [argument, value] of Object.entries({ gamma, beta })) {
    if (!value) continue;
    const { type } = value;
    if (type.dtype !== 'float32' || type.shape.length !== 1 || type.shape[0] !== size)
      throw new GraphError(NAME, argument, `float32[${size}]`, formatType(type));
  }
  if (!(epsilon > 0) || !Number.isFinite(epsilon))
    throw new GraphError(NAME, 'epsilon', 'a number above 0', `${epsilon}`);
}
