/** What computes one primitive. */
import type { Func, TensorType } from '@chronograd/graph';
import type { Tensor64 } from '../tensor.ts';

/** Runs a function: for primitives that hold one, such as `scan`. */
export type Evaluate = (func: Func, inputs: readonly Tensor64[]) => Tensor64[];

/**
 * Computes a primitive's results.
 * @param inputs operands, of types that the primitive's shape rule allows
 * @param results types of the results, as the shape rule gives them
 */
export type Kernel<A> = (
  inputs: readonly Tensor64[],
  attributes: A,
  results: readonly TensorType[],
  evaluate: Evaluate,
) => Tensor64[];

/** The operand at a place; that it is there, the shape rule has checked. */
export function operand(inputs: readonly Tensor64[], place: number): Tensor64 {
  return inputs[place] as Tensor64;
}
