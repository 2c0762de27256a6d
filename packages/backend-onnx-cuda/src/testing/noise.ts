/** Data for tests. */
import type { HostTensor } from '@chronograd/backend';

/** Numbers that look random, from -1 to 1: a linear congruential generator. */
export function noise(size: number, seed = 1): Float32Array {
  let word = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length: size }, () => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return word / 2 ** 31 - 1;
  });
}

/** A float32 tensor of {@link noise}. */
export function noisy(shape: readonly number[], seed = 1): HostTensor<'float32'> {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { dtype: 'float32', shape, data: noise(size, seed) };
}
