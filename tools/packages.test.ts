import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layers } from './import-table.mjs';
import { findImportCycle, importedModules, sourceFiles } from './source-imports.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What these tests read of a package.json. */
interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly type?: string;
  readonly engines?: { readonly node?: string };
  readonly exports?: unknown;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

/** Folders of packages/ or apps/ that hold a package. */
function members(parent: string): [folder: string, manifest: Manifest][] {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent))
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => [
      folder,
      JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest,
    ]);
}

const license = readFileSync(join(root, 'LICENSE'), 'utf8');
const packages = members('packages');
const apps = members('apps');

/** `@scope/name` or `name` of a module specifier. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

describe.each(packages)('%s', (folder, manifest) => {
  it('can be published: MIT, ESM, built files and sources', () => {
    expect(manifest).toMatchObject({
      license: 'MIT',
      type: 'module',
      engines: { node: '>=20.11' },
      exports: {
        '.': {
          'chronograd-source': './src/index.ts',
          types: './dist/index.d.ts',
          default: './dist/index.js',
        },
      },
    });
    expect(manifest.private).toBeUndefined();
    for (const file of ['src/index.ts', 'tsconfig.json', 'tsconfig.build.json']) {
      expect(existsSync(join(root, folder, file)), file).toBe(true);
    }
    // npm packs what stands in the package's own folder: the licence asks to be in every copy.
    expect(readFileSync(join(root, folder, 'LICENSE'), 'utf8')).toBe(license);
  });
});

describe.each(apps)('%s', (folder, manifest) => {
  it('is not published, or is a command: MIT, ESM, with its licence', () => {
    if (manifest.private) {
      expect(manifest).toMatchObject({ private: true, type: 'module' });
      return;
    }
    expect(manifest).toMatchObject({
      license: 'MIT',
      type: 'module',
      engines: { node: '>=20.11' },
      bin: expect.any(Object) as unknown,
    });
    for (const [, file] of Object.entries(manifest.bin ?? {}))
      expect(existsSync(join(root, folder, file)), file).toBe(true);
    expect(readFileSync(join(root, folder, 'LICENSE'), 'utf8')).toBe(license);
  });
});

describe.each([...packages, ...apps])('%s', (folder, manifest) => {
  it('names its layer of the import table', () => {
    const known = Object.keys(layers).map((layer) => `layer:${layer}`);
    expect((manifest.nx?.tags ?? []).filter((tag) => known.includes(tag))).toHaveLength(1);
  });

  it('declares every package that its sources import', () => {
    const declared = Object.keys({
      ...manifest.dependencies,
      ...manifest.peerDependencies,
      ...manifest.optionalDependencies,
    });
    const imported = sourceFiles(join(root, folder, 'src'))
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap(importedModules)
      .map(({ specifier }) => specifier)
      .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
      .map(packageOf);
    expect(imported.filter((name) => !declared.includes(name))).toEqual([]);
  });

  it('has no circle of files that load each other', () => {
    const cycle = findImportCycle(sourceFiles(join(root, folder, 'src')));
    expect(cycle?.map((file) => relative(root, file))).toBeUndefined();
  });
});

describe('findImportCycle', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chronograd-cycle-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function cycleOf(files: Record<string, string>): string[] | undefined {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return findImportCycle(sourceFiles(folder))?.map((file) => relative(folder, file));
  }

  it('finds a circle through a re-export and a dynamic import', () => {
    const cycle = cycleOf({
      'a.ts': "import './b.ts';",
      'b.ts': "export * from './c.ts';",
      'c.ts': "export const d = () => import('./d.ts');",
      'd.ts': "import { d } from './b.ts'; d();",
    });
    expect(cycle).toEqual(['b.ts', 'c.ts', 'd.ts', 'b.ts']);
  });

  it('lets types refer to each other, and two files load a third', () => {
    const cycle = cycleOf({
      'a.ts': "import type { B } from './b.ts'; import './c.ts'; export type A = B[];",
      'b.ts': "import { A } from './a.ts'; import './c.ts'; export type B = A | 1;",
      'c.ts': 'export {};',
    });
    expect(cycle).toBeUndefined();
  });
});
