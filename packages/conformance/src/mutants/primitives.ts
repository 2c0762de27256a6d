/** Mutants of primitives: choice, types, order, places. */
import { sizeOf, type Value } from '@chronograd/graph';
import type { Mutant } from './mutant.ts';
import { primitivesAs } from './programs.ts';
import { resultsAs } from './executables.ts';

const TWO_31 = 2 ** 31;

/** Mutants of primitives. */
export const primitiveMutants: readonly Mutant[] = [
  {
    name: 'NaN swallowed',
    breaks: 'NaN is given out as 0',
    change: resultsAs((tensor) =>
      tensor.dtype === 'float32'
        ? { ...tensor, data: tensor.data.map((value) => (Number.isNaN(value) ? 0 : value)) }
        : tensor,
    ),
    killedBy: [
      'primitives/add/NaN and infinities',
      'primitives/log/negative numbers',
      'primitives/reshape/NaN, infinities and negative zero',
    ],
    spares: ['primitives/add/two operands', 'primitives/reduceMax/infinities'],
  },
  {
    name: 'max and min lose NaN',
    breaks: 'the greater and the lesser of a number and NaN is the number',
    change: primitivesAs(({ b, node, inputs }) => {
      const [x, y] = inputs;
      if ((node.op !== 'max' && node.op !== 'min') || !x || !y) return undefined;
      if (x.type.dtype !== 'float32') return undefined;
      const isNumber = (value: Value): Value => b.equal(value, value);
      const [a, c] = [b.select(isNumber(x), x, y), b.select(isNumber(y), y, x)];
      return [b[node.op](a, c)];
    }),
    killedBy: ['primitives/max/NaN and infinities', 'primitives/min/NaN and infinities'],
    spares: ['primitives/max/two operands', 'primitives/min/operands that tie'],
  },
  {
    name: 'unsigned compared as signed',
    breaks: 'uint32 above the greatest int32 are less than zero',
    change: primitivesAs(({ b, node, inputs }) => {
      const [x, y] = inputs;
      if (node.op !== 'less' || x?.type.dtype !== 'uint32' || !y) return undefined;
      return [b.less(b.add(x, TWO_31), b.add(y, TWO_31))];
    }),
    killedBy: [
      'primitives/less/uint32 above the greatest int32',
      'primitives/less/uint32 above the greatest int32, in a scan',
      'training/dropout/a layer',
    ],
    spares: ['primitives/less/int32', 'primitives/less/float32, some equal'],
  },
  {
    name: 'less counts equal',
    breaks: 'less is true where both are equal',
    change: primitivesAs(({ b, node, inputs }) => {
      const [x, y] = inputs;
      if (node.op !== 'less' || !x || !y) return undefined;
      const either = b.and(b.not(b.less(x, y)), b.not(b.equal(x, y)));
      return [b.not(either)];
    }),
    killedBy: ['primitives/less/float32, some equal', 'primitives/less/int32'],
    spares: ['primitives/equal/float32, some equal', 'primitives/add/two operands'],
  },
  {
    name: 'cast rounds',
    breaks: 'a cast to integers takes the nearest rather than cutting towards zero',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'cast' || x?.type.dtype !== 'float32') return undefined;
      const { to } = node.attributes;
      if (to !== 'int32' && to !== 'uint32') return undefined;
      return [b.one('cast', [b.floor(b.add(x, 0.5))], { to })];
    }),
    killedBy: [
      'primitives/cast/float32 to integers cuts towards zero',
      'primitives/cast/float32 to integers cuts towards zero, in a scan',
    ],
    spares: ['primitives/cast/int32 to all others', 'primitives/floor/drawn numbers'],
  },
  {
    name: 'cast cuts towards minus infinity',
    breaks: 'a cast to integers is the floor, which negative numbers show',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'cast' || x?.type.dtype !== 'float32' || node.attributes.to !== 'int32')
        return undefined;
      return [b.one('cast', [b.floor(x)], { to: 'int32' })];
    }),
    killedBy: ['primitives/cast/float32 to integers cuts towards zero'],
    spares: ['primitives/cast/int32 to all others', 'primitives/cast/float32 to uint32'],
  },
  {
    name: 'argMax takes the last',
    breaks: 'of elements that tie, argMax names the last',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'argMax' || !x) return undefined;
      const { axis } = node.attributes;
      const size = x.type.shape[axis] ?? 1;
      return [b.sub(size - 1, b.argMax(b.reverse(x, [axis]), axis))];
    }),
    killedBy: ['primitives/argMax/the first of those that tie'],
    spares: ['primitives/argMax/each axis of [2, 3, 4]', 'primitives/argMax/a long axis'],
  },
  {
    name: 'integers saturate',
    breaks: 'int32 sums and products that do not fit are the greatest or the least number',
    change: primitivesAs(({ b, node, inputs }) => {
      const [x, y] = inputs;
      if (node.op !== 'add' && node.op !== 'sub' && node.op !== 'mul') return undefined;
      if (x?.type.dtype !== 'int32' || !y) return undefined;
      const wide = b[node.op](b.cast(x, 'float32'), b.cast(y, 'float32'));
      return [b.cast(b.max(b.min(wide, TWO_31 - 1), -TWO_31), 'int32')];
    }),
    killedBy: [
      'primitives/add/int32 that wraps around',
      'primitives/sub/int32 that wraps around, in a scan',
      'primitives/mul/int32 that wraps around',
    ],
    spares: ['primitives/add/two operands', 'primitives/reduceSum/int32'],
  },
  {
    name: 'scan: reverse ignored',
    breaks: 'a scan from the last step to the first runs from the first to the last',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      if (node.op !== 'scan' || !node.attributes.reverse) return undefined;
      return b.emit('scan', inputs, { ...node.attributes, reverse: false });
    }),
    killedBy: [
      'primitives/scan/7 steps, from the last to the first',
      'primitives/scan/7 steps, gradient',
      'composites/lstm/backwards',
      'composites/gru/from given states, gradient',
    ],
    spares: ['primitives/scan/7 steps', 'primitives/scan/1 step, from the last to the first'],
  },
  {
    name: 'scan: outputs in the order of computation',
    breaks: 'a scan from the last step to the first gives its outputs first computed first',
    change: primitivesAs(({ b, node, inputs }) => {
      if (node.op !== 'scan' || !node.attributes.reverse) return undefined;
      const results = b.emit('scan', inputs, node.attributes);
      return results.map((value, i) =>
        i < node.attributes.carries ? value : b.reverse(value, [0]),
      );
    }),
    killedBy: [
      'primitives/scan/7 steps, from the last to the first',
      'composites/lstm/from given states, gradient',
    ],
    spares: ['primitives/scan/7 steps', 'primitives/scan/1 step, from the last to the first'],
  },
  {
    name: 'scan: one step less in long loops',
    breaks: 'loops of more than 100 steps leave out the last',
    change: primitivesAs(({ b, node, inputs }) => {
      if (node.op !== 'scan' || node.attributes.length <= 100) return undefined;
      const { length, consts, carries } = node.attributes;
      const short = inputs.map((value, i) =>
        i < consts + carries ? value : b.sliceAxis(value, 0, 0, length - 1),
      );
      const results = b.emit('scan', short, { ...node.attributes, length: length - 1 });
      return results.map((value, i) => {
        if (i < carries) return value;
        const rest = value.type.shape.slice(1).map(() => 0);
        return b.pad(value, [0, ...rest], [1, ...rest]);
      });
    }),
    killedBy: [
      'primitives/scan/200 steps',
      'primitives/scan/200 steps, gradient',
      'layers/lstm/a long sequence',
    ],
    spares: ['primitives/scan/7 steps', 'layers/lstm/the sequence'],
  },
  {
    name: 'transposed operand read as it stands',
    breaks: 'transposeB takes the elements row by row in the shape that it wants',
    change: primitivesAs(({ b, node, inputs }) => {
      const [x, y] = inputs;
      if (node.op !== 'matmul' || !node.attributes.transposeB || !x || !y) return undefined;
      const { shape } = y.type;
      const [n = 1, k = 1] = shape.slice(-2);
      const turned = b.reshape(y, [...shape.slice(0, -2), k, n]);
      return [b.matmul(x, turned, { transposeA: node.attributes.transposeA })];
    }),
    killedBy: [
      'primitives/matmul/two axes, A Bᵀ',
      'primitives/matmul/two axes, A B, gradient',
      'layers/dense/of vectors, gradient',
    ],
    spares: ['primitives/matmul/two axes, A B', 'layers/dense/of vectors'],
  },
  {
    name: 'scatterAdd writes',
    breaks: 'of several updates of one row only the last counts, without what was there',
    change: primitivesAs(({ b, node, inputs }) => {
      const [base, indices, updates] = inputs;
      if (node.op !== 'scatterAdd' || !base || !indices || !updates) return undefined;
      const rows = base.type.shape[0] ?? 0;
      const count = sizeOf(indices.type.shape);
      if (rows === 0 || count === 0) return undefined;
      // [rows, updates]: the place of each update in its row, from 1, and 0 elsewhere.
      const columns = [rows, count];
      const isHit = b.equal(b.iota('int32', columns, 0), b.reshape(indices, [count]));
      const places = b.select(isHit, b.add(b.iota('int32', columns, 1), 1), 0);
      const last = b.reduceMax(places, [1], true);
      const isLast = b.and(isHit, b.equal(places, last));
      const flat = b.reshape(updates, [count, sizeOf(base.type.shape) / rows]);
      const written = b.reshape(b.matmul(b.cast(isLast, 'float32'), flat), base.type.shape);
      const ones = base.type.shape.map((d, axis) => (axis === 0 ? d : 1));
      return [b.select(b.reshape(b.less(0, last), ones), written, base)];
    }),
    killedBy: [
      'primitives/scatterAdd/rows that are hit more than once, and one that is not',
      'primitives/gather/rows of float32, gradient',
    ],
    spares: ['primitives/gather/rows of float32', 'primitives/scatterAdd/no rows'],
  },
  {
    name: 'random words pairwise',
    breaks: 'the two words of a counter block stand beside each other',
    change: primitivesAs(({ b, node, inputs: [key] }) => {
      if (node.op !== 'randomBits' || !key) return undefined;
      const { shape, stream } = node.attributes;
      const size = sizeOf(shape);
      const half = Math.ceil(size / 2);
      const words = b.randomBits(key, [2, half], stream);
      const pairs = b.reshape(b.transpose(words, [1, 0]), [2 * half]);
      return [b.reshape(b.sliceAxis(pairs, 0, 0, size), shape)];
    }),
    killedBy: ['primitives/randomBits/an even number of words', 'training/dropout/a layer'],
    spares: ['primitives/randomBits/one word, a scalar', 'training/dropout/rate 0'],
  },
  {
    name: 'reduceSum over one axis too few',
    breaks: 'of several reduced axes the last is not summed, its first element is taken',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'reduceSum' || !x || node.attributes.axes.length < 2) return undefined;
      const { axes, keepDims } = node.attributes;
      const last = axes[axes.length - 1] ?? 0;
      if (x.type.shape[last] === 0) return undefined;
      return [b.reduceSum(b.sliceAxis(x, last, 0, 1), axes, keepDims)];
    }),
    killedBy: ['primitives/reduceSum/pairs of axes and all', 'training/mse/mean'],
    spares: ['primitives/reduceSum/each axis of [2, 3, 4]', 'primitives/reduceMax/a long axis'],
  },
  {
    name: 'negative zero lost',
    breaks: 'moving elements makes zeros positive',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      const [x] = inputs;
      if (node.op !== 'transpose' || x?.type.dtype !== 'float32') return undefined;
      return [b.add(b.transpose(x, node.attributes.permutation), 0)];
    }),
    killedBy: ['primitives/transpose/NaN, infinities and negative zero'],
    spares: ['primitives/transpose/four axes'],
  },
  {
    name: 'greatest element at least zero',
    breaks: 'reduceMax begins at zero',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'reduceMax' || !x) return undefined;
      const { axes, keepDims } = node.attributes;
      return [b.max(b.one('reduceMax', [x], { axes, keepDims }), 0)];
    }),
    killedBy: ['primitives/reduceMax/all numbers negative', 'primitives/reduceMax/int32'],
    spares: ['primitives/argMax/all numbers negative, infinities'],
  },
  {
    name: 'floor cuts towards zero',
    breaks: 'floor of negative numbers is their whole part',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'floor' || !x) return undefined;
      const size = b.floor(b.abs(x));
      return [b.select(b.less(x, 0), b.neg(size), size)];
    }),
    killedBy: [
      'primitives/floor/drawn numbers',
      'primitives/floor/whole numbers and just beside them',
    ],
    spares: ['primitives/cast/float32 to integers cuts towards zero'],
  },
  {
    name: 'division by zero is zero',
    breaks: 'x / 0 is 0, as in the divisions of frameworks that avoid NaN',
    change: primitivesAs(({ b, node, inputs: [x, y] }) =>
      node.op === 'div' && x && y ? [b.select(b.equal(y, 0), 0, b.div(x, y))] : undefined,
    ),
    killedBy: ['primitives/div/by zero'],
    spares: ['primitives/div/two operands'],
  },
  {
    name: 'scan: last of the carries stale',
    breaks: 'where a scan carries several values, the last is given out as it was before',
    change: primitivesAs(({ b, node, inputs }) => {
      if (node.op !== 'scan' || node.attributes.carries < 2) return undefined;
      const { consts, carries } = node.attributes;
      const results = b.emit('scan', inputs, node.attributes);
      const initial = inputs[consts + carries - 1] as Value;
      return results.map((value, i) => (i === carries - 1 ? initial : value));
    }),
    killedBy: ['composites/lstm/only the last c is read', 'layers/lstm/the last output and states'],
    spares: ['composites/gru/only the last h is read', 'layers/lstm/the sequence'],
  },
];
