import { describe, expect, it } from 'vitest';
import { permutation, stepKey } from './random.ts';

describe('permutation', () => {
  it.each([0, 1, 2, 7, 1000])('holds each of %i numbers once', (size) => {
    const order = permutation(5, 3, size);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
  });

  it('depends on the seed and the epoch, and on nothing else', () => {
    const order = permutation(5, 3, 40);
    expect(permutation(5, 3, 40)).toEqual(order);
    expect(permutation(5, 4, 40)).not.toEqual(order);
    expect(permutation(6, 3, 40)).not.toEqual(order);
    expect(permutation(5 + 2 ** 40, 3, 40)).not.toEqual(order);
  });

  it('gives every order of three about as often', () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 6000; epoch++) {
      const order = permutation(1, epoch, 3).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Five standard deviations of the binomial distribution around 1000.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
  });
});

describe('stepKey', () => {
  it('differs from step to step and from seed to seed', () => {
    const keys = [stepKey(1, 0), stepKey(1, 1), stepKey(2, 0), stepKey(1, 2 ** 33)];
    expect(new Set(keys.map((key) => key.join())).size).toBe(4);
    expect(stepKey(1, 1)).toEqual(stepKey(1, 1));
  });
});
