/** Comparison and choice: `equal less and not select cast`. */
import type { PrimitiveCase, PrimitiveTable } from '../../kinds/primitive.ts';
import {
  bools,
  drawn,
  floats,
  ints,
  otherInts,
  otherWords,
  specialPartners,
  specials,
  wideInts,
  wideWords,
  words,
} from './inputs.ts';

const bits = bools([2, 2], [0, 1, 0, 1]);
const otherBits = bools([2, 2], [0, 0, 1, 1]);

const comparison = (op: 'equal' | 'less'): PrimitiveCase[] => [
  {
    name: 'float32, some equal',
    inputs: [
      floats([2, 3], [1, 2, 3, -1, 0.5, 1e-7]),
      floats([2, 3], [1, 3, 2, -2, 0.50000006, 2e-7]),
    ],
    write: (b, x, y) => [b[op](x, y), b[op](y, x)],
    tolerance: 'exact',
    inScan: true,
  },
  {
    name: 'NaN, infinities and zeros of both signs',
    inputs: [specials, specialPartners],
    write: (b, x, y) => [b[op](x, y), b[op](y, x), b[op](x, x)],
    tolerance: 'exact',
  },
  {
    name: 'int32',
    inputs: [wideInts, otherInts],
    write: (b, x, y) => [b[op](x, y), b[op](y, x)],
    tolerance: 'exact',
  },
  {
    // Read as int32 these come out the other way.
    name: 'uint32 above the greatest int32',
    inputs: [wideWords, otherWords],
    write: (b, x, y) => [b[op](x, y), b[op](y, x)],
    tolerance: 'exact',
    inScan: true,
  },
  {
    name: 'operands that repeat along axes',
    inputs: [floats([3, 1], [0.5, 2, 3]), floats([4], [1, 2, 3, 4])],
    write: (b, x, y) => [b[op](x, y), b[op](y, 2), b[op](2, x)],
    tolerance: 'exact',
  },
  {
    name: 'empty tensors',
    inputs: [floats([0], []), floats([0], [])],
    write: (b, x, y) => b[op](x, y),
    tolerance: 'exact',
  },
];

/** Cases of comparisons, of `and`, `not`, `select` and `cast`. */
export const choice: PrimitiveTable<'equal' | 'less' | 'and' | 'not' | 'select' | 'cast'> = {
  equal: [
    ...comparison('equal'),
    {
      name: 'bool',
      inputs: [bits, otherBits],
      write: (b, x, y) => b.equal(x, y),
      tolerance: 'exact',
    },
  ],
  less: comparison('less'),
  and: [
    {
      name: 'all four combinations',
      inputs: [bits, otherBits],
      write: (b, x, y) => b.and(x, y),
      tolerance: 'exact',
      inScan: true,
    },
    {
      name: 'results of comparisons',
      inputs: [drawn([3, 5]), drawn([5])],
      write: (b, x, y) => b.and(b.less(x, y), b.not(b.less(x, -0.5))),
      tolerance: 'exact',
    },
  ],
  not: [
    {
      name: 'both',
      inputs: [bits],
      write: (b, x) => [b.not(x), b.not(b.not(x))],
      tolerance: 'exact',
      inScan: true,
    },
  ],
  select: [
    {
      name: 'float32 by a comparison',
      inputs: [drawn([3, 4]), drawn([3, 4])],
      write: (b, x, y) => b.select(b.less(x, y), b.mul(x, x), b.exp(y)),
      tolerance: 'elementwise',
      gradient: true,
      inScan: true,
    },
    {
      name: 'operands that repeat along axes, and numbers',
      inputs: [drawn([3, 1]), drawn([4]), drawn([2, 1, 4])],
      write: (b, x, y, z) => [
        b.select(b.less(x, y), y, z),
        b.select(b.less(x, 0), x, 3),
        b.select(b.less(y, 0), 0, b.mul(z, x)),
        b.select(b.less(y, 0), 0, b.constant(3)),
      ],
      tolerance: 'elementwise',
      gradient: true,
    },
    {
      // A product with the condition would make NaN of it.
      name: 'NaN and infinity on the side that is not chosen',
      inputs: [bits, floats([2, 2], [NaN, 2, Infinity, 4]), floats([2, 2], [5, NaN, 7, -Infinity])],
      write: (b, c, x, y) => b.select(c, x, y),
      tolerance: 'exact',
      gradient: true,
    },
    {
      name: 'int32',
      inputs: [bits, ints([2, 2], [1, -2147483648, 3, 4]), ints([1, 2], [5, 2147483647])],
      write: (b, c, x, y) => b.select(c, x, y),
      tolerance: 'exact',
    },
    {
      name: 'uint32',
      inputs: [bits, words([2, 2], [1, 4294967295, 3, 4]), words([2], [5, 2147483649])],
      write: (b, c, x, y) => b.select(c, x, y),
      tolerance: 'exact',
    },
    {
      name: 'bool',
      inputs: [bits, otherBits, bools([2, 1], [1, 0])],
      write: (b, c, x, y) => b.select(c, x, y),
      tolerance: 'exact',
    },
  ],
  cast: [
    {
      name: 'float32 to integers cuts towards zero',
      inputs: [floats([7], [1.9, -1.9, 0, -0.5, 2e9, -2147483648, 2147483520])],
      write: (b, x) => b.cast(x, 'int32'),
      tolerance: 'exact',
      inScan: true,
    },
    {
      name: 'float32 to uint32',
      inputs: [floats([5], [1.9, 4e9, 0, 4294967040, 0.99])],
      write: (b, x) => b.cast(x, 'uint32'),
      tolerance: 'exact',
    },
    {
      name: 'float32 to bool: only zero is false',
      inputs: [floats([6], [0, -0, 1e-30, -3, 0.5, Infinity])],
      write: (b, x) => b.cast(x, 'bool'),
      tolerance: 'exact',
    },
    {
      // Rounded to the nearest, where 24 bits do not hold it.
      name: 'int32 to all others',
      inputs: [ints([2, 3], [-7, 0, 16777217, 2147483647, -2147483648, 16777219])],
      write: (b, x) => [b.cast(x, 'float32'), b.cast(x, 'uint32'), b.cast(x, 'bool')],
      tolerance: 'exact',
      inScan: true,
    },
    {
      name: 'uint32 to all others',
      inputs: [wideWords],
      write: (b, x) => [b.cast(x, 'float32'), b.cast(x, 'int32'), b.cast(x, 'bool')],
      tolerance: 'exact',
    },
    {
      name: 'bool to all others',
      inputs: [bits],
      write: (b, x) => [b.cast(x, 'float32'), b.cast(x, 'int32'), b.cast(x, 'uint32')],
      tolerance: 'exact',
      inScan: true,
    },
    {
      name: 'float32 to itself',
      inputs: [drawn([2, 3])],
      write: (b, x) => b.one('cast', [b.mul(x, x)], { to: 'float32' }),
      tolerance: 'elementwise',
      gradient: true,
    },
    {
      name: 'through int32, which stops gradients',
      inputs: [drawn([2, 3], -5, 5)],
      write: (b, x) => b.mul(b.sub(x, b.cast(b.cast(x, 'int32'), 'float32')), x),
      tolerance: 'forward',
      gradient: true,
    },
  ],
};
