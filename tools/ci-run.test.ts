import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('.ci/run', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'chronograd-ci-'));
    mkdirSync(join(root, '.ci'));
    mkdirSync(join(root, 'bin'));
    copyFileSync(fileURLToPath(new URL('../.ci/run', import.meta.url)), join(root, '.ci', 'run'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  /** Runs it with an npm that does the given command for `npm test` and for each stage. */
  function ci(commands: { test: string; lint?: string }) {
    const { test, lint = 'true' } = commands;
    const script = `#!/bin/bash
case "\${*: -1}" in
  test) ${test} ;;
  lint) ${lint} ;;
  typecheck | build | pack-check) true ;;
  *) exit 99 ;;
esac
`;
    writeFileSync(join(root, 'bin', 'npm'), script, { mode: 0o755 });
    const run = spawnSync('bash', ['.ci/run'], {
      cwd: root,
      env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH ?? ''}` },
      encoding: 'utf8',
    });
    return { status: run.status, lastLine: run.stdout.trim().split('\n').at(-1) };
  }

  it('counts the tests and the four stages', () => {
    expect(ci({ test: 'echo "12 passed, 0 failed"' })).toEqual({
      status: 0,
      lastLine: '16 passed, 0 failed',
    });
  });

  it('goes on after failed tests and failed stages, and fails', () => {
    const run = ci({ test: 'echo "12 passed, 3 failed"; exit 1', lint: 'exit 1' });
    expect(run).toEqual({ status: 1, lastLine: '15 passed, 4 failed' });
  });

  it('fails where every test passed and the run did not', () => {
    const run = ci({ test: 'echo "12 passed, 0 failed"; exit 1' });
    expect(run).toEqual({ status: 1, lastLine: '16 passed, 1 failed' });
  });

  it('fails where the run ended before it counted', () => {
    expect(ci({ test: 'echo "Startup Error"; exit 1' })).toEqual({
      status: 1,
      lastLine: '4 passed, 1 failed',
    });
    expect(ci({ test: 'echo "no tests"' })).toEqual({
      status: 1,
      lastLine: '4 passed, 1 failed',
    });
  });

  it('gives the stages nothing to read from', () => {
    expect(ci({ test: 'cat; echo "1 passed, 0 failed"' }).lastLine).toBe('5 passed, 0 failed');
  });
});
