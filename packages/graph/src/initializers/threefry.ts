/**
 * Counter-based random numbers in plain JavaScript: Threefry-2x32 of 20 rounds, the same bits as
 * the primitive `randomBits` (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
 */

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** A key, a counter, or the random words for them. */
export type Words = readonly [number, number];

/** The two random words that belong to a counter under a key; all are uint32. */
export function threefry2x32(key: Words, counter: Words): [number, number] {
  const schedule = [key[0], key[1], (key[0] ^ key[1] ^ 0x1bd11bda) >>> 0] as const;
  let x = (counter[0] + schedule[0]) >>> 0;
  let y = (counter[1] + schedule[1]) >>> 0;
  for (let group = 0; group < 5; group++) {
    for (const bits of ROTATIONS[(group % 2) as 0 | 1]) {
      x = (x + y) >>> 0;
      y = (((y << bits) | (y >>> (32 - bits))) ^ x) >>> 0;
    }
    x = (x + (schedule[((group + 1) % 3) as 0 | 1 | 2] ?? 0)) >>> 0;
    y = (y + (schedule[((group + 2) % 3) as 0 | 1 | 2] ?? 0) + group + 1) >>> 0;
  }
  return [x, y];
}

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
    key = threefry2x32(key, [words[i] ?? 0, words[i + 1] ?? 0]);
  return threefry2x32(key, [bytes.length, 0]);
}

/** Doubles one after the other, uniform in [0, 1) with 53 random bits each. */
export function uniformStream(key: Words): () => number {
  let counter = 0;
  return () => {
    const [high, low] = threefry2x32(key, [counter >>> 0, Math.floor(counter / 2 ** 32)]);
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
