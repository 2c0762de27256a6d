/**
 * The file operations of saving and loading in a browser: folders are those of the origin's private
 * file system (https://fs.spec.whatwg.org), which outlives the page and which no other origin sees.
 */
import { SaveError } from '../errors.ts';

// Of the DOM's types only what is called here: the packages are compiled without them, so that
// nothing else leans on a browser.
interface FileHandle {
  getFile(): Promise<{ arrayBuffer(): Promise<ArrayBuffer> }>;
  createWritable(): Promise<{
    write(data: Uint8Array | string): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }>;
}
interface FolderHandle {
  getDirectoryHandle(name: string, options: { create: boolean }): Promise<FolderHandle>;
  getFileHandle(name: string, options: { create: boolean }): Promise<FileHandle>;
  removeEntry(name: string): Promise<void>;
  keys(): AsyncIterable<string>;
}
interface Storage {
  getDirectory?(): Promise<FolderHandle>;
}

/** Whether an error is the file system's, of this name. */
function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** The names along a path; `.` and doubled slashes are none. */
function segments(path: string): string[] {
  return path.split('/').filter((each) => each !== '' && each !== '.');
}

/** One name for each folder, however its path is written. */
export function folderKey(folder: string): string {
  return segments(folder).join('/');
}

async function root(path: string): Promise<FolderHandle> {
  const { storage } = (globalThis as { navigator?: { storage?: Storage } }).navigator ?? {};
  if (!storage?.getDirectory)
    throw new SaveError({
      code: 'write-failed',
      subject: path,
      expected: 'a browser that gives the page a file system',
      found: 'none',
      advice: 'Serve the page over https or from localhost',
    });
  return storage.getDirectory();
}

async function openFolder(names: readonly string[], create: boolean): Promise<FolderHandle> {
  let folder = await root(names.join('/'));
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/** The folder that a path's last name is in, and that name. */
async function openParent(path: string): Promise<[folder: FolderHandle, name: string]> {
  const names = segments(path);
  return [await openFolder(names.slice(0, -1), false), names.at(-1) ?? ''];
}

/**
 * The bytes of a file.
 * @throws {@link SaveError} `missing-file`
 */
export async function readBytes(path: string, advice: string): Promise<Uint8Array> {
  try {
    const [folder, name] = await openParent(path);
    const file = await (await folder.getFileHandle(name, { create: false })).getFile();
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    if (!isNamed(cause, 'NotFoundError') && !isNamed(cause, 'TypeMismatchError')) throw cause;
    throw new SaveError(
      { code: 'missing-file', subject: path, expected: 'a file', found: 'none', advice },
      { cause },
    );
  }
}

/** Makes a folder and those above it, where they are not there. */
export async function makeFolder(folder: string): Promise<void> {
  await openFolder(segments(folder), true);
}

/**
 * Writes a file that is there in whole or, if interrupted, as it was before (a new one: empty).
 * What is written goes to a copy that takes the file's place when it is closed.
 */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const [folder, name] = await openParent(path);
  const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
  try {
    await writable.write(bytes);
  } catch (error) {
    await writable.abort();
    throw error;
  }
  await writable.close();
}

/** Names of what is in a folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of (await openFolder(segments(folder), false)).keys()) names.push(name);
  return names;
}

/** Removes a file, if it is there. */
export async function removeFile(path: string): Promise<void> {
  const [folder, name] = await openParent(path);
  try {
    await folder.removeEntry(name);
  } catch (error) {
    if (!isNamed(error, 'NotFoundError')) throw error;
  }
}
