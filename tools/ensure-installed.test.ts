import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isNodeSupported, missingPackages } from './ensure-installed.mjs';

describe('isNodeSupported', () => {
  it.each(['20.11.0', '20.20.2', '22.0.0', '100.1.0'])('takes Node %s', (version) => {
    expect(isNodeSupported(version)).toBe(true);
  });
  it.each(['20.10.9', '18.99.0', '9.11.0'])('refuses Node %s', (version) => {
    expect(isNodeSupported(version)).toBe(false);
  });
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
