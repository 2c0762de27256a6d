/** Tensors on their way between the contract and the engine, and the checks of what is fed. */
import { BackendError, type HostArrays, type HostTensor } from '@chronograd/backend';
import { formatType, sizeOf, type DType, type TensorType } from '@chronograd/graph';
import { nativeType, type NativeArray, type TfBinding } from './binding.ts';
import { BACKEND_ID } from './engine.ts';

type HostArray = HostArrays[DType];

/** Zeros for the elements of a type. */
export function zeros({ dtype, shape }: TensorType): HostArray {
  const size = sizeOf(shape);
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

/**
 * Checks that a tensor has a type and as many elements as its shape says.
 * @throws {@link BackendError} `bad-input`
 */
export function checkTensor(subject: string, type: TensorType, tensor: HostTensor): void {
  const bad = (expected: string, found: string): BackendError =>
    new BackendError('bad-input', { backend: BACKEND_ID, subject, expected, found });
  const found = formatType(tensor);
  if (found !== formatType(type)) throw bad(formatType(type), found);
  const array = zeros({ dtype: type.dtype, shape: [0] }).constructor as { name: string };
  const actual = tensor.data.constructor as { name: string };
  if (actual.name !== array.name) throw bad(array.name, actual.name);
  if (tensor.data.length !== sizeOf(type.shape))
    throw bad(`${sizeOf(type.shape)} elements`, `${tensor.data.length}`);
}

/**
 * Checks that tensors of exactly these names are given.
 * @throws {@link BackendError} `bad-input`
 */
export function checkNames(
  subject: string,
  expected: readonly string[],
  given: Readonly<Record<string, unknown>>,
): void {
  const names = expected.length > 0 ? expected.join(', ') : 'no feeds';
  const fail = (found: string): never => {
    throw new BackendError('bad-input', { backend: BACKEND_ID, subject, expected: names, found });
  };
  for (const name of expected) if (!Object.hasOwn(given, name)) fail(`no ${name}`);
  for (const name of Object.keys(given)) if (!expected.includes(name)) fail(`unknown ${name}`);
}
