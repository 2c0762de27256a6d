/** Primitives that move elements and compute none. */
import { sizeOf, type PrimitiveAttributes, type Shape, type TensorType } from '@chronograd/graph';
import { forEachRow, stridesOf } from '../strided.ts';
import { allocate, type Tensor64 } from '../tensor.ts';
import { operand, type Kernel } from './kernel.ts';

/** Copies to a result row by row what lies in the operand by strides. */
function view(source: Tensor64, shape: Shape, strides: readonly number[], start: number): Tensor64 {
  const result = allocate({ dtype: source.dtype, shape });
  const from = source.data;
  const to = result.data;
  forEachRow(shape, strides, start, (place, strided, length, stride) => {
    for (let i = 0; i < length; i++) to[place + i] = from[strided + i * stride] as number;
  });
  return result;
}

/** Copies a whole tensor to where its element 0 is `start` of a greater one of those strides. */
function place(source: Tensor64, target: Tensor64, start: number): void {
  const from = source.data;
  const to = target.data;
  forEachRow(source.shape, stridesOf(target.shape), start, (at, strided, length, stride) => {
    for (let i = 0; i < length; i++) to[strided + i * stride] = from[at + i] as number;
  });
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/** The same elements in another shape. */
export const reshape: Kernel<PrimitiveAttributes['reshape']> = (inputs, { shape }) => [
  { ...operand(inputs, 0), shape },
];

/** Axis `i` of the result is axis `permutation[i]` of the operand. */
export const transpose: Kernel<PrimitiveAttributes['transpose']> = (
  inputs,
  { permutation },
  [type],
) => {
  const a = operand(inputs, 0);
  const strides = stridesOf(a.shape);
  return [
    view(
      a,
      (type as TensorType).shape,
      permutation.map((axis) => strides[axis] as number),
      0,
    ),
  ];
};

/** Repeats axes of size 1, and the whole along new leading axes. */
export const broadcastTo: Kernel<PrimitiveAttributes['broadcastTo']> = (inputs, { shape }) => {
  const a = operand(inputs, 0);
  const lead = shape.length - a.shape.length;
  const own = stridesOf(a.shape);
  const strides = shape.map((_, axis) =>
    axis < lead || a.shape[axis - lead] === 1 ? 0 : (own[axis - lead] as number),
  );
  return [view(a, shape, strides, 0)];
};

/** `starts` to `limits`. */
export const slice: Kernel<PrimitiveAttributes['slice']> = (inputs, { starts }, [type]) => {
  const a = operand(inputs, 0);
  const strides = stridesOf(a.shape);
  return [view(a, (type as TensorType).shape, strides, dot(starts, strides))];
};

/** Last element first along `axes`. */
export const reverse: Kernel<PrimitiveAttributes['reverse']> = (inputs, { axes }) => {
  const a = operand(inputs, 0);
  const own = stridesOf(a.shape);
  const strides = own.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
  const last = a.shape.map((dimension, axis) => (axes.includes(axis) ? dimension - 1 : 0));
  return [view(a, a.shape, strides, dot(last, own))];
};

/** `value` around the operand. */
export const pad: Kernel<PrimitiveAttributes['pad']> = (inputs, { low, value }, [type]) => {
  const result = allocate(type as TensorType);
  if (value !== 0) result.data.fill(value);
  place(operand(inputs, 0), result, dot(low, stridesOf(result.shape)));
  return [result];
};

/** Operands after each other along `axis`. */
export const concat: Kernel<PrimitiveAttributes['concat']> = (inputs, { axis }, [type]) => {
  const result = allocate(type as TensorType);
  const inner = sizeOf(result.shape.slice(axis + 1));
  let start = 0;
  for (const input of inputs) {
    place(input, result, start);
    start += (input.shape[axis] as number) * inner;
  }
  return [result];
};
