/** Failures of a backend that are known: each by its exact name and with a reason. */

/**
 * Reasons by the exact name of the case: `{ "primitives/erf/edges": "the engine's erf is wrong
 * beyond 4, see …" }`. A listed case must fail: one that passes fails the run, and so does a name
 * that no case has.
 */
export type KnownFailures = Readonly<Record<string, string>>;
