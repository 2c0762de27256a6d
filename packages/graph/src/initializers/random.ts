/** Streams of random numbers in plain JavaScript, counter-based like the primitive `randomBits`. */
import { threefry2x32 } from '../ir/threefry.ts';

/** A key of two uint32 words. */
export type Words = readonly [number, number];

/**
 * A key for one purpose under a seed: the seed (any integer up to 2^53) encrypts the name in
 * blocks of eight bytes, each mixed into the key of the next.
 */
export function deriveKey(seed: number, name: string): Words {
  let key: Words = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  const bytes = new TextEncoder().encode(name);
  const words = new Uint32Array(2 * Math.floor(bytes.length / 8 + 1));
  bytes.forEach(
    (byte, i) => (words[i >> 2] = ((words[i >> 2] ?? 0) | (byte << (8 * (i % 4)))) >>> 0),
  );
  for (let i = 0; i < words.length; i += 2)
    key = threefry2x32(...key, words[i] ?? 0, words[i + 1] ?? 0);
  return threefry2x32(...key, bytes.length, 0);
}

/** Doubles one after the other, uniform in [0, 1) with 53 random bits each. */
export function uniformStream(key: Words): () => number {
  let counter = 0;
  return () => {
    const [high, low] = threefry2x32(...key, counter >>> 0, Math.floor(counter / 2 ** 32));
    counter++;
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  };
}

/** Standard normal doubles one after the other, by the transformation of Box and Muller. */
export function normalStream(key: Words): () => number {
  const uniform = uniformStream(key);
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
