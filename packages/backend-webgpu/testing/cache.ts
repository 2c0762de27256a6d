/** A folder that git ignores, for what tests unpack out of npm packages. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where everything lies. */
const folder = fileURLToPath(new URL('../../../.cache/webgpu', import.meta.url));

/**
 * A folder of the cache. It is filled under another name and moved into place as a whole, so that
 * one who finds it finds it complete, and several processes may want it at once: all but the first
 * throw theirs away.
 * @param key what it holds, versions and all
 * @param fill puts everything into the folder that it is given
 * @returns the path of the folder
 */
export async function cached(
  key: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const place = join(folder, key);
  if (existsSync(place)) return place;
  await mkdir(folder, { recursive: true });
  const made = await mkdtemp(join(folder, `.${key}-`));
  try {
    await fill(made);
    await rename(made, place);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}
