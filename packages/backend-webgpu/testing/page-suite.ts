/** The conformance suite inside a page: what runs in the browser. */
import { openSuite, type BackendSource } from '@chronograd/conformance';

/** How a case of the page ended, as it crosses to Node. */
export type PageResult =
  | { readonly status: 'passed' | 'expectedFailure' | 'skipped'; readonly reason: string }
  | { readonly status: 'failed'; readonly reason: string };

/** What the page offers to Node: runs a case by name. */
export type RunInPage = (name: string) => Promise<PageResult>;

/** Makes a page ready: puts {@link RunInPage} on `globalThis.runCase`. */
export function offerSuite(backend: BackendSource): void {
  const cases = new Map(openSuite({ backend }).cases.map((each) => [each.name, each]));
  const runCase: RunInPage = async (name) => {
    const found = cases.get(name);
    if (!found) return { status: 'failed', reason: 'the page has no case of this name' };
    try {
      const { status, reason = '' } = await found.run();
      return { status, reason };
    } catch (error) {
      // Whatever a case throws is its failure, and is told to Node as such.
      return {
        status: 'failed',
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  };
  Object.assign(globalThis, { runCase });
}
