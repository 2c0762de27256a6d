import fs from 'node:fs';
import files, { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceBackend } from '@chronograd/backend-reference';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SaveError, compile, load, type Model } from '../index.ts';
import {
  adamTraining,
  bits,
  gruData,
  gruDocument,
  rejection,
  rounding,
} from '../testing/fixtures.ts';

/** Functions through which a save changes the disk: with callbacks, and with promises. */
const CALLBACKS = [
  'open',
  'write',
  'fsync',
  'close',
  'chown',
  'chmod',
  'rename',
  'unlink',
] as const;
const PROMISES = ['mkdir', 'readdir', 'rm'] as const;

class Death extends Error {
  readonly code = 'EIO';
}

/**
 * Runs `body` as if the process died at its nth file operation: that one is not done (of a write,
 * half is), nor is any after it.
 * @returns how many operations were begun
 */
async function dyingAt(n: number, body: () => Promise<unknown>): Promise<number> {
  const plain = Object.fromEntries(CALLBACKS.map((name) => [name, fs[name]]));
  const promised = Object.fromEntries(PROMISES.map((name) => [name, files[name]]));
  let count = 0;
  for (const name of CALLBACKS) {
    const original = plain[name] as (...args: unknown[]) => void;
    Reflect.set(fs, name, (...args: unknown[]) => {
      if (++count < n) return original(...args);
      const done = args.at(-1) as (error: Error) => void;
      if (name !== 'write' || count > n) return process.nextTick(done, new Death());
      const [descriptor, data] = args as [number, Uint8Array];
      const half = Buffer.from(data).subarray(0, Math.floor(data.length / 2));
      return original(descriptor, half, 0, half.length, 0, () => done(new Death()));
    });
  }
  for (const name of PROMISES) {
    const original = promised[name] as (...args: unknown[]) => Promise<unknown>;
    Reflect.set(files, name, async (...args: unknown[]) => {
      if (++count >= n) throw new Death();
      return original(...args);
    });
  }
  try {
    await body();
  } finally {
    Object.assign(fs, plain);
    Object.assign(files, promised);
  }
  return count;
}

describe('a save that is interrupted', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'chronograd-interrupted-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  const backend = rounding(referenceBackend());
  const content = async (model: Model): Promise<unknown> => {
    // Two more epochs show that the optimizer's state is the one that belongs to the weights.
    const { position } = model;
    const before = bits(await model.getWeights());
    await model.fit(gruData(5), { epochs: 1, batchSize: 3 });
    return { position, before, after: bits(await model.getWeights()) };
  };

  it('leaves the old model or the new one in whole, at every file operation', async () => {
    const model = await compile(gruDocument, { backend, training: adamTraining, seed: 8 });
    const oldFolder = join(root, 'old');
    await model.fit(gruData(5), { batchSize: 3 });
    await model.save(oldFolder);
    const oldContent = await content(await load(oldFolder, { backend }));
    await model.fit(gruData(5), { epochs: 2, batchSize: 3 });
    const newFolder = join(root, 'new');
    await model.save(newFolder);
    const newContent = await content(await load(newFolder, { backend }));
    expect(newContent).not.toEqual(oldContent);

    const outcomes: string[] = [];
    for (let n = 1, completed = false; !completed; n++) {
      const folder = join(root, `${n}`);
      await cp(oldFolder, folder, { recursive: true });
      let error: unknown;
      await dyingAt(n, async () => {
        const saving = model.save(folder);
        error = await saving.then(
          () => undefined,
          (failure: unknown) => failure,
        );
      });
      completed = error === undefined;
      if (!completed) expect(error).toBeInstanceOf(SaveError);
      const found = await content(await load(folder, { backend }));
      const isNew = JSON.stringify(found) === JSON.stringify(newContent);
      if (!isNew) expect(found).toEqual(oldContent);
      if (error instanceof SaveError) expect(error.code === 'cleanup-failed').toBe(isNew);
      outcomes.push(isNew ? 'new' : 'old');
      // The next save succeeds and tidies up.
      await model.save(folder);
      expect(await readdir(folder)).toHaveLength(3);
    }
    // Two tensor files and the document, each of several operations, then two removals.
    expect(outcomes.length).toBeGreaterThan(15);
    expect(outcomes.join(' ')).toMatch(/^(old )+(new ?)+$/);
  });

  it('leaves no model where there was none', async () => {
    const model = await compile(gruDocument, { backend });
    const folder = join(root, 'first');
    await dyingAt(5, () => rejection(model.save(folder)));
    await expect(load(folder, { backend })).rejects.toMatchObject({ code: 'missing-file' });
    await model.save(folder);
    await expect(load(folder, { backend })).resolves.toBeDefined();
  });
});
