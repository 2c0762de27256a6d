/** Regularisers and constraints, with Keras's formulas. */
import type { ConstraintSpec, RegularizerSpec } from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';

/** Added to norms that are divided by: Keras's `keras.config.epsilon()`. */
const EPSILON = 1e-7;

/** What a tensor adds to the loss, a scalar: `l1 Σ |x| + l2 Σ x²`. */
export function penalty(b: Builder, regularizer: RegularizerSpec, x: Value): Value {
  const absolute = (factor: number): Value => b.mul(b.reduceSum(b.abs(x)), factor);
  const square = (factor: number): Value => b.mul(b.reduceSum(b.mul(x, x)), factor);
  switch (regularizer.type) {
    case 'l1':
      return absolute(regularizer.l1);
    case 'l2':
      return square(regularizer.l2);
    case 'l1l2':
      return b.add(absolute(regularizer.l1), square(regularizer.l2));
  }
}

/** The nearest to a parameter that its constraint allows; norms are over `axis`. */
export function constrain(b: Builder, constraint: ConstraintSpec, x: Value): Value {
  switch (constraint.type) {
    case 'nonNeg':
      return b.max(x, 0);
    case 'unitNorm':
      return b.div(x, b.add(norms(b, x, constraint.axis), EPSILON));
    case 'maxNorm': {
      const found = norms(b, x, constraint.axis);
      return scaled(b, x, found, b.min(found, constraint.maxValue));
    }
    case 'minMaxNorm': {
      const { minValue, maxValue, rate, axis } = constraint;
      const found = norms(b, x, axis);
      const bounded = b.max(b.min(found, maxValue), minValue);
      const wanted = rate === 1 ? bounded : b.add(b.mul(bounded, rate), b.mul(found, 1 - rate));
      return scaled(b, x, found, wanted);
    }
  }
}

function scaled(b: Builder, x: Value, found: Value, wanted: Value): Value {
  return b.mul(x, b.div(wanted, b.add(found, EPSILON)));
}

/** Root of the sum of squares over the axes, which stay with size 1. */
function norms(b: Builder, x: Value, axis: number | readonly number[]): Value {
  const rank = x.type.shape.length;
  const axes = (typeof axis === 'number' ? [axis] : axis).map((each) =>
    each < 0 ? rank + each : each,
  );
  return b.sqrt(b.reduceSum(b.mul(x, x), axes, true));
}
