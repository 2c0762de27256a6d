/** The suite against one backend: named cases that a test runner, or `runSuite`, runs. */
import type { CompiledPart, CompileReport } from '@chronograd/backend';
import type { CaseOutcome, ConformanceCase, Measurement, Row } from './case.ts';
import { asError, ConformanceFailure } from './failure.ts';
import { checkManifest, type KnownFailures } from './manifest.ts';
import { CaseSubject, SharedBackend, type BackendSource } from './subject.ts';
import { allCases } from './suite.ts';

/** Options of {@link conformance}. */
export interface ConformanceOptions {
  /**
   * The backend, or a factory of it. Some cases dispose of a backend or want two: given a backend
   * rather than a factory, they are skipped.
   */
  readonly backend: BackendSource;
  /** Cases that are known to fail, by exact name, with the reason. Default: none. */
  readonly manifest?: KnownFailures;
  /** Only cases whose name holds this text. Default: all. */
  readonly filter?: string;
  /** Only the cases for daily work: less than half a minute. Default false. */
  readonly quick?: boolean;
}

/** How a case ended that did not fail. */
export interface CaseResult {
  readonly status: 'passed' | 'expectedFailure' | 'skipped';
  /** What the backend lacks, for a case that was skipped; what an expected failure failed with. */
  readonly reason?: string;
  readonly measurements: readonly Measurement[];
  /** What the row's cell of the coverage table is made of. */
  readonly parts: readonly CompiledPart[];
  /** The engine and its device, if the case compiled anything. */
  readonly engine?: Pick<CompileReport, 'engine' | 'device'>;
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

/** The cases, and the end of what they share. */
export interface OpenSuite {
  readonly cases: readonly NamedCase[];
  /** The id of the backend. */
  backendId(): Promise<string>;
  /** Disposes of the backend that the cases shared, if a factory made it. */
  dispose(): Promise<void>;
}

/**
 * The cases of the suite for a backend, to be run one after the other. A backend that a factory
 * makes for them is not disposed of: {@link openSuite} leaves that to its caller.
 * @throws {@link ManifestError} where the manifest names no case or gives no reason.
 */
export function conformance(options: ConformanceOptions): readonly NamedCase[] {
  return openSuite(options).cases;
}

/**
 * As {@link conformance}, with an end.
 * @param cases the cases to choose from; default: the whole suite
 */
export function openSuite(
  options: ConformanceOptions,
  cases: readonly ConformanceCase[] = allCases,
): OpenSuite {
  const { backend, manifest = {}, filter = '', quick = false } = options;
  checkManifest(
    manifest,
    cases.map(({ name }) => name),
  );
  const source = new SharedBackend(backend);
  const chosen = cases.filter((each) => each.name.includes(filter) && (each.quick || !quick));
  return {
    cases: chosen.map((each) => {
      const knownFailure = Object.hasOwn(manifest, each.name) ? manifest[each.name] : undefined;
      return {
        name: each.name,
        row: each.row,
        ...(knownFailure !== undefined && { knownFailure }),
        run: () => runCase(each, source, knownFailure),
      };
    }),
    backendId: async () => (await source.get()).id,
    dispose: () => source.dispose(),
  };
}

async function runCase(
  each: ConformanceCase,
  source: SharedBackend,
  knownFailure: string | undefined,
): Promise<CaseResult> {
  const subject = new CaseSubject(await source.get(), source);
  const lacking = lacks(each, subject, source);
  if (lacking !== undefined) {
    if (knownFailure !== undefined)
      throw new ConformanceFailure(
        `${each.name} is listed as a known failure (${knownFailure}) but not run: ${lacking}. Take it off the list`,
      );
    return { status: 'skipped', reason: lacking, measurements: [], parts: [] };
  }
  const attempt = await attemptCase(each, subject);
  const [report] = subject.reports;
  const common = {
    parts: subject.parts(each.parts),
    ...(report && { engine: { engine: report.engine, device: report.device } }),
  };
  if ('error' in attempt) {
    if (knownFailure === undefined) throw attempt.error;
    const reason = attempt.error.message;
    return { status: 'expectedFailure', reason, measurements: [], ...common };
  }
  if (knownFailure !== undefined)
    throw new ConformanceFailure(
      `${each.name} passes, though it is listed as a known failure (${knownFailure}). Take it off the list`,
    );
  return { status: 'passed', measurements: attempt.measurements, ...common };
}

/** Runs a case and clears away after it; what either throws is the result, the case's first. */
async function attemptCase(
  each: ConformanceCase,
  subject: CaseSubject,
): Promise<CaseOutcome | { error: Error }> {
  let attempt: CaseOutcome | { error: Error };
  try {
    attempt = await each.run(subject);
  } catch (error) {
    // Whatever a backend throws is a failure of the case, and is told as such.
    attempt = { error: asError(error) };
  }
  const cleanup = await subject.dispose();
  if (cleanup.length === 0) return attempt;
  const told = cleanup.map(({ message }) => `disposal failed: ${message}`);
  const errors = 'error' in attempt ? [attempt.error, ...cleanup] : cleanup;
  if ('error' in attempt) told.unshift(attempt.error.message);
  return { error: new AggregateError(errors, told.join('\n')) };
}

/** What the backend lacks to run a case. */
function lacks(
  { needs = {} }: ConformanceCase,
  { backend }: CaseSubject,
  source: SharedBackend,
): string | undefined {
  const { dtypes = ['float32'], fresh = false } = needs;
  const supported = backend.capabilities().dtypes;
  const missing = dtypes.filter((dtype) => !supported.includes(dtype));
  if (missing.length > 0) return `${backend.id} does not compute with ${missing.join(', ')}`;
  if (fresh && !source.makesMore) return 'the suite was given a backend, not a factory of it';
  return undefined;
}
