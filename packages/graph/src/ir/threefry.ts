/**
 * Threefry-2x32 with 20 rounds: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011. Counter-based: a key and a counter give two random words, with no state between.
 */

/** Rotations of the eight rounds of a cycle (their table 4, and `threefry.h` of Random123). */
export const THREEFRY_ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Parity of the key schedule, from Skein. */
export const THREEFRY_PARITY = 0x1bd11bda;

/** The two random words of a counter block `[c0, c1]` under the key `[k0, k1]`, as uint32. */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const keys = [k0 | 0, k1 | 0, k0 ^ k1 ^ THREEFRY_PARITY] as const;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let round = 0; round < 20; round++) {
    const rotation = THREEFRY_ROTATIONS[round & 7] as number;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    if ((round & 3) === 3) {
      const turn = (round + 1) >> 2;
      x0 = (x0 + (keys[turn % 3] as number)) | 0;
      x1 = (x1 + (keys[(turn + 1) % 3] as number) + turn) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/**
 * `size` random words as the primitive `randomBits` defines them: with `h = ceil(size / 2)`, the
 * counter block `[stream, i]`, `i < h`, gives element `i` and element `h + i`.
 */
export function randomWords(
  key: readonly [number, number],
  stream: number,
  size: number,
): Uint32Array {
  const words = new Uint32Array(size);
  const half = Math.ceil(size / 2);
  for (let i = 0; i < half; i++) {
    const [first, second] = threefry2x32(key[0], key[1], stream, i);
    words[i] = first;
    if (half + i < size) words[half + i] = second;
  }
  return words;
}
