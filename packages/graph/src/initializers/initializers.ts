/** First values of parameters, from a seed and the parameter's name alone. */
import type { InitializerSpec, ParameterSpec } from '@chronograd/spec';
import { sizeOf, type Shape } from '../ir/types.ts';
import { orthogonalMatrix } from './orthogonal.ts';
import { deriveKey, normalStream, uniformStream, type Words } from './random.ts';

/** Standard deviation of the standard normal distribution cut off at two. */
const TRUNCATED_STDDEV = 0.87962566103423978;

/**
 * The values of a parameter, row by row. They depend on the seed and the parameter's name, so
 * neither on the backend nor on the order or number of layers. Computed in double precision.
 * @param seed an integer from 0 to 2^53 - 1
 */
export function initialParameter(parameter: ParameterSpec, seed: number): Float32Array {
  const { name, shape, initializer, unitForgetBias } = parameter;
  const values = initialValues(initializer, shape, deriveKey(seed, name));
  // Jozefowicz et al., "An empirical exploration of recurrent network architectures", 2015.
  if (unitForgetBias) values.fill(1, values.length / 4, values.length / 2);
  return Float32Array.from(values);
}

/** The values that an initialiser gives a shape, row by row, under a key. */
export function initialValues(
  initializer: InitializerSpec,
  shape: Shape,
  key: Words,
): Float64Array {
  const size = sizeOf(shape);
  const fill = (draw: () => number): Float64Array => Float64Array.from({ length: size }, draw);
  const { fanIn, fanOut } = fans(shape);
  switch (initializer.type) {
    case 'zeros':
      return new Float64Array(size);
    case 'ones':
      return new Float64Array(size).fill(1);
    case 'constant':
      return new Float64Array(size).fill(initializer.value);
    case 'uniform': {
      const draw = uniformStream(key);
      const { min, max } = initializer;
      return fill(() => min + (max - min) * draw());
    }
    case 'normal': {
      const draw = normalStream(key);
      const { mean, stddev } = initializer;
      return fill(() => mean + stddev * draw());
    }
    case 'glorotUniform':
      return fill(scaledUniform(2 / (fanIn + fanOut), key));
    case 'glorotNormal':
      return fill(scaledNormal(2 / (fanIn + fanOut), key));
    case 'heUniform':
      return fill(scaledUniform(2 / fanIn, key));
    case 'heNormal':
      return fill(scaledNormal(2 / fanIn, key));
    case 'lecunUniform':
      return fill(scaledUniform(1 / fanIn, key));
    case 'lecunNormal':
      return fill(scaledNormal(1 / fanIn, key));
    case 'orthogonal': {
      const columns = shape[shape.length - 1] ?? 1;
      const matrix = orthogonalMatrix(size / columns, columns, normalStream(key));
      return matrix.map((value) => value * initializer.gain);
    }
  }
}

/**
 * How many inputs and outputs a weight connects, as Keras counts them: the last two axes, times
 * the size of those before; a vector counts its length as both.
 */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  const rank = shape.length;
  if (rank < 2) {
    const fan = shape[0] ?? 1;
    return { fanIn: fan, fanOut: fan };
  }
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: field * (shape[rank - 2] ?? 1), fanOut: field * (shape[rank - 1] ?? 1) };
}

/** Uniform with a variance (Glorot and Bengio 2010, He et al. 2015). */
function scaledUniform(variance: number, key: Words): () => number {
  const draw = uniformStream(key);
  const limit = Math.sqrt(3 * variance);
  return () => limit * (2 * draw() - 1);
}

/** Normal with a variance, drawn again beyond two standard deviations, as Keras does. */
function scaledNormal(variance: number, key: Words): () => number {
  const draw = normalStream(key);
  const stddev = Math.sqrt(variance) / TRUNCATED_STDDEV;
  return () => {
    let value = draw();
    while (Math.abs(value) > 2) value = draw();
    return stddev * value;
  };
}
