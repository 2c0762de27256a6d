import { describe, expect, it } from 'vitest';
import { randomWords, threefry2x32 } from './threefry.ts';

describe('threefry2x32', () => {
  // kat_vectors of the Random123 distribution, "threefry2x32 20".
  it.each([
    [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
  ])('key %i %i, counter %i %i', (k0, k1, c0, c1, first, second) => {
    expect(threefry2x32(k0, k1, c0, c1)).toEqual([first, second]);
  });
});

describe('randomWords', () => {
  it('puts the first words of the blocks before the second ones', () => {
    const [a0, b0] = threefry2x32(7, 8, 3, 0);
    const [a1, b1] = threefry2x32(7, 8, 3, 1);
    const [a2] = threefry2x32(7, 8, 3, 2);
    expect([...randomWords([7, 8], 3, 5)]).toEqual([a0, a1, a2, b0, b1]);
  });

  it('differs from stream to stream', () => {
    expect(randomWords([7, 8], 0, 4)).not.toEqual(randomWords([7, 8], 1, 4));
  });

  it('gives none where none are asked for', () => {
    expect(randomWords([7, 8], 0, 0)).toHaveLength(0);
  });
});
