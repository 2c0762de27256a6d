/** The suite as tests of Node's own test runner. */
import { after, describe, it } from 'node:test';
import { openSuite, type ConformanceOptions } from './conformance.ts';

/** Declares a test for each case of the suite; call it at the top of a file for `node --test`. */
export function conformanceTests(options: ConformanceOptions): void {
  const suite = openSuite(options);
  // What the runner makes of a suite is its own to await.
  void describe('conformance', () => {
    after(() => suite.dispose());
    for (const each of suite.cases) {
      const suffix =
        each.knownFailure === undefined ? '' : ` (known to fail: ${each.knownFailure})`;
      void it(each.name + suffix, async (context) => {
        const { status, reason } = await each.run();
        if (status === 'skipped') context.skip(reason);
      });
    }
  });
}
