/** The conformance suite in Chromium, as tests of vitest: one for each case. */
import { conformance, type ConformanceOptions } from '@chronograd/conformance';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { browserBundle } from './bundle.ts';
import type { RunInPage } from './page-suite.ts';
import { openPage, type OpenPage } from './page.ts';

/** Options of {@link chromiumTests}. */
export interface ChromiumOptions extends Pick<ConformanceOptions, 'filter' | 'quick'> {
  /** An expression that makes the backend under test, such as `webgpuBackend()`. */
  readonly backend: string;
  /** What the expression needs, such as `import { webgpuBackend } from '../src/index.ts';`. */
  readonly imports: string;
}

/** Declares a test for each case of the suite; call it at the top of a test file. */
export function chromiumTests({ backend, imports, ...which }: ChromiumOptions): void {
  const cases = conformance({ ...which, backend: inPage });
  describe('in Chromium', () => {
    let open: OpenPage | undefined;
    beforeAll(async () => {
      const text = `
        import { offerSuite } from './page-suite.ts';
        ${imports}
        offerSuite(() => ${backend});`;
      open = await openPage({ '/suite.js': (await browserBundle(text)).code });
      await open.load('/suite.js');
    });
    afterAll(() => open?.close());
    for (const { name } of cases)
      it(name, async ({ skip }) => {
        if (!open) throw new Error('expected a page, found that it did not open');
        const { status, reason } = await open.page.evaluate(
          (each) => (globalThis as unknown as { runCase: RunInPage }).runCase(each),
          name,
        );
        if (status === 'failed') throw new Error(reason);
        if (status === 'skipped') skip(reason);
      });
  });
}

/** The names of the cases are asked here; they are run in the page. */
function inPage(): never {
  throw new Error('expected the suite to run in the page, found a call in Node');
}
