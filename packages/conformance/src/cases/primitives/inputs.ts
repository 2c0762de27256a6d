/** Inputs that the cases of several primitives share. */
import type { DType, Shape } from '@chronograd/graph';
import type { TensorData } from '../../data/draw.ts';

/** Drawn from a range; default -1 to 1. */
export function drawn(shape: Shape, min = -1, max = 1): TensorData {
  return { shape, range: [min, max] };
}

/** Written out, float32. */
export function floats(shape: Shape, values: readonly number[]): TensorData {
  return { shape, values };
}

/** Written out, int32. */
export function ints(shape: Shape, values: readonly number[]): TensorData {
  return { shape, dtype: 'int32', values };
}

/** Written out, uint32. */
export function words(shape: Shape, values: readonly number[]): TensorData {
  return { shape, dtype: 'uint32', values };
}

/** Written out, bool. */
export function bools(shape: Shape, values: readonly number[]): TensorData {
  return { shape, dtype: 'bool', values };
}

/** A tensor of each element type. */
export const everyType: readonly DType[] = ['float32', 'int32', 'uint32', 'bool'];

/** NaN, infinities and zeros of both signs, in an order that {@link specialPartners} meets. */
export const specials = floats([2, 4], [NaN, Infinity, -Infinity, 0, -0, Infinity, 1.5, -2.5]);

/** What meets {@link specials} in operations of two operands. */
export const specialPartners = floats([2, 4], [1, Infinity, 2, -0, 0, -Infinity, NaN, Infinity]);

/** int32 at both ends, where sums wrap around. */
export const wideInts = ints([2, 3], [-7, 0, 3, 2147483647, -2147483648, 5]);

/** What meets {@link wideInts}: a sum, a difference and a product wrap to what no bound is. */
export const otherInts = ints([2, 3], [-7, 1, 2, 3, 5, -5]);

/** uint32 at both ends, and above the greatest int32. */
export const wideWords = words([2, 3], [0, 1, 4294967295, 7, 2147483648, 65537]);

/** What meets {@link wideWords}. */
export const otherWords = words([2, 3], [1, 4294967295, 4294967295, 9, 2147483648, 65537]);
