/** The convolution over time as the composite `conv1d`. */
import type { Builder, Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { formatType, type CompositeOptions } from '../ir/types.ts';
import { compose } from './compose.ts';

/** The tensors of a convolution. */
export interface ConvOperands {
  /** `[batch, time, channels]` */
  readonly x: Value;
  /** `[width, channels / groups, filters]` */
  readonly kernel: Value;
  /** `[filters]`; none unless given. */
  readonly bias?: Value;
}

/** The options of {@link conv1d}. */
export interface ConvOptions {
  /** Steps of zeros before the first. Default 0. */
  readonly low?: number;
  /** Steps of zeros after the last. Default 0. */
  readonly high?: number;
  /** Steps from one place of the kernel to the next. Default 1. */
  readonly strides?: number;
  /** Steps from one tap to the next, at least 1. Default 1. May exceed the sequence. */
  readonly dilation?: number;
  /** Groups of channels that filters see: channels and filters are both split in so many. Default 1. */
  readonly groups?: number;
}

/** The options of {@link causalConv1d}. */
export type CausalConvOptions = Pick<ConvOptions, 'dilation'>;

const NAME = 'conv1d';

/**
 * Appends a convolution over time, as Keras's `Conv1D` (a cross-correlation):
 *
 *     y[t] = bias + Σ_k x[t strides + k dilation - low] kernel[k]     (x is zero outside)
 *
 * The composite's inputs are x, the kernel and the bias (if `useBias`); its options `low`, `high`,
 * `strides`, `dilation`, `groups` and `useBias`. It decomposes into one matmul over the taps that
 * reach into the sequence, which stand next to each other as channels; those that see nothing but
 * padding cost nothing, and the rows of the kernel that belong to them get a gradient of zero.
 * @returns `[batch, places, filters]`, where there are
 * `floor((time + low + high - (width - 1) dilation - 1) / strides) + 1` places
 * @throws {@link GraphError} where shapes do not fit, for options that are no whole numbers, and
 * where the kernel is longer than the padded sequence
 */
export function conv1d(b: Builder, operands: ConvOperands, options: ConvOptions = {}): Value {
  const filled = { low: 0, high: 0, strides: 1, dilation: 1, groups: 1, ...options };
  check(operands, filled);
  const { x, kernel, bias } = operands;
  const named: CompositeOptions = { ...filled, useBias: bias !== undefined };
  return compose(b, NAME, named, [x, kernel, ...(bias ? [bias] : [])], (inner, ...copies) =>
    decompose(inner, copies as [Value, Value, Value?], filled),
  );
}

/**
 * Appends a convolution that sees the present and the past only, as Keras's `Conv1D` with
 * `padding: 'causal'`: a {@link conv1d} whose last tap meets the present step.
 * @returns `[batch, time, filters]`
 * @throws {@link GraphError} as {@link conv1d}
 */
export function causalConv1d(
  b: Builder,
  operands: ConvOperands,
  { dilation = 1 }: CausalConvOptions = {},
): Value {
  const width = operands.kernel.type.shape[0] ?? 1;
  return conv1d(b, operands, { dilation, low: Math.max(0, (width - 1) * dilation) });
}

/** How many places a kernel has on a padded sequence. */
function convPlaces(time: number, width: number, options: Required<ConvOptions>): number {
  const { low, high, strides, dilation } = options;
  return Math.floor((time + low + high - (width - 1) * dilation - 1) / strides) + 1;
}

function decompose(
  b: Builder,
  [x, kernel, bias]: readonly [Value, Value, Value?],
  options: Required<ConvOptions>,
): Value {
  const [batch, time, channels] = x.type.shape as [number, number, number];
  const [width, own, filters] = kernel.type.shape as [number, number, number];
  const { low, strides, dilation, groups } = options;
  const places = convPlaces(time, width, options);
  const span = (places - 1) * strides + 1;
  // The first step of x that tap k meets, and whether any of those that it meets is in the sequence.
  const first = (tap: number): number => tap * dilation - low;
  const sees = (tap: number): boolean => first(tap) + span > 0 && first(tap) < time;
  const all = Array.from({ length: width }, (_, tap) => tap);
  const taps = all.filter(sees);
  const from = taps[0] ?? 0;
  const to = from + taps.length;
  if (taps.length === 0) return noTap(b, [batch, places, filters], bias);
  const seen = taps.map((tap) => everyNth(b, window(b, x, first(tap), span), strides, places));
  const rows = b.sliceAxis(kernel, 0, from, to);
  const product =
    groups === 1
      ? b.matmul(
          b.reshape(b.concat(seen, 2), [batch * places, taps.length * channels]),
          b.reshape(rows, [taps.length * own, filters]),
        )
      : grouped(b, seen, rows, groups);
  return b.reshape(bias ? b.add(product, bias) : product, [batch, places, filters]);
}

/** Every tap sees padding only: what is left is the bias. */
function noTap(b: Builder, shape: readonly number[], bias: Value | undefined): Value {
  const zeros = b.constant(0, shape);
  return bias ? b.add(zeros, bias) : zeros;
}

/** `[batch · places, filters]`: one product for each group, all at once. */
function grouped(b: Builder, seen: readonly Value[], rows: Value, groups: number): Value {
  const [batch, places, channels] = (seen[0] as Value).type.shape as [number, number, number];
  const [taps, own, filters] = rows.type.shape as [number, number, number];
  const each = filters / groups;
  const split = seen.map((value) => b.reshape(value, [batch * places, groups, channels / groups]));
  // [groups, batch · places, taps · own] by [groups, taps · own, each]
  const columns = b.transpose(b.concat(split, 2), [1, 0, 2]);
  const kernels = b.reshape(b.transpose(b.reshape(rows, [taps, own, groups, each]), [2, 0, 1, 3]), [
    groups,
    taps * own,
    each,
  ]);
  return b.reshape(b.transpose(b.matmul(columns, kernels), [1, 0, 2]), [batch * places, filters]);
}

/** `span` steps of x from step `start`, which may lie before the first; zeros outside. */
function window(b: Builder, x: Value, start: number, span: number): Value {
  const time = x.type.shape[1] ?? 0;
  const from = Math.max(0, start);
  const to = Math.min(time, start + span);
  const inside = b.sliceAxis(x, 1, from, to);
  const [before, after] = [from - start, start + span - to];
  if (before === 0 && after === 0) return inside;
  return b.pad(inside, [0, before, 0], [0, after, 0]);
}

/** Steps 0, n, 2 n, … of x `[batch, time, channels]`, `count` of them. */
export function everyNth(b: Builder, x: Value, n: number, count: number): Value {
  if (n === 1) return x;
  const [batch, time, channels] = x.type.shape as [number, number, number];
  const whole = b.pad(x, [0, 0, 0], [0, count * n - time, 0]);
  const split = b.reshape(whole, [batch, count, n, channels]);
  return b.reshape(b.sliceAxis(split, 2, 0, 1), [batch, count, channels]);
}

function check({ x, kernel, bias }: ConvOperands, options: Required<ConvOptions>): void {
  const isFloat = ({ type }: Value, rank: number): boolean =>
    type.dtype === 'float32' && type.shape.length === rank;
  const refuse = (argument: string, expected: string, found: string): never => {
    throw new GraphError(NAME, argument, expected, found);
  };
  for (const name of ['strides', 'dilation', 'groups'] as const)
    if (!Number.isInteger(options[name]) || options[name] < 1)
      refuse(name, 'a whole number above 0', `${options[name]}`);
  for (const name of ['low', 'high'] as const)
    if (!Number.isInteger(options[name]) || options[name] < 0)
      refuse(name, 'a whole number from 0', `${options[name]}`);
  if (!isFloat(x, 3)) refuse('x', 'float32[batch,time,channels]', formatType(x.type));
  const [, time = 0, channels = 0] = x.type.shape;
  const { groups } = options;
  const own = channels / groups;
  const [width = 0, , filters = 0] = kernel.type.shape;
  const fits = isFloat(kernel, 3) && kernel.type.shape[1] === own && width > 0;
  if (!fits || filters % groups !== 0) {
    const of = groups === 1 ? '' : `, filters and channels in ${groups} groups`;
    refuse('kernel', `float32[width,${own},filters]${of}`, formatType(kernel.type));
  }
  if (bias && (!isFloat(bias, 1) || bias.type.shape[0] !== filters))
    refuse('bias', `float32[${filters}]`, formatType(bias.type));
  if (convPlaces(time, width, options) < 1)
    refuse('x', `a sequence that the kernel of ${width} taps fits in`, formatType(x.type));
}
