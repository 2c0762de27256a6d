/**
 * A model's folder: `model.json` and the safetensors files that it names by their hashes. New
 * files are written first, then `model.json` is replaced at once, then superseded files are
 * removed: whenever that is interrupted, the folder holds the old model or the new one in whole.
 */
import type { HostTensors } from '../engine/state.ts';
import { SaveError } from '../errors.ts';
import { DOCUMENT, readDocument, type FileReference, type SavedDocument } from './document.ts';
import { badOption } from '../options.ts';
import { describe, firstNotFinite } from '../tensors/tensor.ts';
import { folderKey, makeFolder, namesIn, readBytes, removeFile, writeWhole } from './files.ts';
import { SafetensorsError, readSafetensors, writeSafetensors } from './safetensors.ts';
import { sha256 } from './sha256.ts';

/** What a folder holds. */
export interface SavedModel {
  readonly document: Omit<SavedDocument, 'format' | 'formatVersion' | 'files'>;
  /** Parameters by name. */
  readonly weights: HostTensors;
  /** All other state; nothing is written where it is empty. */
  readonly training: HostTensors;
}

/** Saves under way, by folder: one at a time, for each removes what it does not know. */
const underWay = new Map<string, Promise<unknown>>();

/** @throws {@link ModelError} `bad-option`: an empty path would be the root, or the current folder */
function checkFolder(folder: unknown): void {
  if (typeof folder === 'string' && folder !== '') return;
  throw badOption('folder', 'the path of a folder', folder === '' ? 'none' : describe(folder));
}

/**
 * Writes a model to a folder, which is made where there is none.
 * @throws {@link SaveError} `write-failed`: the folder still holds what it held before;
 * `cleanup-failed`: the model is saved, with files too many; `wrong-weights`: nothing was written,
 * for not all is finite; {@link ModelError} `bad-option` for what is no path
 */
export async function writeFolder(folder: string, saved: SavedModel): Promise<void> {
  checkFolder(folder);
  checkAllFinite(folder, { ...saved.weights, ...saved.training });
  const key = folderKey(folder);
  const before = underWay.get(key) ?? Promise.resolve();
  // Whoever made the save before hears of its failure.
  const own = before.catch(() => undefined).then(() => write(folder, saved));
  underWay.set(key, own);
  try {
    await own;
  } finally {
    if (underWay.get(key) === own) underWay.delete(key);
  }
}

function checkAllFinite(folder: string, tensors: HostTensors): void {
  for (const [name, { data }] of Object.entries(tensors)) {
    const place = firstNotFinite(data);
    if (place === undefined) continue;
    throw new SaveError({
      code: 'wrong-weights',
      subject: `${folder}: "${name}"`,
      expected: 'finite numbers',
      found: `${data[place]}`,
      advice: 'The folder still holds what it held before',
    });
  }
}

async function write(folder: string, { document, weights, training }: SavedModel): Promise<void> {
  const names: string[] = [];
  await guarded('write-failed', folder, async () => {
    await makeFolder(folder);
    const writeTensors = async (kind: string, tensors: HostTensors): Promise<FileReference> => {
      const bytes = writeSafetensors(tensors, { format: 'chronograd' });
      const hash = await sha256(bytes);
      const name = `${kind}-${hash.slice(0, 16)}.safetensors`;
      await writeWhole(`${folder}/${name}`, bytes);
      names.push(name);
      return { name, sha256: hash, bytes: bytes.length };
    };
    const files: SavedDocument['files'] = {
      weights: await writeTensors('weights', weights),
      training: Object.keys(training).length > 0 ? await writeTensors('training', training) : null,
    };
    const content: SavedDocument = {
      format: 'chronograd-model',
      formatVersion: 1,
      ...document,
      files,
    };
    await writeWhole(`${folder}/${DOCUMENT}`, `${JSON.stringify(content, null, 2)}\n`);
  });
  await guarded('cleanup-failed', folder, async () => {
    for (const name of await namesIn(folder))
      if (isOurs(name) && !names.includes(name)) await removeFile(`${folder}/${name}`);
  });
}

/** Files that a save wrote, and what an interrupted one left of them. */
function isOurs(name: string): boolean {
  return (
    /^(weights|training)-[0-9a-f]{16}\.safetensors(\.\d+)?$/.test(name) ||
    /^model\.json\.\d+$/.test(name)
  );
}

/** Turns errors of the operating system into ours. */
async function guarded(
  code: 'write-failed' | 'cleanup-failed',
  folder: string,
  body: () => Promise<void>,
): Promise<void> {
  try {
    await body();
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new SaveError(
      {
        code,
        subject: folder,
        expected: code === 'write-failed' ? 'a folder to write to' : 'old files to be removed',
        found: cause.message,
        advice:
          code === 'write-failed'
            ? 'What the folder held before is still there; make room or give another folder, and save again'
            : 'The model is saved; the next save removes them',
      },
      { cause },
    );
  }
}

/**
 * Reads a folder that {@link writeFolder} has written, and checks all of it.
 * @throws {@link SaveError}, {@link SpecError} for the documents in it, or {@link ModelError}
 * `bad-option` for what is no path
 */
export async function readFolder(folder: string): Promise<{
  readonly document: SavedDocument;
  readonly weights: HostTensors;
  readonly training: HostTensors;
}> {
  checkFolder(folder);
  const file = `${folder}/${DOCUMENT}`;
  const text = new TextDecoder().decode(
    await readBytes(file, 'Give the folder that model.save has written'),
  );
  const document = readDocument(file, text);
  const { weights, training } = document.files;
  return {
    document,
    weights: await readTensors(folder, weights),
    training: training ? await readTensors(folder, training) : {},
  };
}

async function readTensors(folder: string, reference: FileReference): Promise<HostTensors> {
  const path = `${folder}/${reference.name}`;
  const expected = `${reference.bytes} bytes with SHA-256 ${reference.sha256}, as ${DOCUMENT} says`;
  const bytes = await readBytes(path, `${DOCUMENT} names it: copy the whole folder`);
  const fail = (found: string, cause?: unknown): never => {
    throw new SaveError(
      {
        code: 'corrupt-file',
        subject: path,
        expected,
        found,
        advice: 'The file was changed or cut off since it was saved: restore it from a copy',
      },
      { cause },
    );
  };
  if (bytes.length !== reference.bytes) return fail(`${bytes.length} bytes`);
  const hash = await sha256(bytes);
  if (hash !== reference.sha256) return fail(`SHA-256 ${hash}`);
  try {
    return readSafetensors(bytes).tensors;
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause;
    return fail(cause.message, cause);
  }
}
