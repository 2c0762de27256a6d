import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from './command.ts';
import type { Report } from './runner.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chronograd-conformance-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the command; few cases, so that it is quick. */
async function command(...args: string[]): Promise<{ status: number; said: string }> {
  const lines: string[] = [];
  const status = await main(args, (line) => lines.push(line));
  return { status, said: lines.join('\n') };
}
const few = ['--backend', 'reference', '--filter', 'primitives/tanh/'];

describe('chronograd-conformance', () => {
  it('runs the cases, and writes the report and the table', async () => {
    const [json, markdown] = [join(folder, 'r.json'), join(folder, 'c.md')];
    const { status, said } = await command(...few, '--json', json, '--markdown', markdown);
    expect(status).toBe(0);
    expect(said).toMatch(
      /^reference \(.+, cpu\): \d+ passed, 0 failed, 0 failed as expected, 0 sk/,
    );
    const report = JSON.parse(await readFile(json, 'utf8')) as Report;
    expect(report).toMatchObject({ backend: 'reference', device: 'cpu', failed: 0, skipped: 0 });
    expect(report.cases).toHaveLength(report.passed);
    expect(await readFile(markdown, 'utf8')).toContain('| tanh | native |');
    await command(...few, '--markdown', markdown, '--with', json);
    expect(await readFile(markdown, 'utf8')).toContain('| tanh | native | native |');
  });

  it('takes a backend from a module, by the name of an export, and fails with it', async () => {
    const file = join(folder, 'broken.mjs');
    await writeFile(
      file,
      `export const broken = () => ({
        id: 'broken',
        capabilities: () => ({ dtypes: ['float32', 'int32', 'uint32', 'bool'], composites: {} }),
        compile: () => Promise.reject(new Error('no engine')),
        dispose: async () => undefined,
      });`,
    );
    const { status, said } = await command('--backend', `${file}#broken`, '--filter', 'tanh/a sc');
    expect(status).toBe(1);
    expect(said).toContain('FAIL  primitives/tanh/a scalar\n      no engine');
    const wrong = await command('--backend', file);
    expect(wrong).toMatchObject({ status: 2 });
    expect(wrong.said).toContain('to export a function "default", found broken');
  });

  it('holds known failures to their names', async () => {
    const manifest = join(folder, 'known.json');
    await writeFile(manifest, '{ "primitives/tanh/a scalar": "never right" }');
    const passing = await command(...few, '--manifest', manifest);
    expect(passing.status).toBe(1);
    expect(passing.said).toContain('passes, though it is listed as a known failure (never right)');
    await writeFile(manifest, '{ "primitives/tanh": "all" }');
    expect(await command(...few, '--manifest', manifest)).toEqual({
      status: 2,
      said: 'known failures: "primitives/tanh" is the name of no case: remove it, or spell it as listed',
    });
  });

  it('tries its files before it runs anything', async () => {
    const [text, none] = [join(folder, 'text'), join(folder, 'none', 'at all')];
    await writeFile(text, 'no JSON');
    const list = join(folder, 'list.json');
    await writeFile(list, '[]');
    for (const [option, file, message] of [
      ['--manifest', none, 'expected a JSON file, found ENOENT'],
      ['--manifest', text, 'expected a JSON file, found Unexpected token'],
      ['--with', none, 'expected a JSON file, found ENOENT'],
      ['--with', list, 'expected a report that --json has written'],
      ['--json', none, 'expected a folder that can be written to, found ENOENT'],
      ['--markdown', none, 'expected a folder that can be written to, found ENOENT'],
    ] as const) {
      const { status, said } = await command(...few, option, file);
      expect(status).toBe(2);
      expect(said).toContain(`${option} ${file}: ${message}`);
      expect(said).not.toContain('passed');
    }
  });

  it.each([
    ['no backend', [], 'which backend?'],
    ['an unknown option', ['--backed', 'reference'], "Unknown option '--backed'"],
    [
      'an unknown backend',
      ['--backend', 'tpu'],
      'expected reference, onnx-cuda, tfjs-cuda, webgpu or a module',
    ],
    ['a filter that nothing fits', ['--backend', 'reference', '--filter', 'zz'], 'holds "zz"'],
  ])('refuses %s', async (_what, args, message) => {
    const { status, said } = await command(...args);
    expect(status).toBe(2);
    expect(said).toContain(message);
  });
});
