import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { browserBundle } from './bundle.ts';
import { openPage } from './page.ts';

/** The README's page, and the script in it. */
async function readmePage(): Promise<{ page: string; script: string }> {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const page = /```html\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const script = /<script type="module">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
  return { page, script };
}

describe("the README's page", () => {
  it('is about thirty lines', async () => {
    const { page } = await readmePage();
    expect(page.trim().split('\n').length).toBeLessThanOrEqual(35);
  });

  it('trains in a browser, and predicts what comes next', async () => {
    const { page, script } = await readmePage();
    const { code } = await browserBundle(script);
    // As a bundler leaves it: the script is a file of its own.
    const html = page.replace(script, '').replace('type="module"', 'type="module" src="/page.js"');
    const open = await openPage({ '/index.html': html, '/page.js': code });
    try {
      const failed = new Promise<never>((_resolve, reject) => {
        open.page.once('pageerror', reject);
      });
      const done = open.page.waitForFunction(
        "document.querySelector('#log').textContent.includes('next value')",
        undefined,
        // A software adapter is slow; the test's own limit ends what hangs.
        { timeout: 0 },
      );
      await open.page.reload();
      await Promise.race([done, failed]);
      const lines = (await open.page.innerText('#log')).trim().split('\n');
      const losses = lines.flatMap((line) => /loss ([\d.]+)/.exec(line)?.[1] ?? []).map(Number);
      expect(losses.length).toBeGreaterThan(3);
      expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 10);
      const [, predicted, actual] =
        /predicted (-?[\d.]+), is (-?[\d.]+)/.exec(lines.at(-1) ?? '') ?? [];
      expect(Number(predicted)).toBeCloseTo(Number(actual), 0);
    } finally {
      await open.close();
    }
  });
});
