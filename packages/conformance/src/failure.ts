/** What a case throws where the backend under test is wrong. */

/** Why a case fails: which tensor, how far off, which bound, where it differs first. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
}
