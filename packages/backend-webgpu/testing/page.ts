/** A page of ours, open in Chromium. */
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { serve } from './served.ts';

/** What {@link openPage} has opened. */
export interface OpenPage {
  readonly page: Page;
  /** Loads a module of the page and waits for it; what it throws is thrown here. */
  load(path: string): Promise<void>;
  /** Closes the browser, and serves no longer. */
  close(): Promise<void>;
}

/**
 * Serves files, starts a browser and opens `/index.html`, which is empty unless given.
 * @param files contents by path, such as `/suite.js`
 */
export async function openPage(files: Readonly<Record<string, string>>): Promise<OpenPage> {
  const served = await serve({ '/index.html': '<!doctype html><title>test</title>', ...files });
  const browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(`${served.origin}/index.html`);
  return {
    page,
    load: async (path) => {
      // A string, as vitest would replace the import in a function.
      await page.evaluate(`import(${JSON.stringify(path)}).then(() => undefined)`);
    },
    close: async () => {
      await browser.close();
      await served.close();
    },
  };
}
