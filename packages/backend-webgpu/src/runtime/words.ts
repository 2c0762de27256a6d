/** Tensors on their way between JavaScript and the device, where an element is a word of 4 bytes. */
import { hostZeros, type HostTensor } from '@chronograd/backend';
import { sizeOf, type TensorType } from '@chronograd/graph';

/** Puts a tensor's elements into words; a bool becomes 0 or 1. */
export function putWords(to: Uint32Array, offset: number, { dtype, data }: HostTensor): void {
  if (dtype === 'float32')
    new Float32Array(to.buffer, to.byteOffset + 4 * offset, data.length).set(data);
  else to.set(data, offset);
}

/** The tensor that lies in words. */
export function takeWords(from: Uint32Array, offset: number, type: TensorType): HostTensor {
  const tensor = hostZeros(type);
  const size = sizeOf(type.shape);
  if (type.dtype === 'float32')
    tensor.data.set(new Float32Array(from.buffer, from.byteOffset + 4 * offset, size));
  else tensor.data.set(from.subarray(offset, offset + size));
  return tensor;
}
