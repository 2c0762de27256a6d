/** The kernel of every primitive: one without does not compile. */
import type { PrimitiveAttributes, PrimitiveName } from '@chronograd/graph';
import * as elementwise from './elementwise.ts';
import { gather, scatterAdd } from './indexing.ts';
import type { Kernel } from './kernel.ts';
import { matmul } from './matmul.ts';
import { argMax, reduceMax, reduceSum } from './reduce.ts';
import { scan } from './scan.ts';
import { broadcastTo, concat, pad, reshape, reverse, slice, transpose } from './shape.ts';
import { constant, iota, randomBits } from './source.ts';

/** The kernel of every primitive. */
export const kernels: { readonly [P in PrimitiveName]: Kernel<PrimitiveAttributes[P]> } = {
  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  div: elementwise.div,
  max: elementwise.max,
  min: elementwise.min,
  pow: elementwise.pow,
  neg: elementwise.neg,
  abs: elementwise.abs,
  sign: elementwise.sign,
  floor: elementwise.floor,
  exp: elementwise.exp,
  log: elementwise.log,
  sqrt: elementwise.sqrt,
  sin: elementwise.sin,
  cos: elementwise.cos,
  tanh: elementwise.tanh,
  sigmoid: elementwise.sigmoid,
  erf: elementwise.errorFunction,
  equal: elementwise.equal,
  less: elementwise.less,
  and: elementwise.and,
  not: elementwise.not,
  select: elementwise.select,
  cast: elementwise.cast,
  reduceSum,
  reduceMax,
  argMax,
  matmul,
  reshape,
  transpose,
  broadcastTo,
  slice,
  pad,
  concat,
  reverse,
  gather,
  scatterAdd,
  constant,
  iota,
  randomBits,
  scan,
  stopGradient: elementwise.identity,
};
