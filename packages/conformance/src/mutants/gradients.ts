/** Mutants of what gradients are made of: sums, places, ties. */
import type { Value } from '@chronograd/graph';
import type { Mutant } from './mutant.ts';
import { numberOf, operandsOf, primitivesAs } from './programs.ts';

/** Mutants of gradients. */
export const gradientMutants: readonly Mutant[] = [
  {
    name: 'gradient of a repeated row not summed',
    breaks: 'a sum over the rows of a matrix takes the first, so a bias learns of one sample',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'reduceSum' || x?.type.shape.length !== 2) return undefined;
      const { axes, keepDims } = node.attributes;
      if (axes.length !== 1 || axes[0] !== 0 || keepDims) return undefined;
      return [b.reshape(b.sliceAxis(x, 0, 0, 1), x.type.shape.slice(1))];
    }),
    killedBy: [
      'primitives/broadcastTo/a row and a column, gradient',
      'primitives/add/operands that repeat along axes, gradient',
      'layers/dense/of vectors, gradient',
      'training/sgd/plain',
    ],
    spares: ['primitives/broadcastTo/a row and a column', 'layers/dense/of vectors'],
  },
  {
    name: 'gradient of a slice misplaced',
    breaks: 'what is padded before is one element short, and one too many behind',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'pad' || !x) return undefined;
      const { low, high, value } = node.attributes;
      const off = low.map((n) => (n > 0 ? 1 : 0));
      return [
        b.pad(
          x,
          low.map((n, axis) => n - (off[axis] ?? 0)),
          high.map((n, axis) => n + (off[axis] ?? 0)),
          value,
        ),
      ];
    }),
    killedBy: [
      'primitives/slice/within each axis, gradient',
      'primitives/slice/slices that overlap, gradient',
      'primitives/pad/before, after and both',
      'composites/conv1d/dilation 2',
    ],
    spares: [
      'primitives/slice/within each axis',
      'primitives/concat/operands of several sizes, gradient',
    ],
  },
  {
    name: 'gradient of a pad misplaced',
    breaks: 'slices that begin within an axis begin one element early',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'slice' || !x) return undefined;
      const { starts, limits } = node.attributes;
      return [
        b.one('slice', [x], {
          starts: starts.map((n) => Math.max(0, n - 1)),
          limits: limits.map((n, axis) => n - Math.min(1, starts[axis] ?? 0)),
        }),
      ];
    }),
    killedBy: [
      'primitives/pad/before, after and both, gradient',
      'primitives/concat/operands of several sizes, gradient',
      'primitives/slice/within each axis',
    ],
    spares: [
      'primitives/pad/before, after and both',
      'primitives/concat/operands of several sizes',
    ],
  },
  {
    name: 'reduceMax: every tie gets the whole gradient',
    breaks: 'the gradient is not shared among elements that tie',
    change: primitivesAs((context) => {
      const { node, inputs } = context;
      if (node.op !== 'div') return undefined;
      const [ones] = operandsOf(context, inputs[1], 'reduceSum') ?? [];
      const [isGreatest] = operandsOf(context, ones, 'cast') ?? [];
      return operandsOf(context, isGreatest, 'equal') ? [inputs[0] as Value] : undefined;
    }),
    killedBy: ['primitives/reduceMax/elements that tie, gradient'],
    spares: [
      'primitives/reduceMax/elements that tie',
      'primitives/reduceMax/each axis of [2, 3, 4], gradient',
    ],
  },
  {
    name: 'max: a tie gives all to the first',
    breaks: 'where both operands of max or min are equal, the second gets no gradient',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      const [isTie, half, other] = inputs;
      if (node.op !== 'select' || !isTie || !other) return undefined;
      const [gradient, share] = operandsOf(context, half, 'mul') ?? [];
      if (!operandsOf(context, isTie, 'equal') || numberOf(context, share) !== 0.5)
        return undefined;
      return [b.select(isTie, gradient as Value, other)];
    }),
    killedBy: [
      'primitives/max/operands that tie, gradient',
      'primitives/min/operands that tie, gradient',
    ],
    spares: ['primitives/max/operands that tie', 'primitives/max/two operands, gradient'],
  },
  {
    name: 'choice by a product',
    breaks: 'select multiplies both sides by 1 or 0, so that what is not chosen must be finite',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      const [condition, x, y] = inputs;
      if (node.op !== 'select' || !condition || x?.type.dtype !== 'float32' || !y) return undefined;
      const chosen = b.cast(condition, 'float32');
      return [b.add(b.mul(chosen, x), b.mul(b.sub(1, chosen), y))];
    }),
    killedBy: [
      'primitives/select/NaN and infinity on the side that is not chosen',
      'composites/lstm/ragged lengths, padded with NaN, decomposed',
      'composites/gru/ragged lengths, padded with NaN, gradient',
    ],
    spares: ['primitives/select/float32 by a comparison', 'layers/activation/relu'],
  },
  {
    name: 'abs: gradient 1 at its corner',
    breaks: 'the sign of zero is 1',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'sign' || x?.type.dtype !== 'float32') return undefined;
      return [b.select(b.equal(x, 0), 1, b.sign(x))];
    }),
    killedBy: ['primitives/abs/at its corner, gradient', 'primitives/sign/zeros and infinities'],
    spares: ['primitives/abs/drawn numbers, gradient'],
  },
  {
    name: 'sum of gradients forgets one',
    breaks: 'an operand that is used twice gets the gradient of one use',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      const [x, y] = inputs;
      // Gradients of a product with itself: two products of the same cotangent.
      const first = operandsOf(context, x, 'mul');
      const second = operandsOf(context, y, 'mul');
      if (node.op !== 'add' || !first || !second) return undefined;
      const isSame = first.every(({ id }, i) => id === second[i]?.id);
      return isSame ? [b.mul(first[0] as Value, first[1] as Value)] : undefined;
    }),
    killedBy: ['primitives/mul/the same operand twice, gradient', 'training/mse/mean'],
    spares: ['primitives/mul/the same operand twice', 'primitives/mul/two operands, gradient'],
  },
];
