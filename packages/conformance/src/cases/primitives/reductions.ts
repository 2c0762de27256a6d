/** Many elements to one: `reduceSum reduceMax argMax`. */
import { sizeOf, type Shape } from '@chronograd/graph';
import type { PrimitiveCase, PrimitiveTable } from '../../kinds/primitive.ts';
import { drawn, floats, ints } from './inputs.ts';

/** Drawn integers `[…]`. */
const drawnInts = (shape: Shape) => ({ shape, dtype: 'int32', range: [-99, 99] }) as const;

const reduction = (op: 'reduceSum' | 'reduceMax'): PrimitiveCase[] => [
  {
    name: 'each axis of [2, 3, 4]',
    inputs: [drawn([2, 3, 4])],
    write: (b, x) => [0, 1, 2].map((axis) => b[op](x, [axis])),
    tolerance: 'forward',
    gradient: true,
    inScan: true,
  },
  {
    name: 'pairs of axes and all',
    inputs: [drawn([2, 3, 4])],
    write: (b, x) => [b[op](x, [0, 1]), b[op](x, [0, 2]), b[op](x, [1, 2]), b[op](x)],
    tolerance: 'forward',
    gradient: true,
  },
  {
    name: 'axes kept at size 1',
    inputs: [drawn([2, 3, 4])],
    write: (b, x) => [b[op](x, [1], true), b[op](x, [0, 2], true), b[op](x, undefined, true)],
    tolerance: 'forward',
    gradient: true,
  },
  {
    name: 'axes of size 1',
    inputs: [drawn([1, 3, 1])],
    write: (b, x) => [b[op](x, [0]), b[op](x, [2], true), b[op](x, [0, 1])],
    tolerance: 'forward',
    gradient: true,
  },
  {
    name: 'all numbers negative',
    inputs: [drawn([3, 5], -4, -1)],
    write: (b, x) => [b[op](x, [0]), b[op](x, [1])],
    tolerance: 'forward',
  },
  {
    name: 'an empty axis',
    inputs: [floats([3, 0, 2], [])],
    write: (b, x) => [b[op](x, [1]), b[op](x, [0]), b[op](x, [1], true)],
    tolerance: 'exact',
  },
  {
    name: 'int32',
    inputs: [drawnInts([2, 3, 4])],
    write: (b, x) => [b[op](x, [1]), b[op](x, [0, 2], true), b[op](x)],
    tolerance: 'exact',
    inScan: true,
  },
  {
    // More than one block of a parallel reduction, and not a power of two.
    name: 'a long axis',
    inputs: [drawn([3, 2051], 0, 1)],
    write: (b, x) => [b[op](x, [1]), b[op](x, [0]), b[op](x)],
    tolerance: 'forward',
    gradient: true,
  },
];

/** Cases of reductions. */
export const reductions: PrimitiveTable<'reduceSum' | 'reduceMax' | 'argMax'> = {
  reduceSum: [
    ...reduction('reduceSum'),
    {
      name: 'NaN and infinities',
      inputs: [floats([4, 2], [NaN, 1, Infinity, -Infinity, Infinity, 2, -Infinity, -3])],
      write: (b, x) => b.reduceSum(x, [1]),
      tolerance: 'exact',
    },
    {
      name: 'numbers that cancel',
      inputs: [floats([2, 4], [1, -1, 0.5, -0.25, 3, 2, -2, -3])],
      write: (b, x) => b.reduceSum(x, [1]),
      tolerance: 'exact',
    },
  ],
  reduceMax: [
    ...reduction('reduceMax'),
    {
      // Each of those that tie gets the same share.
      name: 'elements that tie',
      inputs: [floats([3, 4], [1, 3, 3, -1, 2, 2, 2, 2, -5, -7, -5, -5])],
      write: (b, x) => [b.reduceMax(x, [1]), b.reduceMax(x)],
      tolerance: 'exact',
      gradient: true,
    },
    {
      name: 'infinities',
      inputs: [floats([3, 2], [-Infinity, -Infinity, -Infinity, 3, Infinity, 3e38])],
      write: (b, x) => b.reduceMax(x, [1]),
      tolerance: 'exact',
    },
    {
      name: 'int32 at both ends',
      inputs: [ints([2, 3], [-2147483648, -2147483648, -2147483647, 2147483646, 5, 2147483647])],
      write: (b, x) => [b.reduceMax(x, [1]), b.reduceMax(x, [0])],
      tolerance: 'exact',
    },
  ],
  argMax: [
    {
      name: 'each axis of [2, 3, 4]',
      inputs: [drawn([2, 3, 4])],
      write: (b, x) => [0, 1, 2].map((axis) => b.argMax(x, axis)),
      tolerance: 'exact',
      inScan: true,
    },
    {
      name: 'the first of those that tie',
      inputs: [floats([3, 4], [1, 3, 3, -1, 2, 2, 2, 2, -5, -7, -7, -5])],
      write: (b, x) => [b.argMax(x, 1), b.argMax(x, 0)],
      tolerance: 'exact',
    },
    {
      name: 'all numbers negative, infinities',
      inputs: [floats([2, 4], [-4, -3, -3.5, -9, -Infinity, -1, 2, Infinity])],
      write: (b, x) => b.argMax(x, 1),
      tolerance: 'exact',
    },
    {
      name: 'int32',
      inputs: [ints([2, 4], [-4, 7, 7, -9, 2147483646, -1, 2147483647, -2147483648])],
      write: (b, x) => [b.argMax(x, 1), b.argMax(x, 0)],
      tolerance: 'exact',
      inScan: true,
    },
    {
      name: 'an axis of size 1',
      inputs: [drawn([3, 1])],
      write: (b, x) => b.argMax(x, 1),
      tolerance: 'exact',
    },
    {
      name: 'a long axis',
      inputs: [drawn([2, 2051])],
      write: (b, x) => b.argMax(x, 1),
      tolerance: 'exact',
    },
    {
      // Its gradient is zero: what it picks by is not what flows.
      name: 'as the index of a row',
      inputs: [drawn([5, 4])],
      write: (b, x) => b.gather(x, b.argMax(x, 0)),
      tolerance: 'exact',
      gradient: true,
    },
    {
      name: 'of elements and their numbers',
      inputs: [drawn([4, sizeOf([2, 3])])],
      write: (b, x) => b.add(b.argMax(x, 1), b.iota('int32', [4], 0)),
      tolerance: 'exact',
    },
  ],
};
