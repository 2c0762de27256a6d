/** The causal convolution over time as the composite `causalConv1d`. */
import type { Builder, Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { formatType } from '../ir/types.ts';
import { compose } from './compose.ts';

/** The tensors of a causal convolution. */
export interface CausalConvOperands {
  /** `[batch, time, channels]` */
  readonly x: Value;
  /** `[width, channels, filters]`; the last tap meets the present step. */
  readonly kernel: Value;
  /** `[filters]`; none unless given. */
  readonly bias?: Value;
}

/** The options of `causalConv1d`. */
export interface CausalConvOptions {
  /** Steps from one tap to the next, at least 1; 1 unless given. May exceed the sequence. */
  readonly dilation?: number;
}

const NAME = 'causalConv1d';

/**
 * Appends a convolution that sees the present and the past only, as Keras's `Conv1D` with
 * `padding: 'causal'`:
 *
 *     y[t] = bias + Σ_k x[t - (width - 1 - k) dilation] kernel[k]     (zero before the first step)
 *
 * The composite's inputs are x, the kernel and the bias (if `useBias`); its options `dilation` and
 * `useBias`. It decomposes into one matmul over the taps that reach into the sequence, which stand
 * next to each other as channels; those that see nothing but padding cost nothing, and the rows of
 * the kernel that belong to them get a gradient of zero.
 * @returns `[batch, time, filters]`
 * @throws {@link GraphError} where shapes do not fit, or for a dilation that is no whole number
 * above 0
 */
export function causalConv1d(
  b: Builder,
  operands: CausalConvOperands,
  { dilation = 1 }: CausalConvOptions = {},
): Value {
  const { x, kernel, bias } = operands;
  check(operands, dilation);
  const options = { dilation, useBias: bias !== undefined };
  return compose(b, NAME, options, [x, kernel, ...(bias ? [bias] : [])], (inner, ...copies) =>
    decompose(inner, copies as [Value, Value, Value?], dilation),
  );
}

function decompose(
  b: Builder,
  [x, kernel, bias]: readonly [Value, Value, Value?],
  dilation: number,
): Value {
  const [batch, time, channels] = x.type.shape as [number, number, number];
  const [width, , filters] = kernel.type.shape as [number, number, number];
  // Tap k sees the step `(width - 1 - k) * dilation` ago: those at or beyond `time` see none.
  const seeing = Math.min(width, Math.ceil(time / dilation));
  const taps = Array.from({ length: seeing }, (_, i) => delay(b, x, (seeing - 1 - i) * dilation));
  const columns = b.reshape(b.concat(taps, 2), [batch * time, seeing * channels]);
  const rows = b.sliceAxis(kernel, 0, width - seeing, width);
  const product = b.matmul(columns, b.reshape(rows, [seeing * channels, filters]));
  return b.reshape(bias ? b.add(product, bias) : product, [batch, time, filters]);
}

/** `x` some steps later, with zeros before. */
function delay(b: Builder, x: Value, steps: number): Value {
  if (steps === 0) return x;
  const seen = b.sliceAxis(x, 1, 0, (x.type.shape[1] ?? 0) - steps);
  return b.pad(seen, [0, steps, 0], [0, 0, 0]);
}

function check({ x, kernel, bias }: CausalConvOperands, dilation: number): void {
  const isFloat = ({ type }: Value, rank: number): boolean =>
    type.dtype === 'float32' && type.shape.length === rank;
  const refuse = (argument: string, expected: string, found: string): never => {
    throw new GraphError(NAME, argument, expected, found);
  };
  if (!isFloat(x, 3)) refuse('x', 'float32[batch,time,channels]', formatType(x.type));
  const channels = x.type.shape[2] ?? 0;
  if (!isFloat(kernel, 3) || kernel.type.shape[1] !== channels || !kernel.type.shape[0])
    refuse('kernel', `float32[width,${channels},filters]`, formatType(kernel.type));
  const filters = kernel.type.shape[2] ?? 0;
  if (bias && (!isFloat(bias, 1) || bias.type.shape[0] !== filters))
    refuse('bias', `float32[${filters}]`, formatType(bias.type));
  if (!Number.isInteger(dilation) || dilation < 1)
    refuse('dilation', 'a whole number above 0', `${dilation}`);
}
