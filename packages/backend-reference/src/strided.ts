/** Walks a tensor's elements row by row, beside a place that moves by other strides. */
import type { Shape } from '@chronograd/graph';

/** Distance between neighbours along each axis, of a tensor that lies row by row. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/**
 * Calls `visit` for each row (the last axis) of `shape`: with the row's first place when counted
 * row by row, the first place when each axis has its stride, the row's length and its stride.
 * @param start the strided place of element 0
 */
export function forEachRow(
  shape: Shape,
  strides: readonly number[],
  start: number,
  visit: (place: number, strided: number, length: number, stride: number) => void,
): void {
  if (shape.includes(0)) return;
  const last = shape.length - 1;
  if (last < 0) return visit(0, start, 1, 0);
  const length = shape[last] as number;
  const stride = strides[last] as number;
  const index = new Array<number>(last).fill(0);
  let strided = start;
  for (let place = 0; ; place += length) {
    visit(place, strided, length, stride);
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      strided += strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      strided -= (shape[axis] as number) * (strides[axis] as number);
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
