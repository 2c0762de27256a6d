/** Primitives that make one element of many. */
import {
  sizeOf,
  type PrimitiveAttributes,
  type ReduceAttributes,
  type TensorType,
} from '@chronograd/graph';
import { forEachRow, stridesOf } from '../strided.ts';
import { allocate, type Data } from '../tensor.ts';
import { operand, type Kernel } from './kernel.ts';

/** A reduction that combines each element of the operand with the result at its place. */
function reduction(
  initial: (result: Data) => void,
  row: (
    from: Data,
    place: number,
    to: Data,
    strided: number,
    length: number,
    stride: number,
  ) => void,
): Kernel<ReduceAttributes> {
  return (inputs, { axes }, [type]) => {
    const a = operand(inputs, 0);
    const result = allocate(type as TensorType);
    initial(result.data);
    const kept = stridesOf(a.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension)));
    const strides = kept.map((stride, axis) => (axes.includes(axis) ? 0 : stride));
    forEachRow(a.shape, strides, 0, (place, strided, length, stride) =>
      row(a.data, place, result.data, strided, length, stride),
    );
    return [result];
  };
}

/** Sum over `axes`. */
export const reduceSum = reduction(
  () => undefined,
  (from, place, to, strided, length, stride) => {
    for (let i = 0; i < length; i++) {
      const at = strided + i * stride;
      to[at] = (to[at] as number) + (from[place + i] as number);
    }
  },
);

/** Greatest element over `axes`; of none, the least number of the type. */
export const reduceMax = reduction(
  (result) => result.fill(result instanceof Float64Array ? -Infinity : -(2 ** 31)),
  (from, place, to, strided, length, stride) => {
    for (let i = 0; i < length; i++) {
      const at = strided + i * stride;
      to[at] = Math.max(to[at] as number, from[place + i] as number);
    }
  },
);

/** Place of the first greatest element along `axis`. */
export const argMax: Kernel<PrimitiveAttributes['argMax']> = (inputs, { axis }, [type]) => {
  const a = operand(inputs, 0);
  const result = allocate(type as TensorType);
  const length = a.shape[axis] as number;
  const inner = sizeOf(a.shape.slice(axis + 1));
  for (let place = 0; place < result.data.length; place++) {
    const start = Math.floor(place / inner) * inner * length + (place % inner);
    let best = 0;
    for (let i = 1; i < length; i++)
      if ((a.data[start + i * inner] as number) > (a.data[start + best * inner] as number))
        best = i;
    result.data[place] = best;
  }
  return [result];
};
