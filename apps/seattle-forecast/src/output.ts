import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/**
 * Whether files can be written to a folder that may not be there yet: asked before a training, whose
 * result would be lost after it. Makes nothing.
 *
 * @returns what is wrong, or undefined
 */
export function outputProblem(folder: string): string | undefined {
  let ancestor = resolve(folder);
  while (!existsSync(ancestor)) ancestor = dirname(ancestor);
  if (!statSync(ancestor).isDirectory()) return `expected a folder, found the file ${ancestor}`;
  try {
    accessSync(ancestor, constants.W_OK);
  } catch (error) {
    return `expected a folder that can be written to, found ${String(error)}`;
  }
  return undefined;
}

/**
 * Writes a file in whole or not at all: under another name first, which then takes the place of
 * what was there.
 */
export async function writeWhole(folder: string, name: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  const partial = join(folder, `.${name}.${process.pid}.partial`);
  try {
    await writeFile(partial, text);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}
