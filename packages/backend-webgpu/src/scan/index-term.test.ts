import { describe, expect, it } from 'vitest';
import { fixed, flatten, indexText, mirror, shift, unflatten, variable } from './index-term.ts';

const j = variable('j', 4);

describe('indices', () => {
  it('stay a variable and a number where that is all there is', () => {
    expect(indexText(shift(j, 8))).toBe('(j + 8u)');
    expect(indexText(shift(shift(j, 8), -10))).toBe('(j - 2u)');
    expect(indexText(fixed(3))).toBe('3u');
  });

  it('fall apart into axes without a division where the range lies in one of them', () => {
    const [gate, unit] = unflatten(shift(j, 8), [3, 4]);
    expect([gate, unit]).toEqual([fixed(2), j]);
    expect(flatten([fixed(2), j], [3, 4])).toEqual(shift(j, 8));
  });

  it('are divided where the range lies in several', () => {
    const places = unflatten(variable('e', 12), [3, 4]).map(indexText);
    expect(places).toEqual(['(e / 4u)', '(e % 4u)']);
  });

  it('count from the other end, and back', () => {
    const mirrored = mirror(shift(j, 1), 7);
    expect(indexText(mirrored)).toBe('((3u - j) + 2u)');
    expect(indexText(mirror(fixed(1), 7))).toBe('5u');
    expect([mirrored.offset, mirrored.extent]).toEqual([2, 4]);
  });
});
