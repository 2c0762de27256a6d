import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { satisfies } from 'semver';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isNodeSupported, missingPackages } from './ensure-installed.mjs';

describe('isNodeSupported', () => {
  const manifest = new URL('../package.json', import.meta.url);
  const { engines } = JSON.parse(readFileSync(manifest, 'utf8')) as { engines: { node: string } };

  it.each(['20.19.0', '20.20.2', '22.12.0', '23.0.0', '24.1.0', '100.0.0'])(
    'takes Node %s, as package.json does',
    (version) => {
      expect(isNodeSupported(version)).toBe(true);
      expect(satisfies(version, engines.node)).toBe(true);
    },
  );
  it.each(['9.99.0', '18.20.0', '20.18.3', '21.7.0', '22.11.0'])(
    'refuses Node %s, as package.json does',
    (version) => {
      expect(isNodeSupported(version)).toBe(false);
      expect(satisfies(version, engines.node)).toBe(false);
    },
  );
});

describe('missingPackages', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'chronograd-install-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const locked = {
    '': { name: 'workspace' },
    'packages/spec': { version: '0.0.0' },
    'node_modules/@chronograd/spec': { resolved: 'packages/spec', link: true },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
    'node_modules/for-windows': { version: '3.0.0', integrity: 'sha512-w', optional: true },
  };

  /** Writes a lock file and what npm installed: its record and the folders. */
  function workspace(installed: Record<string, object>, folders = Object.keys(installed)): void {
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: locked }));
    for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    const record = join(root, 'node_modules', '.package-lock.json');
    writeFileSync(record, JSON.stringify({ packages: installed }));
  }

  const { 'node_modules/for-windows': _otherPlatform, '': _root, ...complete } = locked;

  it('finds nothing missing where all is there but packages for other platforms', () => {
    workspace(complete);
    expect(missingPackages(root)).toEqual([]);
  });

  it('names everything in a fresh clone', () => {
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: locked }));
    expect(missingPackages(root)).toEqual([
      'node_modules/@chronograd/spec',
      'node_modules/a',
      'node_modules/a/node_modules/b',
    ]);
  });

  it('names a package whose version the lock file has since changed', () => {
    workspace({ ...complete, 'node_modules/a': { version: '0.9.0', integrity: 'sha512-old' } });
    expect(missingPackages(root)).toEqual(['node_modules/a']);
  });

  it('names a package of the same version and other content', () => {
    workspace({ ...complete, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } });
    expect(missingPackages(root)).toEqual(['node_modules/a']);
  });

  it('names a package whose folder somebody deleted', () => {
    const folders = Object.keys(complete).filter((folder) => !folder.includes('/b'));
    workspace(complete, folders);
    expect(missingPackages(root)).toEqual(['node_modules/a/node_modules/b']);
  });
});

describe('node tools/ensure-installed.mjs', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'chronograd-ensure-'));
    mkdirSync(join(root, 'tools'));
    mkdirSync(join(root, 'bin'));
    const script = fileURLToPath(new URL('ensure-installed.mjs', import.meta.url));
    copyFileSync(script, join(root, 'tools', 'ensure-installed.mjs'));
    const packages = { 'node_modules/a': { version: '1.0.0' } };
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  /** Runs the script with a program called npm on the PATH, or with none. */
  function ensureInstalled(npm?: string) {
    if (npm) writeFileSync(join(root, 'bin', 'npm'), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
    const env = { PATH: npm ? `${join(root, 'bin')}:/usr/bin:/bin` : '' };
    return spawnSync(process.execPath, ['tools/ensure-installed.mjs'], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
  }

  it('runs npm ci with install scripts off, once', () => {
    const npm =
      'echo "$@" >> calls; mkdir -p node_modules/a; cp package-lock.json node_modules/.package-lock.json';
    const first = ensureInstalled(npm);
    expect(first.status).toBe(0);
    expect(first.stdout).toContain('Installing 1 packages with npm ci');
    const calls = readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');
    expect(calls).toEqual([expect.stringMatching(/^ci --ignore-scripts /)]);

    const second = ensureInstalled('echo called twice; exit 1');
    expect(second).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('passes on what npm says when it fails, and ends with an error', () => {
    const run = ensureInstalled('echo "npm error network" >&2; exit 7');
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('npm error network');
    expect(run.stderr).toContain('npm ci ended with 7');
  });

  it('says so where there is no npm', () => {
    const run = ensureInstalled();
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('could not start npm');
  });
});
