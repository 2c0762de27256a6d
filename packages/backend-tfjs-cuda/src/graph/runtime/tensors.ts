/** Tensors on their way between the contract and the engine. */
import type { HostArrays, HostTensor } from '@chronograd/backend';
import type { DType, TensorType } from '@chronograd/graph';
import { nativeType, type NativeArray, type TfBinding } from './binding.ts';

type HostArray = HostArrays[DType];

/** An engine tensor with a copy of the elements; returns its number. */
export function createTensor(binding: TfBinding, type: TensorType, data: HostArray): number {
  // The engine keeps the array it is given, and the caller may write to theirs again.
  const copy = data.slice();
  const native: NativeArray = copy instanceof Uint32Array ? new Int32Array(copy.buffer) : copy;
  return binding.createTensor(type.shape, nativeType(binding, type.dtype), native);
}

/** A copy of an engine tensor in JavaScript memory. */
export function hostTensor(binding: TfBinding, type: TensorType, id: number): HostTensor {
  const data = binding.tensorDataSync(id);
  const isUint32 = type.dtype === 'uint32';
  return {
    dtype: type.dtype,
    shape: type.shape,
    data: isUint32 ? new Uint32Array(data.buffer, data.byteOffset, data.length) : data,
  };
}
