import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { outputProblem, writeWhole } from './output.ts';

it('writes a file in whole over an old one, and finds a file that stands where a folder should', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'seattle-output-'));
  const output = join(folder, 'a', 'b');
  expect(outputProblem(output)).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);

  await writeWhole(output, 'x.json', 'old, and longer');
  await writeWhole(output, 'x.json', 'new');
  expect(await readFile(join(output, 'x.json'), 'utf8')).toBe('new');
  expect(await readdir(output)).toEqual(['x.json']);

  await writeFile(join(folder, 'file'), '');
  expect(outputProblem(join(folder, 'file', 'deeper'))).toBe(
    `expected a folder, found the file ${join(folder, 'file')}`,
  );
  await rm(folder, { recursive: true });
});
