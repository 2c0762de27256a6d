/** Tensors of the interpreter, and how they come from and go to JavaScript's float32 tensors. */
import type { HostTensor } from '@chronograd/backend';
import { zeroElements, sizeOf, type DType, type Shape, type TensorType } from '@chronograd/graph';

/** Elements of a {@link Tensor64}: float32 tensors are kept in double precision. */
export type Data = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** A tensor, row by row. Its elements are never changed once a kernel has returned it. */
export interface Tensor64 {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Data;
}

/** A tensor of zeros. */
export function allocate({ dtype, shape }: TensorType): Tensor64 {
  return { dtype, shape, data: zeroElements(dtype, sizeOf(shape)) };
}

/** A float32 tensor of these elements, in double precision. */
export function float64(shape: Shape, values: ArrayLike<number>): Tensor64 {
  return { dtype: 'float32', shape, data: Float64Array.from(values) };
}

/** A copy in double precision. */
export function fromHost({ dtype, shape, data }: HostTensor): Tensor64 {
  return {
    dtype,
    shape,
    data: data instanceof Float32Array ? Float64Array.from(data) : data.slice(),
  };
}

/** A copy rounded to float32. */
export function toHost({ dtype, shape, data }: Tensor64): HostTensor {
  return {
    dtype,
    shape,
    data: data instanceof Float64Array ? Float32Array.from(data) : data.slice(),
  };
}
