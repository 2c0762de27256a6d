import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startVitest } from 'vitest/node';
import { countResults, leftOut } from './count-reporter.mjs';

/** Runs vitest for real on the given test files, each line of which is one statement. */
describe('countResults', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'chronograd-count-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  let missed: string[] = [];
  async function run(files: Record<string, string>): Promise<{ passed: number; failed: number }> {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    let counted = { passed: -1, failed: -1 };
    const vitest = await startVitest('test', [], {
      root,
      config: false,
      watch: false,
      globals: true,
      reporters: [
        {
          onTestRunEnd(modules, errors) {
            counted = countResults(modules, errors.length);
            missed = leftOut(modules);
          },
        },
      ],
    });
    await vitest.close();
    return counted;
  }

  const originalExitCode = process.exitCode;
  afterEach(() => {
    process.exitCode = originalExitCode;
  });

  it('counts passed and failed tests of all files', async () => {
    const counted = await run({
      'a.test.js': "it('a', () => {}); it('b', () => expect(1).toBe(2)); it('c', () => {});",
      'b.test.js': "it('d', () => expect(1).toBe(3));",
    });
    expect(counted).toEqual({ passed: 2, failed: 2 });
  });

  it('counts a file that does not load and a hook that throws as one failure each', async () => {
    const counted = await run({
      'a.test.js': "import './missing.js'; it('a', () => {});",
      'b.test.js': "afterAll(() => { throw new Error('late'); }); it('b', () => {});",
    });
    expect(counted).toEqual({ passed: 1, failed: 2 });
  });

  it('counts an error outside every test', async () => {
    const counted = await run({
      'a.test.js':
        "it('a', async () => { setTimeout(() => { throw new Error('stray'); }); await new Promise((r) => setTimeout(r, 50)); });",
    });
    expect(counted).toEqual({ passed: 1, failed: 1 });
  });

  it('tells what tests say was left out, each thing once', async () => {
    const test = (name: string, message: string, type: string) =>
      `it('${name}', ({ annotate }) => annotate('${message}', '${type}'));`;
    await run({
      'a.test.js': test('a', 'the GPU', 'left out') + test('b', 'how it went', 'notice'),
      'b.test.js': test('c', 'the GPU', 'left out') + test('d', 'the network', 'left out'),
    });
    expect(missed.sort()).toEqual(['the GPU', 'the network']);
  });

  it('counts a run without any test as a failure', async () => {
    expect(await run({ 'a.test.js': "describe('nothing', () => {});" })).toEqual({
      passed: 0,
      failed: 1,
    });
  });
});
