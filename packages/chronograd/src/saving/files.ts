/**
 * The file operations of saving and loading, in Node. A bundler for browsers takes
 * browser-files.ts in its place: the field `browser` of package.json says so.
 */
import files from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { SaveError } from '../errors.ts';

/** Whether an error is the operating system's, with this code. */
function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** One name for each folder, however its path is written. */
export function folderKey(folder: string): string {
  return resolve(folder);
}

/**
 * The bytes of a file.
 * @throws {@link SaveError} `missing-file`
 */
export async function readBytes(path: string, advice: string): Promise<Uint8Array> {
  try {
    return await files.readFile(path);
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT') && !hasCode(cause, 'ENOTDIR') && !hasCode(cause, 'EISDIR'))
      throw cause;
    throw new SaveError(
      { code: 'missing-file', subject: path, expected: 'a file', found: 'none', advice },
      { cause },
    );
  }
}

/** Makes a folder and those above it, where they are not there. */
export async function makeFolder(folder: string): Promise<void> {
  const path = resolve(folder);
  if (await isFolder(path)) return;
  const parent = dirname(path);
  // Not Node's own recursion: where a system says ENOENT though the parent is there, as below /proc,
  // it never ends.
  if (parent !== path) await makeFolder(parent);
  try {
    await files.mkdir(path);
  } catch (cause) {
    // Another save may have made it meanwhile.
    if (!hasCode(cause, 'EEXIST') || !(await isFolder(path))) throw cause;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await files.stat(path)).isDirectory();
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT') && !hasCode(cause, 'ENOTDIR')) throw cause;
    return false;
  }
}

/** Writes a file that is there in whole or, if interrupted, as it was before. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  await writeFileAtomic(path, typeof bytes === 'string' ? bytes : Buffer.from(bytes));
}

/** Names of what is in a folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return files.readdir(folder);
}

/** Removes a file, if it is there. */
export async function removeFile(path: string): Promise<void> {
  await files.rm(path, { force: true });
}
