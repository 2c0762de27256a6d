/** The suite as tests of vitest. */
import { afterAll, describe, it } from 'vitest';
import { openSuite, type ConformanceOptions } from './conformance.ts';

/** Only so that a hung case ends: a busy machine must never fail one. Milliseconds. */
const TIMEOUT = 600_000;

/** Declares a test for each case of the suite; call it at the top of a test file. */
export function conformanceTests(options: ConformanceOptions): void {
  const suite = openSuite(options);
  describe('conformance', () => {
    afterAll(() => suite.dispose());
    for (const each of suite.cases) {
      const suffix =
        each.knownFailure === undefined ? '' : ` (known to fail: ${each.knownFailure})`;
      it(each.name + suffix, { timeout: TIMEOUT }, async ({ skip }) => {
        const { status, reason } = await each.run();
        if (status === 'skipped') skip(reason);
      });
    }
  });
}
