import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkTools, compileAddon, fetchWheels, installPackages, layout } from './build.mjs';
import { execute, SetupError } from './execute.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chronograd-build-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A command that fails as the given lines of shell do. */
function command(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** The first line of the error: what the user is to read. */
function sentence(task: () => unknown): string {
  try {
    task();
  } catch (error) {
    if (error instanceof SetupError) return error.message.split('\n', 1)[0] ?? '';
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('checkTools', () => {
  const pip = 'echo pip 24';

  it('says that there is no Python, or none with pip, and what to install', () => {
    const compiler = command('compiler', 'echo g++');
    expect(sentence(() => checkTools({ python: 'no-such-python', compiler }))).toMatch(
      /^there is no Python 3 with pip \(.*no-such-python ENOENT\)\. Install one .*python3-pip/,
    );
    const python = command('python', 'echo "No module named pip" >&2; exit 1');
    expect(sentence(() => checkTools({ python, compiler }))).toMatch(
      /^there is no Python 3 with pip \(.*python ended with 1\)\. Install one/,
    );
  });

  it('says that there is no compiler, and what to install', () => {
    const python = command('python', pip);
    expect(sentence(() => checkTools({ python, compiler: 'no-such-compiler' }))).toMatch(
      /^there is no C\+\+ compiler \(.*no-such-compiler ENOENT\)\. Install g\+\+/,
    );
  });
});

describe('a step that fails', () => {
  it('names the network where pip or npm get nothing, and passes on what they said', () => {
    const python = command('python', 'echo "Could not fetch URL" >&2; exit 1');
    const at = layout(join(folder, 'built'));
    const task = () => fetchWheels(at, python, ['tensorflow-cpu==2.21.0']);
    expect(sentence(task)).toMatch(
      /^pip could not download tensorflow-cpu==2\.21\.0 \(.*ended with 1\)\. Check the network/,
    );
    expect(task).toThrow(/\n {4}Could not fetch URL$/);
    command('npm', 'exit 1');
    vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
    expect(sentence(() => installPackages(at))).toMatch(
      /^npm could not install @tensorflow\/tfjs-node 4\.22\.0 \(npm ended with 1\)\. Check the net/,
    );
  });

  it('names the compiler where it refuses the sources', () => {
    const at = layout(join(folder, 'built'));
    mkdirSync(at.folder);
    expect(sentence(() => compileAddon(at, command('compiler', 'exit 4')))).toMatch(
      /^the addon could not be compiled \(.*compiler ended with 4\)\. It needs a compiler of C\+\+17/,
    );
  });
});

describe('execute', () => {
  it('returns what a command printed, and gives it nothing to read from', () => {
    const cat = command('cat-and-more', 'cat; echo read');
    expect(execute('it fails', cat, [], { advice: '' })).toBe('read\n');
  });
});
