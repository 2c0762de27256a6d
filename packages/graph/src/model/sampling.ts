/** Draws a step from what a model's output says of it. */
import type { Builder, Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { formatType, type TensorType } from '../ir/types.ts';
import { standardNormal } from './feature-layers.ts';

/**
 * What a model's output says of the next step of its input, `[batch, features]`:
 *
 * - `point`: the step itself. The temperature does nothing.
 * - `softmax`: logits of C classes. The step is the class drawn, as a number from 0 to C - 1 where
 *   the input is int32, else as `2 class / (C - 1) - 1`, from -1 to 1.
 * - `gaussian`: mean and logarithm of the standard deviation of each feature, side by side.
 * - `logistics`: a mixture of logistic distributions of one feature: logits of weights, means,
 *   logarithms of scales.
 *
 * The temperature divides the logits and multiplies deviations and scales; at 0, the step is the
 * likeliest class, the mean, or the mean of the likeliest distribution.
 */
export type Distribution = 'point' | 'softmax' | 'gaussian' | 'logistics';

/** What a step is drawn from. */
export interface Draw {
  /** `[batch, …]` */
  readonly output: Value;
  /** uint32 `[2]` */
  readonly key: Value;
  /** `[]` */
  readonly temperature: Value;
  /** Type of the step, `[batch, features]`, or `[batch]` of a class. */
  readonly like: TensorType;
}

/** float32, as `like` says. @throws {@link GraphError} where the output is of another size */
export function drawStep(b: Builder, distribution: Distribution, draw: Draw): Value {
  const { output, like } = draw;
  const [batch = 0, features = 1] = like.shape;
  const width = output.type.shape[1] ?? 1;
  const needs = (size: number, isRight = width === size): void => {
    if (isRight) return;
    const expected = `an output [batch, ${size}] for ${distribution} steps ${formatType(like)}`;
    throw new GraphError('generate', 'output', expected, formatType(output.type));
  };
  switch (distribution) {
    case 'point':
      needs(features);
      return b.reshape(output, like.shape);
    case 'softmax': {
      needs(2, features === 1 && width > 1);
      const chosen = choose(b, output, draw, 0);
      const number = b.cast(chosen, 'float32');
      // A class is an input as it is; a value lies between -1 and 1.
      const value = like.shape.length === 1 ? number : b.sub(b.mul(number, 2 / (width - 1)), 1);
      return b.reshape(value, like.shape);
    }
    case 'gaussian': {
      needs(2 * features);
      const apart = b.reshape(output, [batch, features, 2]);
      const [mean, logScale] = b.split(apart, 2, 2).map((part) => b.reshape(part, like.shape)) as [
        Value,
        Value,
      ];
      const noise = standardNormal(b, draw.key, like.shape, 0);
      return b.add(mean, b.mul(b.mul(b.exp(logScale), draw.temperature), noise));
    }
    case 'logistics': {
      needs(3, features === 1 && width % 3 === 0);
      const [logits, means, logScales] = b.split(output, 1, 3) as [Value, Value, Value];
      const chosen = choose(b, logits, draw, 0);
      const isChosen = b.equal(
        b.iota('int32', logits.type.shape, 1),
        b.reshape(chosen, [batch, 1]),
      );
      const pick = (values: Value): Value => b.reduceSum(b.select(isChosen, values, 0), [1], true);
      const u = uniform(b, draw.key, [batch, 1], 1);
      const quantile = b.sub(b.log(u), b.log(b.sub(1, u)));
      const scale = b.mul(b.exp(pick(logScales)), draw.temperature);
      return b.reshape(b.add(pick(means), b.mul(scale, quantile)), like.shape);
    }
  }
}

/**
 * A class of logits `[batch, classes]`, int32 `[batch]`: the greatest of `logit + temperature g`, g
 * of Gumbel's distribution, which is a draw from softmax(logits / temperature).
 */
function choose(b: Builder, logits: Value, { key, temperature }: Draw, stream: number): Value {
  const u = uniform(b, key, logits.type.shape, stream);
  const gumbel = b.neg(b.log(b.neg(b.log(u))));
  return b.argMax(b.add(logits, b.mul(gumbel, temperature)), 1);
}

/** Uniform numbers between 0 and 1, neither of them included, so that both logarithms are finite. */
function uniform(b: Builder, key: Value, shape: readonly number[], stream: number): Value {
  const drawn = b.mul(b.cast(b.randomBits(key, shape, stream), 'float32'), 2 ** -32);
  return b.min(b.max(drawn, 2 ** -33), 1 - 2 ** -24);
}
