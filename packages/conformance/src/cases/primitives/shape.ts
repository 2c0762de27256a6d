/** Elements that move: `reshape transpose broadcastTo slice pad concat reverse stopGradient`. */
import type { Builder, Shape, Value } from '@chronograd/graph';
import type { PrimitiveCase, PrimitiveTable } from '../../kinds/primitive.ts';
import { bools, drawn, everyType, floats, ints } from './inputs.ts';

type Moving =
  'reshape' | 'transpose' | 'broadcastTo' | 'slice' | 'pad' | 'concat' | 'reverse' | 'stopGradient';

/** One case for each element type; of float32 with its gradient and in a scan. */
const ofEveryType = (
  name: string,
  shape: Shape,
  write: (b: Builder, x: Value) => readonly Value[],
): PrimitiveCase[] =>
  everyType.map((dtype) => ({
    name: dtype === 'float32' ? name : `${name}, ${dtype}`,
    inputs: [{ shape, dtype }],
    write,
    tolerance: 'exact',
    gradient: dtype === 'float32',
    inScan: true,
  }));

/** One case of float32 with its gradient. */
const floating = (
  name: string,
  shapes: readonly Shape[],
  write: PrimitiveCase['write'],
  more: Partial<PrimitiveCase> = {},
): PrimitiveCase => ({
  name,
  inputs: shapes.map((shape) => drawn(shape)),
  write,
  tolerance: 'exact',
  gradient: true,
  ...more,
});

const slice = (b: Builder, x: Value, starts: readonly number[], limits: readonly number[]): Value =>
  b.one('slice', [x], { starts, limits });

/** What moves keeps its sign and its NaN. */
const kept = (write: PrimitiveCase['write']): PrimitiveCase => ({
  name: 'NaN, infinities and negative zero',
  inputs: [floats([2, 3], [NaN, -0, Infinity, 0, -Infinity, 1])],
  write,
  tolerance: 'exact',
});

const empty = (write: PrimitiveCase['write']): PrimitiveCase => ({
  name: 'an empty tensor',
  inputs: [floats([0, 3], [])],
  write,
  tolerance: 'exact',
});

