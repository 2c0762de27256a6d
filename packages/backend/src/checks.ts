/** Checks of what callers hand in, before anything is run or replaced; the same in every backend. */
import type { Executable } from './contract.ts';
import { formatType, sameType, sizeOf, type DType, type TensorType } from '@chronograd/graph';
import { BackendError } from './errors.ts';

/** A tensor with any array that has a length. */
interface AnyTensor extends TensorType {
  readonly data: { readonly length: number };
}

/** An executable that says whether it is in use. */
export interface SharingExecutable extends Executable {
  /** @throws {@link BackendError} `disposed` after {@link Executable.dispose}. */
  checkAlive(): void;
}

/** How an element array must be called, by element type. */
export type ArrayNames = Readonly<Record<DType, string>>;

/** Arrays of the contract's tensors. */
export const hostArrayNames: ArrayNames = {
  float32: 'Float32Array',
  int32: 'Int32Array',
  uint32: 'Uint32Array',
  bool: 'Uint8Array',
};

/** `"a", "b"`: names as they stand in messages. */
export function listNames(names: Iterable<string>): string {
  return [...names].map((name) => `"${name}"`).join(', ') || 'none';
}

/** Checks that throw errors in the name of one backend. */
export class Checks {
  /**
   * @param backend id of the backend
   * @param arrays what tensors must hold their elements in; default: the contract's arrays
   */
  constructor(
    readonly backend: string,
    private readonly arrays: ArrayNames = hostArrayNames,
  ) {}

  /** A `bad-input` error. */
  badInput(subject: string, expected: string, found: string): BackendError {
    return new BackendError('bad-input', { backend: this.backend, subject, expected, found });
  }

  /**
   * What a name stands for.
   * @param kind `state`, `entry`: how the name is introduced in messages
   * @throws {@link BackendError} `bad-input` for a name that is not known
   */
  lookUp<T>(kind: string, name: string, known: ReadonlyMap<string, T>): T {
    const value = known.get(name);
    if (value !== undefined) return value;
    throw this.badInput(`${kind} "${name}"`, `one of ${listNames(known.keys())}`, `"${name}"`);
  }

  /**
   * Holds each tensor to the type of its name.
   * @throws {@link BackendError} `bad-input` for a name that is not expected, and for another type,
   * array or number of elements
   */
  tensors(
    kind: string,
    tensors: Readonly<Record<string, AnyTensor>>,
    expected: ReadonlyMap<string, TensorType>,
  ): void {
    for (const [name, tensor] of Object.entries(tensors))
      this.tensor(`${kind} "${name}"`, tensor, this.lookUp(kind, name, expected));
  }

  /**
   * As {@link tensors}, and none may be missing.
   * @throws {@link BackendError} `bad-input`
   */
  allTensors(
    kind: string,
    tensors: Readonly<Record<string, AnyTensor>>,
    expected: ReadonlyMap<string, TensorType>,
  ): void {
    this.tensors(kind, tensors, expected);
    for (const [name, type] of expected)
      if (!Object.hasOwn(tensors, name))
        throw this.badInput(
          `${kind} "${name}"`,
          formatType(type),
          `only ${listNames(Object.keys(tensors))}`,
        );
  }

  /**
   * Holds new state to the state that executables share already.
   * @throws {@link BackendError} `bad-input` where a name is known with another type
   */
  sharedState(
    known: ReadonlyMap<string, TensorType>,
    added: Readonly<Record<string, TensorType>>,
  ): void {
    for (const [name, type] of Object.entries(added)) {
      const other = known.get(name);
      if (other && !sameType(other, type))
        throw this.badInput(
          `state "${name}"`,
          `${formatType(other)}, as in the executable that shares its state`,
          formatType(type),
        );
    }
  }

  /**
   * The executable whose state another is to share.
   * @param own the executables that the backend has compiled
   * @throws {@link BackendError} `bad-input` where it is none of them, `disposed` after its end
   */
  sharing<E extends SharingExecutable>(own: WeakSet<E>, executable: Executable): E {
    // Whatever is in the set is an E.
    const found = executable as E;
    if (!own.has(found))
      throw this.badInput(
        'option shareStateWith',
        'an executable of the same backend',
        `one of ${executable.report.backend}`,
      );
    found.checkAlive();
    return found;
  }

  /** @throws {@link BackendError} `disposed` where something is used after its end. */
  alive(subject: string, disposed: boolean, advice: string): void {
    if (!disposed) return;
    throw new BackendError('disposed', {
      backend: this.backend,
      subject,
      expected: 'one in use',
      found: 'one that was disposed of',
      advice,
    });
  }

  private tensor(subject: string, tensor: AnyTensor, type: TensorType): void {
    if (!sameType(type, tensor)) throw this.badInput(subject, formatType(type), formatType(tensor));
    const array = this.arrays[type.dtype];
    const found = tensor.data.constructor.name;
    if (found !== array) throw this.badInput(subject, `data in a ${array}`, `a ${found}`);
    if (tensor.data.length !== sizeOf(type.shape))
      throw this.badInput(
        subject,
        `${sizeOf(type.shape)} elements for ${formatType(type)}`,
        `${tensor.data.length}`,
      );
  }
}
