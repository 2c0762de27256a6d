/**
 * The gradient of every primitive: from the cotangents of its results to those of its operands.
 * `undefined` says that no gradient flows (integers, comparisons, `stopGradient`).
 */
import type { Builder, Value } from '../ir/builder.ts';
import type { PrimitiveAttributes, PrimitiveName } from '../ir/primitives.ts';
import type { Sweep } from './cotangents.ts';
import { scanGradient } from './scan-gradient.ts';

/** What a gradient rule is given. */
export interface GradientContext<A> {
  /** Where the rule appends its nodes. */
  readonly b: Builder;
  /** Differentiates other nodes: those of a body. */
  readonly sweep: Sweep;
  /** Place of the node in `b.nodes`. */
  readonly index: number;
  readonly attributes: A;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Cotangent of each result; `undefined` is zero. */
  readonly cotangents: readonly (Value | undefined)[];
  /** Which operands a gradient is wanted for. */
  readonly needs: readonly boolean[];
}

/** Returns the cotangent of each operand, or `undefined` for zero. */
export type GradientRule<A> = (context: GradientContext<A>) => readonly (Value | undefined)[];

/** A rule for primitives of one result, given its operands `a`, `c` and result `y`. */
function rule<A>(
  derive: (
    b: Builder,
    g: Value,
    operands: { a: Value; c: Value; y: Value; needs: readonly boolean[] },
    attributes: A,
  ) => readonly (Value | undefined)[],
): GradientRule<A> {
  return ({ b, inputs, outputs, cotangents, attributes, needs }) => {
    const [g] = cotangents;
    const [a, c = a] = inputs;
    const [y] = outputs;
    return g && a && c && y ? derive(b, g, { a, c, y, needs }, attributes) : [];
  };
}

const none: GradientRule<unknown> = () => [];

