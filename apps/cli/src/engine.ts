/** The backend of a command. */
import type { Backend } from '@chronograd/backend';
import { knownBackends } from './backends.ts';
import { UsageError } from './failures.ts';

/** Options that choose an engine. */
export interface BackendOption {
  readonly backend: string;
}

/**
 * Opens a backend for the time of an action.
 *
 * @throws UsageError for an id that is not known
 */
export async function withBackend<T>(
  id: string,
  action: (backend: Backend) => Promise<T>,
): Promise<T> {
  const known = knownBackends.find((each) => each.id === id);
  if (!known)
    throw new UsageError(
      `--backend: expected one of ${knownBackends.map((each) => each.id).join(', ')}, found "${id}"`,
    );
  const backend = await known.make();
  try {
    return await action(backend);
  } finally {
    await backend.dispose();
  }
}
