import { formatIssue, SpecError } from '../src/issues.ts';

/** For tests: the faults that a call reports, a line each; none where it succeeds. */
export function faultsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof SpecError) return error.issues.map(formatIssue);
    throw error;
  }
  return [];
}