/** The gradient of every primitive. */
export const gradientRules: {
  readonly [P in PrimitiveName]: GradientRule<PrimitiveAttributes[P]>;
} = {
  add: rule((_b, g) => [g, g]),
  sub: rule((b, g, { needs }) => [g, needs[1] ? b.neg(g) : undefined]),
  mul: rule((b, g, { a, c, needs }) => [
    needs[0] ? b.mul(g, c) : undefined,
    needs[1] ? b.mul(g, a) : undefined,
  ]),
  div: rule((b, g, { c, y, needs }) => {
    const scaled = b.div(g, c);
    return [scaled, needs[1] ? b.neg(b.mul(scaled, y)) : undefined];
  }),
  max: rule((b, g, { a, c, needs }) => extremum(b, g, b.less(c, a), b.equal(a, c), needs)),
  min: rule((b, g, { a, c, needs }) => extremum(b, g, b.less(a, c), b.equal(a, c), needs)),
  pow: rule((b, g, { a, c, y, needs }) => [
    needs[0] ? b.mul(g, b.mul(c, b.pow(a, b.sub(c, 1)))) : undefined,
    needs[1] ? b.mul(g, b.mul(y, b.log(a))) : undefined,
  ]),
  neg: rule((b, g) => [b.neg(g)]),
  abs: rule((b, g, { a }) => [b.mul(g, b.sign(a))]),
  sign: none,
  floor: none,
  exp: rule((b, g, { y }) => [b.mul(g, y)]),
  log: rule((b, g, { a }) => [b.div(g, a)]),
  sqrt: rule((b, g, { y }) => [b.div(b.mul(g, 0.5), y)]),
  sin: rule((b, g, { a }) => [b.mul(g, b.cos(a))]),
  cos: rule((b, g, { a }) => [b.neg(b.mul(g, b.sin(a)))]),
  tanh: rule((b, g, { y }) => [b.mul(g, b.sub(1, b.mul(y, y)))]),
  sigmoid: rule((b, g, { y }) => [b.mul(g, b.sub(y, b.mul(y, y)))]),
  erf: rule((b, g, { a }) => [b.mul(g, b.mul(2 / Math.sqrt(Math.PI), b.exp(b.neg(b.mul(a, a)))))]),
  equal: none,
  less: none,
  and: none,
  not: none,
  select: ({ b, inputs: [condition], cotangents: [g], needs }) =>
    condition && g
      ? [
          undefined,
          needs[1] ? b.select(condition, g, 0) : undefined,
          needs[2] ? b.select(condition, 0, g) : undefined,
        ]
      : [],
  cast: rule((_b, g, { a }) => [a.type.dtype === 'float32' ? g : undefined]),
  reduceSum: rule((b, g, { a }, { axes }) => [b.broadcastTo(restore(b, g, a, axes), a.type.shape)]),
  reduceMax: rule((b, g, { a, y }, { axes }) => {
    const greatest = b.equal(a, b.broadcastTo(restore(b, y, a, axes), a.type.shape));
    const share = b.cast(greatest, 'float32');
    const ties = b.reduceSum(share, axes, true);
    return [b.mul(share, b.div(restore(b, g, a, axes), ties))];
  }),
  argMax: none,
  matmul: rule((b, g, { a, c, needs }, { transposeA, transposeB }) => [
    !needs[0]
      ? undefined
      : transposeA
        ? b.matmul(c, g, { transposeA: transposeB, transposeB: true })
        : b.matmul(g, c, { transposeB: !transposeB }),
    !needs[1]
      ? undefined
      : transposeB
        ? b.matmul(g, a, { transposeA: true, transposeB: transposeA })
        : b.matmul(a, g, { transposeA: !transposeA }),
  ]),
  reshape: rule((b, g, { a }) => [b.reshape(g, a.type.shape)]),
  transpose: rule((b, g, _operands, { permutation }) => [
    b.transpose(
      g,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ]),
  broadcastTo: rule((b, g, { a }, { shape }) => {
    const lead = shape.length - a.type.shape.length;
    const axes = shape.flatMap((dimension, axis) =>
      axis < lead || a.type.shape[axis - lead] !== dimension ? [axis] : [],
    );
    return [b.reshape(axes.length === 0 ? g : b.reduceSum(g, axes), a.type.shape)];
  }),
  slice: rule((b, g, { a }, { starts, limits }) => [
    b.pad(
      g,
      starts,
      a.type.shape.map((dimension, axis) => dimension - (limits[axis] ?? 0)),
    ),
  ]),
  pad: rule((b, g, { a }, { low }) => [
    b.one('slice', [g], {
      starts: low,
      limits: a.type.shape.map((dimension, axis) => (low[axis] ?? 0) + dimension),
    }),
  ]),
  concat: ({ b, inputs, cotangents: [g], attributes: { axis }, needs }) => {
    let start = 0;
    return inputs.map((input, i) => {
      const from = start;
      start += input.type.shape[axis] ?? 0;
      return g && needs[i] ? b.sliceAxis(g, axis, from, start) : undefined;
    });
  },
  reverse: rule((b, g, _operands, { axes }) => [b.reverse(g, axes)]),
  gather: rule((b, g, { a, c }) => [b.scatterAdd(b.zeros(a.type), c, g)]),
  scatterAdd: ({ b, inputs, cotangents: [g] }) => {
    const [, indices] = inputs;
    return g && indices ? [g, undefined, b.gather(g, indices)] : [];
  },
  constant: none,
  iota: none,
  randomBits: none,
  scan: scanGradient,
  stopGradient: none,
};

/** The whole gradient to the operand that won, half to each where they tie. */
function extremum(
  b: Builder,
  g: Value,
  firstWins: Value,
  tie: Value,
  needs: readonly boolean[],
): readonly (Value | undefined)[] {
  const half = b.mul(g, 0.5);
  const first = b.select(tie, half, b.select(firstWins, g, 0));
  return [needs[0] ? first : undefined, needs[1] ? b.sub(g, first) : undefined];
}

/** A reduced value with its reduced axes back at size 1, so that it broadcasts to the operand. */
function restore(b: Builder, reduced: Value, operand: Value, axes: readonly number[]): Value {
  return b.reshape(
    reduced,
    operand.type.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension)),
  );
}
