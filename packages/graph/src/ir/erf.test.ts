import { describe, expect, it } from 'vitest';
import { erf } from './erf.ts';

describe('erf', () => {
  // Values of the C library's erf, as Python's math.erf prints them.
  it.each([
    [0, 0],
    [1e-8, 1.1283791670955126e-8],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [-2.5, -0.999593047982555],
    [2.999999, 0.999977909363748],
    [3.5, 0.9999992569016276],
    [7, 1],
    [-Infinity, -1],
  ])('erf(%d) = %d', (x, expected) => {
    expect(Math.abs(erf(x) - expected)).toBeLessThanOrEqual(1e-15);
  });

  it('keeps NaN', () => {
    expect(erf(NaN)).toBeNaN();
  });
});
