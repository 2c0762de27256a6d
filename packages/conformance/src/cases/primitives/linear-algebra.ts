/** Matrix products. */
import type { Shape } from '@chronograd/graph';
import type { PrimitiveCase, PrimitiveTable } from '../../kinds/primitive.ts';
import { drawn, floats } from './inputs.ts';

/** `[…lead, 3, 4] x […lead, 4, 5]`, with operands given transposed in all four ways. */
const transposed = (name: string, lead: Shape, inScan = false): PrimitiveCase[] =>
  [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB): PrimitiveCase => {
      const flags = `${transposeA ? 'Aᵀ' : 'A'} ${transposeB ? 'Bᵀ' : 'B'}`;
      return {
        name: `${name}, ${flags}`,
        inputs: [
          drawn([...lead, ...(transposeA ? [4, 3] : [3, 4])]),
          drawn([...lead, ...(transposeB ? [5, 4] : [4, 5])]),
        ],
        write: (b, x, y) => b.matmul(x, y, { transposeA, transposeB }),
        tolerance: 'forward',
        gradient: true,
        inScan,
      };
    }),
  );

const product = (name: string, a: Shape, c: Shape, more: Partial<PrimitiveCase> = {}) =>
  ({
    name,
    inputs: [drawn(a), drawn(c)],
    write: (b, x, y) => b.matmul(x, y),
    tolerance: 'forward',
    gradient: true,
    ...more,
  }) satisfies PrimitiveCase;

/** Cases of matrix products. */
export const linearAlgebra: PrimitiveTable<'matmul'> = {
  matmul: [
    ...transposed('two axes', [], true),
    ...transposed('three axes', [2]),
    ...transposed('four axes', [2, 3]),
    product('one row', [1, 4], [4, 3]),
    product('one column', [3, 4], [4, 1]),
    product('inner size 1', [3, 1], [1, 4]),
    product('one by one', [1, 1], [1, 1]),
    product('a leading axis of size 1', [1, 2, 3], [1, 3, 4]),
    product('sizes that no tile divides', [33, 67], [67, 19]),
    product('many small matrices', [37, 2, 3], [37, 3, 2]),
    {
      // A float with a mantissa of 10 bits (TF32) is 5e-4 off here, one of 23 bits 1e-7.
      ...product('a long inner axis of positive numbers', [3, 513], [513, 2]),
      inputs: [drawn([3, 513], 0.5, 1.5), drawn([513, 2], 0.5, 1.5)],
    },
    {
      name: 'an empty inner axis',
      inputs: [floats([2, 0], []), floats([0, 3], [])],
      write: (b, x, y) => b.matmul(x, y),
      tolerance: 'exact',
    },
    {
      name: 'a matrix with itself',
      inputs: [drawn([4, 4])],
      write: (b, x) => [b.matmul(x, x), b.matmul(x, x, { transposeA: true })],
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'great and small columns',
      inputs: [drawn([3, 4], 1e-15, 2e-15), drawn([4, 5], 1e15, 2e15)],
      write: (b, x, y) => b.matmul(x, y),
      tolerance: 'elementwise',
    },
    {
      name: 'a product, a bias and a nonlinearity',
      inputs: [drawn([3, 4]), drawn([4, 5]), drawn([5])],
      write: (b, x, w, bias) => b.tanh(b.add(b.matmul(x, w), bias)),
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'a chain of products',
      inputs: [drawn([2, 3]), drawn([3, 4]), drawn([4, 5])],
      write: (b, x, y, z) => b.matmul(b.matmul(x, y), z),
      tolerance: 'forward',
      gradient: true,
    },
  ],
};
