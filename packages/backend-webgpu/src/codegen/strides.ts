/** From the place of an element in one arrangement to its place in another, in WGSL. */
import type { Shape } from '@chronograd/graph';

/** Elements between neighbours along each axis, row by row. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** Neighbouring axes as one, where the strides allow it; axes of size 1 are left out. */
function merged(shape: Shape, strides: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  shape.forEach((size, axis) => {
    const stride = strides[axis] as number;
    if (size === 1) return;
    const last = axes.at(-1);
    if (last && last.stride === stride * size)
      axes.splice(-1, 1, { size: last.size * size, stride });
    else axes.push({ size, stride });
  });
  return axes;
}

/** The coordinate along an axis of the element at a place. */
export function coordinate(shape: Shape, axis: number, place: string): string {
  const inner = stridesOf(shape)[axis] as number;
  const isFirst = shape.slice(0, axis).every((size) => size === 1);
  return along(place, inner, shape[axis] as number, isFirst);
}

function along(place: string, inner: number, size: number, isFirst: boolean): string {
  if (size === 1) return '0u';
  const divided = inner === 1 ? place : `(${place} / ${inner}u)`;
  return isFirst ? divided : `(${divided} % ${size}u)`;
}

/**
 * Where the element at a place of a shape lies by strides, one for each axis, which may be
 * negative; `start` is where the first element lies.
 */
export function strided(
  shape: Shape,
  strides: readonly number[],
  start: number,
  place: string,
): string {
  const axes = merged(shape, strides);
  const terms: string[] = start === 0 ? [] : [`${start}u`];
  let inner = axes.reduce((product, { size }) => product * size, 1);
  axes.forEach(({ size, stride }, i) => {
    inner /= size;
    if (stride === 0) return;
    const at = along(place, inner, size, i === 0);
    const distance = Math.abs(stride);
    const term = distance === 1 ? at : `${at} * ${distance}u`;
    terms.push(stride < 0 ? `- ${term}` : terms.length > 0 ? `+ ${term}` : term);
  });
  return terms.length === 0 ? '0u' : terms.join(' ');
}
