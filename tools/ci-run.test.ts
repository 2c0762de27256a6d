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
  function ci(commands: { test: string; lint?: string; tensorflow?: string }) {
    const { test, lint = 'true', tensorflow = 'true' } = commands;
    const script = `#!/bin/bash
case "\${*: -1}" in
  test) ${test} ;;
  lint) ${lint} ;;
  setup:tensorflow) ${tensorflow} ;;
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
    const lines = run.stdout.trim().split('\n');
    return { status: run.status, lastLine: lines.at(-1), lines };
  }

  it('counts the tests and the five other stages', () => {
    expect(ci({ test: 'echo "12 passed, 0 failed"' })).toMatchObject({
      status: 0,
      lastLine: '17 passed, 0 failed',
    });
  });

  it('makes TensorFlow before the tests, and fails where it cannot, with the reason', () => {
    const run = ci({
      test: 'echo "12 passed, 0 failed"',
      tensorflow: 'echo "setup:tensorflow: no compiler" >&2; exit 1',
    });
    expect(run).toMatchObject({ status: 1, lastLine: '16 passed, 1 failed' });
    expect(run.lines.at(-2)).toBe('failed stages: setup:tensorflow');
    const at = (line: string) => run.lines.indexOf(line);
    expect(at('== setup:tensorflow')).toBe(0);
    expect(at('setup:tensorflow: no compiler')).toBe(1);
    expect(at('== test')).toBe(2);
  });

  it('goes on after failed tests and failed stages, and fails', () => {
    const run = ci({ test: 'echo "12 passed, 3 failed"; exit 1', lint: 'exit 1' });
    expect(run).toMatchObject({ status: 1, lastLine: '16 passed, 4 failed' });
    expect(run.lines.at(-2)).toBe('failed stages: test lint');
  });

  it('fails where every test passed and the run did not', () => {
    const run = ci({ test: 'echo "12 passed, 0 failed"; exit 1' });
    expect(run).toMatchObject({ status: 1, lastLine: '17 passed, 1 failed' });
  });

  it('fails where the run ended before it counted', () => {
    expect(ci({ test: 'echo "Startup Error"; exit 1' })).toMatchObject({
      status: 1,
      lastLine: '5 passed, 1 failed',
    });
    expect(ci({ test: 'echo "no tests"' })).toMatchObject({
      status: 1,
      lastLine: '5 passed, 1 failed',
    });
  });

  it('gives the stages nothing to read from', () => {
    expect(ci({ test: 'cat; echo "1 passed, 0 failed"' }).lastLine).toBe('6 passed, 0 failed');
  });
});
