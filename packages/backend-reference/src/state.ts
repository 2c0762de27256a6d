/** The state of a program, which executables may share. */
import { formatType, sameType, type TensorType } from '@chronograd/graph';
import { BackendError } from '@chronograd/backend';
import { allocate, type Tensor64 } from './tensor.ts';

/** State tensors by name. */
export type State = Map<string, Tensor64>;

/**
 * Adds zeros for the names that the state does not hold yet.
 * @throws {@link BackendError} where the state holds a name with another type; nothing is added.
 */
export function extendState(state: State, types: Readonly<Record<string, TensorType>>): void {
  for (const [name, type] of Object.entries(types)) {
    const known = state.get(name);
    if (known && !sameType(known, type))
      throw new BackendError('bad-input', {
        backend: 'reference',
        subject: `state "${name}"`,
        expected: `${formatType(known)}, as in the executable that shares its state`,
        found: formatType(type),
      });
  }
  for (const [name, type] of Object.entries(types))
    if (!state.has(name)) state.set(name, allocate(type));
}
