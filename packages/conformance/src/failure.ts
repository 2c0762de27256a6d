/** What a case throws where the backend under test is wrong. */

/** Why a case fails: which tensor, how far off, which bound, where it differs first. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
}

/** What was thrown, as an error: a backend may throw anything. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
