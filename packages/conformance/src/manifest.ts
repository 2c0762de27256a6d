/** Failures of a backend that are known: each by its exact name and with a reason. */

/**
 * Reasons by the exact name of the case: `{ "primitives/erf/edges": "the engine's erf is wrong
 * beyond 4, see …" }`. A listed case must fail: one that passes fails the run, and so does a name
 * that no case has.
 */
export type KnownFailures = Readonly<Record<string, string>>;

/** A manifest that names no case, or gives no reason. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * Holds a manifest to the names of all cases, also those that a filter leaves out.
 * @throws {@link ManifestError} with every fault.
 */
export function checkManifest(manifest: KnownFailures, names: Iterable<string>): void {
  const known = new Set(names);
  const faults = Object.entries(manifest).flatMap(([name, reason]) => [
    ...(known.has(name)
      ? []
      : [`"${name}" is the name of no case: remove it, or spell it as listed`]),
    ...(reason.trim() ? [] : [`"${name}" has no reason`]),
  ]);
  if (faults.length > 0) throw new ManifestError(`known failures: ${faults.join('; ')}`);
}
