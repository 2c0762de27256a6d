/** The gated activation of WaveNet as the composite `gatedTanhSigmoid`. */
import type { Builder, Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { formatType } from '../ir/types.ts';
import { compose } from './compose.ts';

const NAME = 'gatedTanhSigmoid';

/**
 * Appends `tanh(a) * sigmoid(g)`, where `a` is the first and `g` the second half of the last axis
 * (van den Oord et al., "WaveNet: a generative model for raw audio", 2016, formula 2), so that one
 * convolution computes both. The composite has one input and no options.
 * @param x float32 `[…, 2 * channels]`
 * @returns `[…, channels]`
 * @throws {@link GraphError} for a last axis that has no halves
 */
export function gatedTanhSigmoid(b: Builder, x: Value): Value {
  const { dtype, shape } = x.type;
  const axis = shape.length - 1;
  const size = shape[axis] ?? 0;
  if (dtype !== 'float32' || size === 0 || size % 2 !== 0)
    throw new GraphError(NAME, 'x', 'float32 with an even last axis', formatType(x.type));
  return compose(b, NAME, {}, [x], (inner, copy) => {
    const [filter, gate] = inner.split(copy as Value, axis, 2) as [Value, Value];
    return inner.mul(inner.tanh(filter), inner.sigmoid(gate));
  });
}
