/** Gradient clipping, with Keras's formulas. */
import type { OptimizerSpec } from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';

/** The clipping options of an optimizer; at most one is given. */
export type ClippingOptions = Pick<OptimizerSpec, 'clipValue' | 'clipNorm' | 'globalClipNorm'>;

/** Clipped gradients, and the global norm that they had before. */
export interface Clipped {
  readonly gradients: readonly Value[];
  /** Root of the sum of the squares of all elements of all gradients, a scalar. */
  readonly norm: Value;
}

/**
 * Clips gradients: every element to ±`clipValue`, or every gradient to the norm `clipNorm`, or all
 * together to the norm `globalClipNorm`. A gradient that is not finite stays so.
 */
export function clipGradients(
  b: Builder,
  gradients: readonly Value[],
  { clipValue, clipNorm, globalClipNorm }: ClippingOptions,
): Clipped {
  const squares = gradients.map((gradient) => b.reduceSum(b.mul(gradient, gradient)));
  const norm = b.sqrt(squares.reduce((sum, square) => b.add(sum, square), b.constant(0)));
  if (clipValue !== undefined)
    return { norm, gradients: gradients.map((g) => b.max(b.min(g, clipValue), -clipValue)) };
  if (clipNorm !== undefined)
    return {
      norm,
      gradients: gradients.map((g, i) => shrink(b, g, b.sqrt(squares[i] as Value), clipNorm)),
    };
  if (globalClipNorm !== undefined)
    return { norm, gradients: gradients.map((g) => shrink(b, g, norm, globalClipNorm)) };
  return { norm, gradients };
}

/** `gradient * limit / max(norm, limit)` (Pascanu et al. 2013). */
function shrink(b: Builder, gradient: Value, norm: Value, limit: number): Value {
  return b.mul(gradient, b.div(limit, b.max(norm, limit)));
}
