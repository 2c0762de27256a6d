/** Which primitives act element by element. */
import type { PrimitiveName } from './primitives.ts';

/** Typed over all primitives, so that a new one has to say what it is. */
const elementwise: { readonly [P in PrimitiveName]: boolean } = {
  add: true,
  sub: true,
  mul: true,
  div: true,
  max: true,
  min: true,
  pow: true,
  neg: true,
  abs: true,
  sign: true,
  floor: true,
  exp: true,
  log: true,
  sqrt: true,
  sin: true,
  cos: true,
  tanh: true,
  sigmoid: true,
  erf: true,
  equal: true,
  less: true,
  and: true,
  not: true,
  select: true,
  cast: true,
  reduceSum: false,
  reduceMax: false,
  argMax: false,
  matmul: false,
  reshape: false,
  transpose: false,
  broadcastTo: false,
  slice: false,
  pad: false,
  concat: false,
  reverse: false,
  gather: false,
  scatterAdd: false,
  constant: false,
  iota: false,
  randomBits: false,
  scan: false,
  stopGradient: true,
};

/**
 * Whether an operation makes each element of its result from those at the same place of its
 * operands, so that it may be applied to any arrangement of them. False of composites.
 */
export function isElementwise(op: string): boolean {
  return Object.hasOwn(elementwise, op) && elementwise[op as PrimitiveName];
}
