/**
 * A real Chromium without a window, from npm alone: the binary inside @sparticuz/chromium, driven
 * by playwright-core, with the libraries that a bare Linux lacks and SwiftShader beside it. Its
 * WebGPU adapter is SwiftShader where there is no GPU.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { installed, unpack, unpackBrowser } from './archives.ts';
import { cached } from './cache.ts';

/** The folder with the binary `chromium`, SwiftShader, and libraries in `lib`. */
async function unpackedChromium(): Promise<string> {
  const found = await installed('@sparticuz/chromium');
  return cached(`chromium-${found.version}`, async (folder) => {
    await mkdir(folder, { recursive: true });
    await Promise.all([
      unpackBrowser(found, join(folder, 'chromium')),
      unpack(found, 'swiftshader', folder),
      unpack(found, 'al2023', folder),
    ]);
  });
}

/**
 * Starts the browser; whoever calls this closes it.
 * @throws on another system than Linux x64, which the binary is for, or where it does not start
 */
export async function launchChromium(): Promise<Browser> {
  const folder = await unpackedChromium();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    headless: true,
    // Containers have no namespaces to spare for a sandbox; only our own pages are opened.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-unsafe-webgpu'],
    env: { ...process.env, LD_LIBRARY_PATH: join(folder, 'lib') },
  });
}
