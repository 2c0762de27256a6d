/** Runs the suite without a test runner, and reports. */
import type { CompiledPart } from '@chronograd/backend';
import type { ConformanceCase, Measurement, Row } from './case.ts';
import {
  openSuite,
  type CaseResult,
  type ConformanceOptions,
  type NamedCase,
} from './conformance.ts';

/** How one case ended. */
export interface CaseReport {
  readonly name: string;
  readonly row: Row;
  readonly status: CaseResult['status'] | 'failed';
  readonly milliseconds: number;
  /** Why it failed, was expected to fail, or was skipped. */
  readonly message?: string;
  /** Of all that it measured, what came closest to its bound. */
  readonly worst?: Measurement;
  readonly parts: readonly CompiledPart[];
}

/** What a run of the suite comes to. */
export interface Report {
  /** Id of the backend. */
  readonly backend: string;
  /** Engine and version, as compile reports name it; empty if nothing was compiled. */
  readonly engine: string;
  readonly device: string;
  readonly passed: number;
  readonly failed: number;
  readonly expectedFailures: number;
  readonly skipped: number;
  readonly seconds: number;
  readonly cases: readonly CaseReport[];
}

/** Options of {@link runSuite}. */
export interface RunOptions extends ConformanceOptions {
  /** Called after each case. */
  readonly onCase?: (report: CaseReport) => void;
}

/**
 * Runs the cases one after the other.
 * @param options the backend, and which cases
 * @param cases the cases to choose from; default: the whole suite
 * @throws {@link ManifestError} where the manifest names no case or gives no reason.
 */
export async function runSuite(
  options: RunOptions,
  cases?: readonly ConformanceCase[],
): Promise<Report> {
  const start = performance.now();
  const suite = openSuite(options, cases);
  const reports: CaseReport[] = [];
  let found: Pick<Report, 'engine' | 'device'> | undefined;
  for (const each of suite.cases) {
    const { report, engine } = await runOne(each);
    found ??= engine;
    reports.push(report);
    options.onCase?.(report);
  }
  const backend = await suite.backendId();
  await suite.dispose();
  const count = (status: CaseReport['status']): number =>
    reports.filter((report) => report.status === status).length;
  return {
    backend,
    ...(found ?? { engine: '', device: '' }),
    passed: count('passed'),
    failed: count('failed'),
    expectedFailures: count('expectedFailure'),
    skipped: count('skipped'),
    seconds: Math.round(performance.now() - start) / 1000,
    cases: reports,
  };
}

async function runOne(
  each: NamedCase,
): Promise<{ report: CaseReport; engine?: CaseResult['engine'] }> {
  const start = performance.now();
  const head = { name: each.name, row: each.row };
  const elapsed = (): number => Math.round(performance.now() - start);
  try {
    const { status, reason, measurements, parts, engine } = await each.run();
    const message = each.knownFailure ? `${each.knownFailure}: ${reason ?? ''}` : reason;
    const worst = worstOf(measurements);
    return {
      report: {
        ...head,
        status,
        milliseconds: elapsed(),
        ...(message !== undefined && { message }),
        ...(worst && { worst }),
        parts,
      },
      ...(engine && { engine }),
    };
  } catch (error) {
    // A case that rejects has failed, whatever it rejects with: the report says so.
    const message = error instanceof Error ? error.message : String(error);
    return {
      report: { ...head, status: 'failed', milliseconds: elapsed(), message, parts: [] },
    };
  }
}

function worstOf(measurements: readonly Measurement[]): Measurement | undefined {
  const nearness = ({ error, bound }: Measurement): number => (bound === 0 ? 0 : error / bound);
  return measurements.reduce<Measurement | undefined>(
    (worst, each) => (worst && nearness(worst) >= nearness(each) ? worst : each),
    undefined,
  );
}
