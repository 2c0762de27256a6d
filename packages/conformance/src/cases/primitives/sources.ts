/** Values from attributes and from random keys: `constant iota randomBits`. */
import type { Shape } from '@chronograd/graph';
import type { PrimitiveCase, PrimitiveTable } from '../../kinds/primitive.ts';
import { drawn, words } from './inputs.ts';

/** All bits of every word are part of the contract: dropout masks are the same everywhere. */
const bits = (
  name: string,
  key: readonly number[],
  shape: Shape,
  stream: number,
): PrimitiveCase => ({
  name,
  inputs: [words([2], key)],
  write: (b, k) => b.randomBits(k, shape, stream),
  tolerance: 'exact',
  inScan: true,
});

/** Cases of sources. */
export const sources: PrimitiveTable<'constant' | 'iota' | 'randomBits'> = {
  constant: [
    {
      name: 'elements and one element repeated',
      inputs: [drawn([2, 3])],
      write: (b, x) => [
        b.constant([1, 2.5, 3], [3]),
        b.constant(0.1, [2, 2]),
        b.constant(-7),
        b.mul(x, b.constant([1, 2, 3, 4, 5, 6], [2, 3])),
      ],
      tolerance: 'elementwise',
      gradient: true,
      inScan: true,
    },
    {
      name: 'of every element type',
      inputs: [],
      write: (b) => [
        b.constant([-2147483648, 2147483647], [2], 'int32'),
        b.constant([0, 4294967295], [2], 'uint32'),
        b.constant([1, 0, 0], [3], 'bool'),
        b.constant(7, [2, 2], 'uint32'),
        b.constant(1, [2], 'bool'),
      ],
      tolerance: 'exact',
    },
    {
      name: 'NaN, infinities and negative zero',
      inputs: [],
      write: (b) => b.constant([NaN, Infinity, -Infinity, -0, 0], [5]),
      tolerance: 'exact',
    },
    {
      name: 'a long one',
      inputs: [drawn([3000])],
      write: (b, x) =>
        b.sub(
          x,
          b.constant(
            Array.from({ length: 3000 }, (_, i) => Math.sin(i)),
            [3000],
          ),
        ),
      tolerance: 'forward',
    },
  ],
  iota: [
    {
      name: 'each axis',
      inputs: [drawn([2, 3])],
      write: (b, x) => [
        b.iota('int32', [4, 3, 2], 0),
        b.iota('int32', [4, 3, 2], 1),
        b.iota('int32', [4, 3, 2], 2),
        b.mul(x, b.iota('float32', [2, 3], 1)),
      ],
      tolerance: 'elementwise',
      gradient: true,
      inScan: true,
    },
    {
      name: 'of every number type',
      inputs: [],
      write: (b) => [
        b.iota('float32', [2, 3], 0),
        b.iota('int32', [5], 0),
        b.iota('uint32', [3, 2], 1),
      ],
      tolerance: 'exact',
    },
    {
      name: 'to make one-hot rows',
      inputs: [{ shape: [4, 1], dtype: 'int32', range: [0, 4] }],
      write: (b, i) => b.cast(b.equal(i, b.iota('int32', [4, 5], 1)), 'float32'),
      tolerance: 'exact',
    },
  ],
  randomBits: [
    bits('an even number of words', [0xdeadbeef, 42], [4, 6], 0),
    bits('an odd number of words', [0xdeadbeef, 42], [3, 5], 1),
    bits('one word, a scalar', [1, 2], [], 8),
    bits('another stream under the same key', [0xdeadbeef, 42], [4, 6], 77),
    bits('a key of zeros', [0, 0], [7], 0),
    bits('a key of ones, the greatest stream', [0xffffffff, 0xffffffff], [6], 0xffffffff),
    bits('many words', [0x13198a2e, 0x03707344], [1025], 3),
    {
      name: 'as a dropout mask',
      inputs: [words([2], [7, 99]), drawn([5, 7])],
      write: (b, key, x) => {
        const uniform = b.mul(b.cast(b.randomBits(key, [5, 7], 4), 'float32'), 2 ** -32);
        return b.select(b.less(uniform, 0.3), 0, b.div(x, 0.7));
      },
      tolerance: 'elementwise',
      gradient: true,
    },
    {
      name: 'two draws under one key',
      inputs: [words([2], [5, 6])],
      write: (b, key) => [b.randomBits(key, [3], 0), b.randomBits(key, [3], 1)],
      tolerance: 'exact',
    },
  ],
};
