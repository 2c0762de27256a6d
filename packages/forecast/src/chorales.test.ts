import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classesOf, prepareGeneration } from './generate/prepare.ts';
import { ClassWindows } from './generate/windows.ts';

/** The folder of the chorales beside or above the repository; undefined without it. */
function chorales(): string | undefined {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, 'shared/data/jsb_chorales');
    if (existsSync(found)) return found;
  }
  return undefined;
}

const folder = chorales();

describe("Bach's chorales", () => {
  it('are cut into windows of 32 chords, each 16 after the other', async ({ annotate }) => {
    if (folder === undefined) {
      await annotate("Bach's chorales, as shared/data/jsb_chorales is not here", 'left out');
      return;
    }
    const example = new URL('../../../examples/chorales/bach.json', import.meta.url);
    const document = JSON.parse(readFileSync(example, 'utf8')) as { data: object };
    const data = { ...document.data, source: { type: 'csv', path: '.' } };
    // Every note has a class: none lies outside of 36 to 81.
    const prepared = await prepareGeneration({ ...document, data }, folder);
    const { train = [], validation = [], test = [] } = prepared.parts;
    expect([train.length, validation.length, test.length]).toEqual([229, 76, 77]);
    const [first] = train;
    // 74, 70, 65, 58: class 1 is the note 36.
    expect(first && [...classesOf(prepared, first).subarray(0, 4)]).toEqual([39, 35, 30, 23]);
    const windows = new ClassWindows(prepared, 'train');
    expect(windows.count).toBe(3111);
    expect(new ClassWindows(prepared, 'test').count).toBe(1067);
    const [batch] = windows.batches(32);
    // 33 chords of 4 notes, but for the last, which is only told.
    expect(batch?.inputs.shape).toEqual([32, 131]);
  });
});
