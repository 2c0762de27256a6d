/** Element by element, two operands: `add sub mul div max min pow`. */
import type { PrimitiveCase, PrimitiveTable } from '../../kinds/primitive.ts';
import {
  drawn,
  floats,
  otherInts,
  otherWords,
  specialPartners,
  specials,
  wideInts,
  wideWords,
} from './inputs.ts';

type Binary = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow';

/** Drawn operands of one shape; the second in [0.5, 2.5], where quotients are not steep. */
function plain(op: Binary): PrimitiveCase[] {
  // `pow` wants a positive base.
  const least = op === 'pow' ? 0.2 : -2;
  return [
    {
      name: 'two operands',
      inputs: [drawn([3, 5], least, 2), drawn([3, 5], 0.5, 2.5)],
      write: (b, x, y) => b[op](x, y),
      tolerance: op === 'add' || op === 'sub' ? 'forward' : 'elementwise',
      gradient: true,
      inScan: true,
    },
    {
      // Sizes that tell the axes apart; the gradient sums over what was repeated.
      name: 'operands that repeat along axes',
      inputs: [drawn([3, 1], 0.2, 1.8), drawn([4], 0.5, 2.5), drawn([2, 1, 1], 0.3, 1.2)],
      write: (b, x, y, z) => [b[op](x, y), b[op](z, x), b[op](y, b[op](x, z))],
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'a number on either side',
      inputs: [drawn([4, 3], 0.2, 1.8)],
      write: (b, x) => [b[op](x, 1.25), b[op](0.75, x)],
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'the same operand twice',
      inputs: [drawn([5], 0.4, 1.6)],
      write: (b, x) => b[op](x, x),
      tolerance: 'elementwise',
      gradient: true,
    },
    {
      name: 'scalars and axes of size 1',
      inputs: [floats([], [1.5]), floats([], [0.5]), floats([1, 1], [2.25])],
      write: (b, x, y, z) => [b[op](x, y), b[op](z, z), b[op](z, y)],
      tolerance: 'elementwise',
      gradient: true,
    },
    {
      name: 'empty tensors',
      inputs: [floats([0, 3], []), floats([0, 3], [])],
      write: (b, x, y) => b[op](x, y),
      tolerance: 'exact',
    },
    {
      // Rows of an engine's vectors end within the tensor.
      name: 'a size that no vector length divides',
      inputs: [drawn([7, 37], least, 2), drawn([7, 37], 0.5, 2.5)],
      write: (b, x, y) => b[op](x, y),
      tolerance: 'forward',
    },
  ];
}

/** NaN spreads, infinities behave as in IEEE 754. */
const special = (op: Exclude<Binary, 'pow'>): PrimitiveCase => ({
  name: 'NaN and infinities',
  inputs: [specials, specialPartners],
  write: (b, x, y) => [b[op](x, y), b[op](y, x)],
  tolerance: 'elementwise',
});

/** Great and small numbers in one tensor; sums and products that overflow are infinite. */
const wide = (op: Exclude<Binary, 'pow'>): PrimitiveCase => ({
  name: 'from 1e-30 to 3e38',
  inputs: [
    floats([3, 3], [1e-30, 3e38, -3e38, 2e20, -4e-20, 1e30, 7e-10, 3e38, 1]),
    floats([3, 3], [2e-30, 3e38, 1e30, 3e20, 5e-10, -1e-8, 2e10, 0.25, 1e-7]),
  ],
  write: (b, x, y) => b[op](x, y),
  tolerance: 'elementwise',
});

/** Integers wrap around at both ends. */
const integers = (op: 'add' | 'sub' | 'mul'): PrimitiveCase[] => [
  {
    name: 'int32 that wraps around',
    inputs: [wideInts, otherInts],
    write: (b, x, y) => b[op](x, y),
    tolerance: 'exact',
    inScan: true,
  },
  {
    name: 'uint32 that wraps around',
    inputs: [wideWords, otherWords],
    write: (b, x, y) => b[op](x, y),
    tolerance: 'exact',
    inScan: true,
  },
];

/** Float32 gradients where operands tie go half to each; int32 at both ends. */
const extremum = (op: 'max' | 'min'): PrimitiveCase[] => [
  {
    name: 'operands that tie',
    inputs: [floats([2, 3], [1, -2, 3, 0, 5, -6]), floats([2, 3], [1, 2, 3, 0, -5, -6])],
    write: (b, x, y) => b[op](x, y),
    tolerance: 'exact',
    gradient: true,
  },
  {
    name: 'int32',
    inputs: [wideInts, otherInts],
    write: (b, x, y) => [b[op](x, y), b[op](y, x), b[op](x, 2)],
    tolerance: 'exact',
    inScan: true,
  },
];

/** Cases of the primitives of two operands. */
export const arithmetic: PrimitiveTable<Binary> = {
  add: [...plain('add'), special('add'), wide('add'), ...integers('add')],
  sub: [...plain('sub'), special('sub'), wide('sub'), ...integers('sub')],
  mul: [...plain('mul'), special('mul'), wide('mul'), ...integers('mul')],
  div: [
    ...plain('div'),
    special('div'),
    wide('div'),
    {
      name: 'by zero',
      inputs: [floats([5], [1, -1, 0, 2, -3]), floats([5], [0, 0, 0, -0, -0])],
      write: (b, x, y) => b.div(x, y),
      tolerance: 'exact',
    },
  ],
  max: [...plain('max'), special('max'), wide('max'), ...extremum('max')],
  min: [...plain('min'), special('min'), wide('min'), ...extremum('min')],
  pow: [
    ...plain('pow'),
    {
      name: 'bases from 1e-3 to 3e5, exponents of both signs',
      inputs: [
        floats([2, 4], [0.25, 1, 2, 17, 1e-3, 3e5, 1, 5]),
        floats([2, 4], [2, -3, 0.5, 1.25, 2, -0.25, 0, 0]),
      ],
      write: (b, x, y) => b.pow(x, y),
      tolerance: 'elementwise',
      gradient: true,
    },
  ],
};