/** Cases of the primitives that move elements and compute none. */
export const shape: PrimitiveTable<Moving> = {
  reshape: [
    ...ofEveryType('to more, fewer and other axes', [2, 3, 4], (b, x) => [
      b.reshape(x, [4, 6]),
      b.reshape(x, [24]),
      b.reshape(x, [3, 1, 8, 1]),
    ]),
    floating('a scalar to axes and back', [[], [1, 1]], (b, x, y) => [
      b.reshape(x, [1, 1, 1]),
      b.reshape(y, []),
    ]),
    // The order of elements shows once an axis is summed.
    floating('then summed by an axis', [[2, 6]], (b, x) => b.reduceSum(b.reshape(x, [4, 3]), [0]), {
      tolerance: 'forward',
    }),
    kept((b, x) => b.reshape(x, [3, 2])),
    empty((b, x) => b.reshape(x, [3, 0, 2])),
  ],
  transpose: [
    ...ofEveryType('all orders of three axes', [2, 3, 4], (b, x) =>
      [
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ].map((order) => b.transpose(x, order)),
    ),
    floating('two axes', [[3, 5]], (b, x) => b.transpose(x, [1, 0])),
    floating('four axes', [[2, 3, 4, 5]], (b, x) => b.transpose(x, [3, 1, 0, 2])),
    floating('an order that stays as it is', [[2, 3]], (b, x) =>
      b.one('transpose', [b.neg(x)], { permutation: [0, 1] }),
    ),
    floating('sizes that no tile divides', [[37, 70]], (b, x) => b.transpose(x, [1, 0])),
    kept((b, x) => b.transpose(x, [1, 0])),
    empty((b, x) => b.transpose(x, [1, 0])),
  ],
  broadcastTo: [
    ...ofEveryType('axes of size 1 and new axes', [2, 1, 3], (b, x) => [
      b.broadcastTo(x, [2, 4, 3]),
      b.broadcastTo(x, [5, 2, 1, 3]),
      b.broadcastTo(x, [2, 2, 4, 3]),
    ]),
    floating('a scalar', [[]], (b, x) => [b.broadcastTo(x, [2, 3]), b.broadcastTo(x, [1])]),
    floating(
      'a row and a column',
      [
        [1, 4],
        [3, 1],
      ],
      (b, x, y) => [b.broadcastTo(x, [3, 4]), b.broadcastTo(y, [3, 4])],
    ),
    floating('to the shape that it has', [[2, 3]], (b, x) =>
      b.one('broadcastTo', [b.neg(x)], { shape: [2, 3] }),
    ),
    floating(
      'repeated, then multiplied',
      [[3], [2, 3]],
      (b, x, y) => b.mul(b.broadcastTo(x, [2, 3]), y),
      { tolerance: 'elementwise' },
    ),
    floating('to an empty axis', [[1, 3]], (b, x) => b.broadcastTo(x, [0, 3]), {
      gradient: false,
    }),
  ],
  slice: [
    ...ofEveryType('within each axis', [4, 3, 5], (b, x) => [
      slice(b, x, [1, 0, 2], [3, 2, 5]),
      slice(b, x, [3, 2, 4], [4, 3, 5]),
      b.sliceAxis(x, 1, 1, 2),
    ]),
    floating('slices that overlap', [[5, 3]], (b, x) => [
      b.sliceAxis(x, 0, 0, 3),
      b.sliceAxis(x, 0, 1, 5),
    ]),
    // Their gradients are written as one concat.
    floating('slices that tile an axis', [[3, 8]], (b, x) =>
      b.split(x, 1, 4).map((part, i) => b.mul(part, i + 1)),
    ),
    floating(
      'slices shifted against each other',
      [[2, 7]],
      (b, x) => b.mul(b.sliceAxis(x, 1, 0, 5), b.sliceAxis(x, 1, 2, 7)),
      { tolerance: 'elementwise' },
    ),
    floating('the whole', [[2, 3]], (b, x) => slice(b, b.neg(x), [0, 0], [2, 3])),
    floating('nothing', [[2, 3]], (b, x) => slice(b, x, [1, 2], [1, 3]), { gradient: false }),
    kept((b, x) => b.sliceAxis(x, 1, 1, 3)),
  ],
  pad: [
    ...ofEveryType('before, after and both', [2, 3], (b, x) => [
      b.pad(x, [1, 0], [0, 0]),
      b.pad(x, [0, 0], [0, 2]),
      b.pad(x, [2, 1], [1, 3], 1),
    ]),
    floating(
      'with another number than zero',
      [[2, 3]],
      (b, x) => [
        b.pad(x, [0, 1], [0, 0], -0.5),
        b.mul(b.pad(x, [0, 1], [0, 0], 7), b.pad(x, [0, 0], [0, 1], 5)),
      ],
      { tolerance: 'elementwise' },
    ),
    floating(
      'with the least number, as before a maximum',
      [[3]],
      (b, x) => b.pad(x, [2], [1], -Infinity),
      { gradient: false },
    ),
    floating('nothing', [[2, 3]], (b, x) => b.pad(b.neg(x), [0, 0], [0, 0])),
    {
      name: 'int32 with a negative number',
      inputs: [ints([2, 2], [1, 2, 3, 4])],
      write: (b, x) => b.pad(x, [1, 0], [0, 2], -7),
      tolerance: 'exact',
    },
    {
      name: 'bool with true',
      inputs: [bools([3], [0, 1, 0])],
      write: (b, x) => b.pad(x, [1], [2], 1),
      tolerance: 'exact',
    },
    floating('three axes', [[2, 3, 2]], (b, x) => b.pad(x, [0, 2, 1], [1, 0, 2])),
    kept((b, x) => b.pad(x, [1, 0], [0, 1])),
    empty((b, x) => b.pad(x, [1, 0], [1, 0], 3)),
  ],
  concat: [
    ...ofEveryType('along each axis', [2, 3], (b, x) => [
      b.concat([x, b.sliceAxis(x, 0, 0, 1)], 0),
      b.concat([b.sliceAxis(x, 1, 1, 3), x], 1),
    ]),
    floating(
      'operands of several sizes',
      [
        [2, 1, 3],
        [2, 4, 3],
        [2, 2, 3],
      ],
      (b, x, y, z) => b.concat([x, y, z], 1),
    ),
    floating(
      'one operand twice',
      [
        [2, 3],
        [1, 3],
      ],
      (b, x, y) => b.concat([x, y, x], 0),
    ),
    floating('a single operand', [[2, 3]], (b, x) => b.one('concat', [b.neg(x)], { axis: 0 })),
    floating(
      'many operands',
      [[3, 1]],
      (b, x) =>
        b.concat(
          Array.from({ length: 40 }, (_, i) => b.add(x, i)),
          1,
        ),
      { tolerance: 'elementwise' },
    ),
    floating('constants beside an operand', [[2, 2]], (b, x) =>
      b.concat([b.constant(1, [2, 1]), x, b.constant([2, 3], [2, 1])], 1),
    ),
    {
      name: 'an empty operand',
      inputs: [drawn([2, 3]), floats([0, 3], [])],
      write: (b, x, y) => b.concat([y, x, y], 0),
      tolerance: 'exact',
    },
    kept((b, x) => b.concat([x, x], 1)),
  ],
  reverse: [
    ...ofEveryType('one axis, two, all', [2, 3, 4], (b, x) => [
      b.reverse(x, [0]),
      b.reverse(x, [2]),
      b.reverse(x, [0, 2]),
      b.reverse(x, [0, 1, 2]),
    ]),
    floating('twice', [[3, 5]], (b, x) => b.reverse(b.mul(b.reverse(x, [1]), x), [1]), {
      tolerance: 'elementwise',
    }),
    floating('an axis of size 1, no axis', [[1, 3]], (b, x) => [
      b.reverse(x, [0]),
      b.one('reverse', [b.neg(x)], { axes: [] }),
    ]),
    kept((b, x) => b.reverse(x, [0, 1])),
    empty((b, x) => b.reverse(x, [0])),
  ],
  stopGradient: [
    ...ofEveryType('the operand itself', [2, 3], (b, x) => [b.stopGradient(x)]),
    floating('of one factor', [[2, 3]], (b, x) => b.mul(b.stopGradient(b.sin(x)), x), {
      tolerance: 'forward',
    }),
    floating(
      'of a sum, beside another way',
      [[2, 3]],
      (b, x) => b.add(b.stopGradient(b.exp(x)), b.mul(x, x)),
      { tolerance: 'forward' },
    ),
    kept((b, x) => b.stopGradient(x)),
  ],
};
