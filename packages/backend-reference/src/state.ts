/** The state of a program, which executables may share. */
import type { Checks } from '@chronograd/backend';
import type { TensorType } from '@chronograd/graph';
import { allocate, type Tensor64 } from './tensor.ts';

/** State tensors by name. */
export type State = Map<string, Tensor64>;

/**
 * Adds zeros for the names that the state does not hold yet.
 * @throws {@link BackendError} where the state holds a name with another type; nothing is added.
 */
export function extendState(
  checks: Checks,
  state: State,
  types: Readonly<Record<string, TensorType>>,
): void {
  checks.sharedState(state, types);
  for (const [name, type] of Object.entries(types))
    if (!state.has(name)) state.set(name, allocate(type));
}
