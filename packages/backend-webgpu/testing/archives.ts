/** Reads what the npm package @sparticuz/chromium carries, which its own code unpacks to /tmp. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-fs';

const require = createRequire(import.meta.url);

/** An npm package that is installed: its folder and its version. */
export interface Installed {
  readonly folder: string;
  readonly version: string;
}

/**
 * Finds an npm package by its entry point, as not every package exports its package.json.
 * @throws where it is not installed
 */
export async function installed(name: string): Promise<Installed> {
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    if (resolve(folder) === resolve(folder, '..')) throw new Error(`${name}: no package.json`);
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(absent);
    const manifest = JSON.parse(text) as { name?: string; version?: string };
    if (manifest.name === name) return { folder, version: manifest.version ?? 'unknown' };
  }
}

/** `{}` for a file that is not there. */
function absent(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}';
  throw error;
}

/** Unpacks `bin/<name>.tar.br` of @sparticuz/chromium into a folder. */
export async function unpack(chromium: Installed, name: string, folder: string): Promise<void> {
  const archive = createReadStream(join(chromium.folder, 'bin', `${name}.tar.br`));
  await pipeline(archive, createBrotliDecompress(), extract(folder));
}

/** Decompresses `bin/chromium.br` of @sparticuz/chromium to an executable file. */
export async function unpackBrowser(chromium: Installed, file: string): Promise<void> {
  const archive = createReadStream(join(chromium.folder, 'bin', 'chromium.br'));
  await pipeline(archive, createBrotliDecompress(), createWriteStream(file, { mode: 0o755 }));
}
