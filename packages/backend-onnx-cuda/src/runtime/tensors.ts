/** Tensors on their way between the contract and the engine, and the checks of what is fed. */
import { BackendError, type HostArrays, type HostTensor } from '@chronograd/backend';
import { formatType, sameType, sizeOf, type DType, type TensorType } from '@chronograd/graph';
import type { Tensor } from 'onnxruntime-node';
import { BACKEND_ID, type Engine } from './engine.ts';

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

/** An engine tensor around the elements, which it does not copy. */
export function engineTensor(engine: Engine, type: TensorType, data: HostArray): Tensor {
  return new engine.Tensor(type.dtype, data, type.shape);
}

/** A copy of an engine tensor in JavaScript memory. */
export function hostTensor(type: TensorType, tensor: Tensor): HostTensor {
  return { dtype: type.dtype, shape: type.shape, data: copyOf(tensor.data as HostArray) };
}

/** The same elements in memory of their own. */
export function copyOf<A extends HostArray>(data: A): A {
  return data.slice() as A;
}

/**
 * Checks that a tensor has a type and as many elements as its shape says.
 * @throws {@link BackendError} `bad-input`
 */
export function checkTensor(subject: string, type: TensorType, tensor: HostTensor): void {
  // Messages are written only where they are needed: this runs for every feed of every step.
  if (!sameType(type, tensor)) throw bad(subject, formatType(type), formatType(tensor));
  const actual = tensor.data.constructor as { name: string };
  const expected = ARRAY_NAMES[type.dtype];
  if (actual.name !== expected) throw bad(subject, expected, actual.name);
  const size = sizeOf(type.shape);
  if (tensor.data.length !== size) throw bad(subject, `${size} elements`, `${tensor.data.length}`);
}

/** Names of the typed arrays: an instance from another realm has another constructor. */
const ARRAY_NAMES: Readonly<Record<DType, string>> = {
  float32: 'Float32Array',
  int32: 'Int32Array',
  uint32: 'Uint32Array',
  bool: 'Uint8Array',
};

/**
 * Checks that tensors of exactly these names are given.
 * @throws {@link BackendError} `bad-input`
 */
export function checkNames(
  subject: string,
  expected: readonly string[],
  given: Readonly<Record<string, unknown>>,
): void {
  const missing = expected.find((name) => !Object.hasOwn(given, name));
  const unknown = Object.keys(given).find((name) => !expected.includes(name));
  if (missing === undefined && unknown === undefined) return;
  const names = expected.length > 0 ? expected.join(', ') : 'no feeds';
  throw bad(subject, names, missing === undefined ? `unknown ${unknown}` : `no ${missing}`);
}

function bad(subject: string, expected: string, found: string): BackendError {
  return new BackendError('bad-input', { backend: BACKEND_ID, subject, expected, found });
}
