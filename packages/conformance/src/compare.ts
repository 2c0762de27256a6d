/** Compares what a backend gives with what the oracle gives. */
import type { HostTensor } from '@chronograd/backend';
import { formatType, sameType, type DType, type Shape } from '@chronograd/graph';
import type { Measurement } from './case.ts';
import { ConformanceFailure } from './failure.ts';
import { tolerances, type Tolerance, type ToleranceClass } from './tolerances.ts';

/** What the oracle gives: a tensor of the contract, or one whose float32 is kept in double. */
export interface Expected {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** The least positive float32 that is not denormal: what is below may be flushed to zero. */
const LEAST_NORMAL = 2 ** -126;

/**
 * Holds a tensor to the oracle's.
 *
 * Tensors that are not float32 must be equal whatever the class. NaN and infinities must stand
 * where the oracle's stand once that is rounded to float32; finite elements are held to the bound.
 * @param tensor what it is, for the message: `gradient of lstm/kernel`
 * @throws {@link ConformanceFailure} with type or error, bound, and the first element that differs.
 */
export function expectClose(
  tensor: string,
  found: HostTensor,
  expected: Expected,
  tolerance: ToleranceClass,
): Measurement {
  if (!sameType(found, expected) || found.data.length !== expected.data.length)
    throw new ConformanceFailure(
      `${tensor}: expected ${formatType(expected)} of ${expected.data.length} elements, found ` +
        `${formatType(found)} of ${found.data.length}`,
    );
  const { measure, bound } = tolerances[expected.dtype === 'float32' ? tolerance : 'exact'];
  const error = measures[measure](found.data, expected);
  if (error <= bound) return { tensor, error, bound };
  throw new ConformanceFailure(
    `${tensor} ${formatType(expected)}: ${describe[measure](error)}, at most ${bound} is allowed; ` +
      firstDifference(found.data, expected, measure, bound),
  );
}

/**
 * `‖found - expected‖ / ‖expected‖`, and `‖found‖` where the expected is zero. Infinity where
 * elements that are not finite differ; those that agree are left out.
 */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  // Scaled by the greatest element, so that squares neither overflow nor vanish.
  const scale = greatest(expected) || 1;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    const [x, y] = [found[i] as number, expected[i] as number];
    if (!sameKind(x, y)) return Infinity;
    if (!Number.isFinite(Math.fround(y))) continue;
    difference += ((x - y) / scale) ** 2;
    norm += (y / scale) ** 2;
  }
  return Math.sqrt(norm === 0 ? difference : difference / norm);
}

const measures: {
  readonly [M in Tolerance['measure']]: (found: ArrayLike<number>, expected: Expected) => number;
} = {
  equal(found, { dtype, data }) {
    for (let i = 0; i < data.length; i++) {
      const value = data[i] as number;
      if (!Object.is(found[i], dtype === 'float32' ? Math.fround(value) : value)) return Infinity;
    }
    return 0;
  },
  norm: (found, { data }) => relativeError(found, data),
  element(found, { data }) {
    let worst = 0;
    for (let i = 0; i < data.length; i++)
      worst = Math.max(worst, elementError(found[i] as number, data[i] as number));
    return worst;
  },
};

const describe: { readonly [M in Tolerance['measure']]: (error: number) => string } = {
  equal: () => 'is not equal',
  norm: (error) => `relative error ${error.toExponential(2)} in norm`,
  element: (error) => `relative error ${error.toExponential(2)} of an element`,
};

/** Whether both are NaN, the same infinity, or finite, once they are rounded to float32. */
function sameKind(x: number, y: number): boolean {
  const [a, b] = [Math.fround(x), Math.fround(y)];
  return Number.isFinite(b) ? Number.isFinite(a) : Object.is(a, b);
}

function elementError(found: number, expected: number): number {
  if (!sameKind(found, expected)) return Infinity;
  if (!Number.isFinite(Math.fround(expected))) return 0;
  const difference = Math.abs(found - expected);
  if (Math.abs(expected) < LEAST_NORMAL) return difference <= LEAST_NORMAL ? 0 : Infinity;
  return difference / Math.abs(expected);
}

function greatest(values: ArrayLike<number>): number {
  let result = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (Number.isFinite(Math.fround(size))) result = Math.max(result, size);
  }
  return result;
}

/** The first element that is off by more than its measure allows, or else at all. */
function firstDifference(
  found: ArrayLike<number>,
  { shape, data }: Expected,
  measure: Tolerance['measure'],
  bound: number,
): string {
  const limit = measure === 'norm' ? bound * greatest(data) : 0;
  const off = (i: number): boolean => {
    const [x, y] = [found[i] as number, data[i] as number];
    if (measure === 'element') return elementError(x, y) > bound;
    return !sameKind(x, y) || (Number.isFinite(Math.fround(y)) && Math.abs(x - y) > limit);
  };
  const places = Array.from({ length: data.length }, (_, i) => i);
  const place = places.find(off) ?? places.find((i) => !sameNumber(found[i], data[i]));
  if (place === undefined) return 'only in the sign of a zero';
  return `first at [${indexOf(place, shape).join(',')}]: expected ${show(data[place])}, found ${show(found[place])}`;
}

function sameNumber(x: number | undefined, y: number | undefined): boolean {
  return x === y || (Number.isNaN(x) && Number.isNaN(y));
}

function indexOf(place: number, shape: Shape): number[] {
  let rest = place;
  return [...shape]
    .reverse()
    .map((dimension) => {
      const index = rest % dimension;
      rest = Math.floor(rest / dimension);
      return index;
    })
    .reverse();
}

function show(value: number | undefined): string {
  if (value === undefined) return 'none';
  if (Object.is(value, -0)) return '-0';
  return Number.isInteger(value) ? `${value}` : `${Number(value.toPrecision(9))}`;
}
