/** Data and measures for tests. */
import type { HostTensor } from '@chronograd/backend';

/** `||a - b|| / ||b||`, and `||a||` where b is zero. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2;
    norm += (b[i] ?? NaN) ** 2;
  }
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

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
