/** Checks what callers hand in, before anything is run or replaced. */
import { BackendError } from '@chronograd/backend';
import { formatType, sameType, sizeOf, type DType, type TensorType } from '@chronograd/graph';

/** A tensor with any array that has a length: of JavaScript or of the interpreter. */
interface AnyTensor extends TensorType {
  readonly data: { readonly length: number };
}

/** How an element array must be called, by element type. */
export type ArrayNames = Readonly<Record<DType, string>>;

/** Arrays of the contract's tensors. */
export const hostArrays: ArrayNames = {
  float32: 'Float32Array',
  int32: 'Int32Array',
  uint32: 'Uint32Array',
  bool: 'Uint8Array',
};

/** Arrays of the interpreter's tensors. */
export const arrays64: ArrayNames = { ...hostArrays, float32: 'Float64Array' };

/** A `bad-input` error of this backend. */
export function badInput(subject: string, expected: string, found: string): BackendError {
  return new BackendError('bad-input', { backend: 'reference', subject, expected, found });
}

/** `"a", "b"`: names as they stand in messages. */
export function list(names: Iterable<string>): string {
  return [...names].map((name) => `"${name}"`).join(', ') || 'none';
}

/**
 * Checks each tensor against the type of its name.
 * @throws {@link BackendError} for a name that is not expected, and for another type or length.
 */
export function checkTensors(
  kind: string,
  tensors: Readonly<Record<string, AnyTensor>>,
  expected: ReadonlyMap<string, TensorType>,
  arrays: ArrayNames,
): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    const type = expected.get(name);
    if (!type) throw badInput(`${kind} "${name}"`, `one of ${list(expected.keys())}`, `"${name}"`);
    if (!sameType(type, tensor))
      throw badInput(`${kind} "${name}"`, formatType(type), formatType(tensor));
    const array = arrays[type.dtype];
    if (tensor.data.constructor.name !== array)
      throw badInput(
        `${kind} "${name}"`,
        `data in a ${array}`,
        `a ${tensor.data.constructor.name}`,
      );
    if (tensor.data.length !== sizeOf(type.shape))
      throw badInput(
        `${kind} "${name}"`,
        `${sizeOf(type.shape)} elements for ${formatType(type)}`,
        `${tensor.data.length}`,
      );
  }
}

/** @throws {@link BackendError} where a tensor is missing. */
export function checkComplete(
  kind: string,
  tensors: Readonly<Record<string, unknown>>,
  expected: ReadonlyMap<string, TensorType>,
): void {
  for (const [name, type] of expected)
    if (!Object.hasOwn(tensors, name))
      throw badInput(`${kind} "${name}"`, formatType(type), `only ${list(Object.keys(tensors))}`);
}
