import { describe, expect, it } from 'vitest';
import { expectClose, relativeError } from './compare.ts';
import { tensorOf } from './data/draw.ts';
import { ConformanceFailure } from './failure.ts';

const f32 = (...values: number[]) => tensorOf('float32', [values.length], values);
/** The oracle's, in double precision. */
const expected = (...values: number[]) => ({
  dtype: 'float32' as const,
  shape: [values.length],
  data: values,
});

describe('relativeError', () => {
  it('is of the norm, and of none where the expected is zero', () => {
    expect(relativeError([3, 4.5], [3, 4])).toBeCloseTo(0.1, 12);
    expect(relativeError([3, 4], [0, 0])).toBe(5);
    expect(relativeError([], [])).toBe(0);
  });

  it('neither overflows nor vanishes', () => {
    expect(relativeError([3e38, 3e38], [3e38, 2e38])).toBeCloseTo(1 / Math.sqrt(13), 12);
    expect(relativeError([3e-38, 0], [0, 3e-38])).toBeCloseTo(Math.SQRT2, 12);
  });

  it('is infinite where one is not finite and the other is, or is another', () => {
    for (const [x, y] of [
      [NaN, 1],
      [1, NaN],
      [Infinity, -Infinity],
      [Infinity, 3e38],
    ] as const)
      expect(relativeError([x, 1], [y, 1])).toBe(Infinity);
    expect(relativeError([NaN, Infinity, 1], [NaN, 4e38, 1])).toBe(0);
  });
});

describe('expectClose', () => {
  it('measures, and passes within the bound', () => {
    const measured = expectClose('y', f32(1, 2.00001), expected(1, 2), 'forward');
    expect(measured).toMatchObject({ tensor: 'y', bound: 1e-5 });
    expect(measured.error).toBeGreaterThan(1e-6);
  });

  it.each([
    [
      'forward',
      f32(1, 2.5, 3),
      expected(1, 2, 3),
      'y float32[3]: relative error 1.34e-1 in norm, at most 0.00001 is allowed; first at [1]: expected 2, found 2.5',
    ],
    [
      'forward',
      f32(1, NaN),
      expected(1, 2),
      'y float32[2]: relative error Infinity in norm, at most 0.00001 is allowed; first at [1]: expected 2, found NaN',
    ],
    [
      'elementwise',
      f32(1e30, 2 ** -98),
      expected(1e30, 2 ** -99),
      'y float32[2]: relative error 1.00e+0 of an element, at most 0.00001 is allowed; first at [1]: expected 1.57772181e-30, found 3.15544362e-30',
    ],
    [
      'exact',
      f32(0, 1),
      expected(-0, 1),
      'y float32[2]: is not equal, at most 0 is allowed; only in the sign of a zero',
    ],
    [
      'exact',
      f32(1),
      expected(1, 2),
      'y: expected float32[2] of 2 elements, found float32[1] of 1',
    ],
  ] as const)('of class %s says what is wrong', (tolerance, found, reference, message) => {
    expect(() => expectClose('y', found, reference, tolerance)).toThrow(
      new ConformanceFailure(message),
    );
  });

  it('holds integers to equality whatever the class', () => {
    const found = tensorOf('int32', [1, 2], [2147483646, 1]);
    const reference = { dtype: 'int32', shape: [1, 2], data: [2147483647, 1] } as const;
    expect(() => expectClose('n', found, reference, 'forward')).toThrow(
      'n int32[1,2]: is not equal, at most 0 is allowed; first at [0,0]: expected 2147483647, found 2147483646',
    );
  });

  it('lets results below the least normal number be zero', () => {
    expect(expectClose('y', f32(0, 1), expected(1e-40, 1), 'elementwise').error).toBe(0);
    expect(() => expectClose('y', f32(0), expected(1e-30), 'elementwise')).toThrow('of an element');
  });

  it('takes for exact what is the double rounded to float32', () => {
    expect(expectClose('y', f32(0.1), expected(0.1), 'exact').error).toBe(0);
  });
});
