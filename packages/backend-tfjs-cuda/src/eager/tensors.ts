/**
 * Tensors on their way to tfjs and back. uint32, which tfjs has not, is int32 of the same bits
 * there.
 */
import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import {
  sizeOf,
  type ConstantArray,
  type DType,
  type Shape,
  type TensorType,
} from '@chronograd/graph';
import type { HostTensor } from '@chronograd/backend';

/** The element type that stands for one of ours in tfjs. */
export type EngineDType = 'float32' | 'int32' | 'bool';

/** The arrays that tfjs takes. */
type EngineArray = Float32Array | Int32Array | Uint8Array;

/** The element type that stands for one of ours in tfjs. */
export function engineDType(dtype: DType): EngineDType {
  return dtype === 'uint32' ? 'int32' : dtype;
}

/** A tensor of a host tensor's elements as they are now, to be uploaded later. */
export interface Prepared {
  readonly shape: Shape;
  readonly dtype: EngineDType;
  readonly data: EngineArray;
}

/** Copies the elements, so that the caller may write to the array again. */
export function prepareUpload({ dtype, shape, data }: HostTensor): Prepared {
  return { shape, dtype: engineDType(dtype), data: engineArray(dtype, data) };
}

/** Uploads to the current tfjs backend, some of which keep the array itself. */
export function upload({ shape, dtype, data }: Prepared): Tensor {
  return tensor(data, [...shape], dtype);
}

/** A new tensor of one number. */
export function filled({ dtype, shape }: TensorType, value: number): Tensor {
  const data = engineArray(dtype, new Float64Array(sizeOf(shape)).fill(value));
  return tensor(data, [...shape], engineDType(dtype));
}

/** A new array that tfjs takes. */
export function engineArray(dtype: DType, data: HostTensor['data'] | ConstantArray): EngineArray {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(data);
    case 'bool':
      return Uint8Array.from(data);
    case 'int32':
    case 'uint32':
      // Through Uint32Array's values: what is above the greatest int32 wraps around.
      return Int32Array.from(data);
  }
}

/** Copies a tensor to JavaScript memory, when it is ready. */
export async function download(type: TensorType, from: Tensor): Promise<HostTensor> {
  return hostTensor(type, await from.data<EngineDType>());
}

/** A host tensor of elements that tfjs gave, in memory of its own. */
function hostTensor({ dtype, shape }: TensorType, data: EngineArray): HostTensor {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'uint32':
      return { dtype, shape, data: Uint32Array.from(data) };
    case 'bool':
      return { dtype, shape, data: Uint8Array.from(data) };
  }
}

/** A copy in memory of its own. */
export function copyHost({ dtype, shape, data }: HostTensor): HostTensor {
  return { dtype, shape, data: data.slice() };
}
