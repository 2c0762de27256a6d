/** The suite against one backend: named cases that a test runner, or {@link runSuite}, runs. */
import type { Backend, CompiledPart } from '@chronograd/backend';
import type { Measurement, Row } from './case.ts';
import type { KnownFailures } from './manifest.ts';

/** Options of {@link conformance}. */
export interface ConformanceOptions {
  /**
   * The backend, or a factory of it. Some cases dispose of a backend or want two: given a backend
   * rather than a factory, they are skipped. It is never disposed of by the suite if given as such.
   */
  readonly backend: Backend | (() => Backend | Promise<Backend>);
  /** Cases that are known to fail, by exact name, with the reason. Default: none. */
  readonly manifest?: KnownFailures;
  /** Only cases whose name holds this text. */
  readonly filter?: string;
  /** Only the cases for daily work: less than half a minute. Default false. */
  readonly quick?: boolean;
}

/** How a case ended that did not fail. */
export interface CaseResult {
  readonly status: 'passed' | 'expectedFailure' | 'skipped';
  /** Why it was skipped, or the reason of the manifest and what it failed with. */
  readonly reason?: string;
  readonly measurements: readonly Measurement[];
  /** What the row's cell of the coverage table is made of. */
  readonly parts: readonly CompiledPart[];
}

/** A case to be run. */
export interface NamedCase {
  readonly name: string;
  readonly row: Row;
  /** The reason of the manifest, for a case that must fail. */
  readonly knownFailure?: string;
  /** Rejects where the case fails, or passes though the manifest lists it. */
  run(): Promise<CaseResult>;
}
