/** Rows by their numbers: `gather scatterAdd`. */
import type { PrimitiveTable } from '../../kinds/primitive.ts';
import { drawn, everyType, floats, ints } from './inputs.ts';

/** Repeated, out of order, first and last. */
const rows = ints([2, 3], [3, 0, 0, 2, 3, 3]);

/** Cases of indexing along the first axis. */
export const indexing: PrimitiveTable<'gather' | 'scatterAdd'> = {
  gather: [
    ...everyType.map((dtype) => ({
      name: `rows of ${dtype}`,
      inputs: [{ shape: [4, 5], dtype }, rows],
      write: ((b, x, i) => b.gather(x, i)) as PrimitiveTable['gather'][number]['write'],
      tolerance: 'exact' as const,
      // The gradient of a row that is taken twice is the sum of both.
      gradient: dtype === 'float32',
      inScan: true,
    })),
    {
      name: 'elements of a vector',
      inputs: [drawn([5]), ints([2, 2], [3, 0, 3, 3])],
      write: (b, x, i) => b.gather(x, i),
      tolerance: 'exact',
      gradient: true,
    },
    {
      name: 'matrices by a scalar and by a vector',
      inputs: [drawn([3, 2, 4]), ints([], [2]), ints([1], [1])],
      write: (b, x, i, j) => [b.gather(x, i), b.gather(x, j)],
      tolerance: 'exact',
      gradient: true,
    },
    {
      name: 'by constant numbers',
      inputs: [drawn([5, 2])],
      write: (b, x) => b.gather(b.sin(x), b.constant([4, 1, 1], [3], 'int32')),
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'from a table of one row',
      inputs: [drawn([1, 3]), ints([4], [0, 0, 0, 0])],
      write: (b, x, i) => b.gather(x, i),
      tolerance: 'exact',
      gradient: true,
    },
    {
      name: 'no rows',
      inputs: [drawn([3, 2]), ints([0], [])],
      write: (b, x, i) => b.gather(x, i),
      tolerance: 'exact',
    },
  ],
  scatterAdd: [
    {
      name: 'rows that are hit more than once, and one that is not',
      inputs: [drawn([4, 5]), rows, drawn([2, 3, 5])],
      write: (b, x, i, u) => b.scatterAdd(x, i, u),
      tolerance: 'forward',
      gradient: true,
      inScan: true,
    },
    {
      name: 'to zeros',
      inputs: [rows, drawn([2, 3, 5])],
      write: (b, i, u) => b.scatterAdd(b.constant(0, [4, 5]), i, u),
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'elements of a vector',
      inputs: [drawn([4]), ints([5], [1, 1, 3, 1, 0]), drawn([5])],
      write: (b, x, i, u) => b.scatterAdd(x, i, u),
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'matrices by a scalar',
      inputs: [drawn([3, 2, 4]), ints([], [1]), drawn([2, 4])],
      write: (b, x, i, u) => b.scatterAdd(x, i, u),
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'of functions of both',
      inputs: [drawn([5, 2]), ints([3], [4, 1, 1]), drawn([3, 2])],
      write: (b, x, i, u) => b.scatterAdd(b.sin(x), i, b.cos(u)),
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'no rows',
      inputs: [drawn([3, 2]), ints([0], []), floats([0, 2], [])],
      write: (b, x, i, u) => b.scatterAdd(x, i, u),
      tolerance: 'exact',
    },
  ],
};
