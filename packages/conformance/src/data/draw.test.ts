import { describe, expect, it } from 'vitest';
import { makeTensor, noise, seedOf, tensorOf } from './draw.ts';

describe('makeTensor', () => {
  it('gives the same for the same seed, and other numbers for another', () => {
    const data = { shape: [3, 5] };
    expect(makeTensor(data, 1)).toEqual(makeTensor(data, 1));
    expect(makeTensor(data, 1)).not.toEqual(makeTensor(data, 2));
  });

  it('fills the range, ends of integers included', () => {
    const { data } = makeTensor({ shape: [500], dtype: 'int32', range: [-2, 3] }, 7);
    expect([...new Set(data)].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
    const floats = noise([1000], 3, 2, 5).data;
    expect(Math.min(...floats)).toBeGreaterThanOrEqual(2);
    expect(Math.min(...floats)).toBeLessThan(2.05);
    expect(Math.max(...floats)).toBeLessThanOrEqual(5);
    expect(Math.max(...floats)).toBeGreaterThan(4.95);
    expect(new Set(floats).size).toBeGreaterThan(990);
  });

  it('strews special values among those drawn', () => {
    const { data } = makeTensor({ shape: [6], specials: [NaN, 90] }, 1);
    expect(data[0]).toBeNaN();
    expect(data[3]).toBe(90);
    expect(Math.abs(data[1] as number)).toBeLessThan(1);
  });

  it('takes what is written out', () => {
    expect(makeTensor({ shape: [2], dtype: 'bool', values: [0, 1] }, 9)).toEqual({
      dtype: 'bool',
      shape: [2],
      data: Uint8Array.of(0, 1),
    });
  });

  it('refuses a number of elements that the shape does not have', () => {
    expect(() => tensorOf('float32', [2, 2], [1])).toThrow('float32[2,2] of 1 elements');
    expect(() => makeTensor({ shape: [1], specials: [1, 2] }, 1)).toThrow('2 special values');
  });
});

describe('seedOf', () => {
  it('tells names apart', () => {
    expect(seedOf('a')).toBe(0xe40c292c);
    expect(new Set(['', 'a', 'b', 'ab', 'ba'].map(seedOf)).size).toBe(5);
  });
});
