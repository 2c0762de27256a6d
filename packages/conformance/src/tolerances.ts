/**
 * How close a result must be, by class: one table for all cases. The oracle computes in float64
 * from the same float32 inputs, so what is measured is the backend's own rounding.
 */

/** A bound and why it is where it is. */
export interface Tolerance {
  /**
   * `equal`: every element is the oracle's, rounded to the tensor's type. `norm`: `‖out - ref‖ /
   * ‖ref‖` over the finite elements. `element`: `|out - ref| / |ref|` of each element, where
   * results below the least normal number may be zero.
   */
  readonly measure: 'equal' | 'norm' | 'element';
  readonly bound: number;
  readonly reason: string;
}

/** The classes of results. */
export type ToleranceClass =
  'exact' | 'elementwise' | 'forward' | 'gradient' | 'sgdTrajectory' | 'adamTrajectory';

/** The tolerance of every class. */
export const tolerances: { readonly [C in ToleranceClass]: Tolerance } = {
  exact: {
    measure: 'equal',
    bound: 0,
    reason: 'integers, bool, random bits, and elements that are moved but not computed',
  },
  elementwise: {
    measure: 'element',
    bound: 1e-5,
    reason:
      'one well-conditioned operation per element: kernels are within a few units in the last place (6e-8), and one tensor may hold 1e-30 beside 1e30, where a norm sees only the latter',
  },
  forward: {
    measure: 'norm',
    bound: 1e-5,
    reason: 'float32 arithmetic in any order is about 3e-7 off, TF32 5e-4: the bound lies between',
  },
  gradient: {
    measure: 'norm',
    bound: 1e-5,
    reason:
      'as forward; single elements of a gradient may cancel to nothing, so that only the norm is fair',
  },
  sgdTrajectory: {
    measure: 'norm',
    bound: 1e-5,
    reason:
      'parameters after 20 steps: a step of SGD is linear in the gradient, errors add up slowly',
  },
  adamTrajectory: {
    measure: 'norm',
    bound: 1e-4,
    reason:
      'parameters after 20 steps: adaptive optimizers divide by the root of the squared gradient, which makes the relative error of the smallest gradients one of the step',
  },
};
