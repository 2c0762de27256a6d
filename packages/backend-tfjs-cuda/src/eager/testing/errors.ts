/** The errors of calls that must fail. */
import { BackendError } from '@chronograd/backend';

/**
 * The error that a call ends with.
 * @throws {@link TypeError} where it ends well; whatever it rejects with that is no BackendError
 */
export async function errorOf(call: Promise<unknown>): Promise<BackendError> {
  const outcome = await call.then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  );
  if (!outcome) throw new TypeError('the call did not fail');
  if (outcome.reason instanceof BackendError) return outcome.reason;
  throw outcome.reason;
}
