/** Typed arrays of the contract's tensors. */
import { sizeOf, type DType, type TensorType } from '@chronograd/graph';
import type { HostArrays, HostTensor } from './contract.ts';

/** Zeros to hold `size` elements of a type. */
function zeros(dtype: DType, size: number): HostArrays[DType] {
  switch (dtype) {
    case 'float32':
      return new Float32Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'uint32':
      return new Uint32Array(size);
    case 'bool':
      return new Uint8Array(size);
  }
}

/** A tensor of zeros. */
export function hostZeros({ dtype, shape }: TensorType): HostTensor {
  return { dtype, shape, data: zeros(dtype, sizeOf(shape)) };
}

/** The numbers as elements of a type. */
export function hostArray(dtype: DType, values: ArrayLike<number>): HostArrays[DType] {
  const array = zeros(dtype, values.length);
  array.set(values);
  return array;
}
