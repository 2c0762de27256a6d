import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import countReporter from './tools/count-reporter.mjs';

const root = import.meta.dirname;

/** Packages resolve each other to their sources, so that tests never see a stale build. */
const conditions = ['chronograd-source', 'node', 'import', 'module', 'default'];

/** Every folder of packages/ and apps/ with a package.json. */
const folders = ['packages', 'apps']
  .map((parent) => join(root, parent))
  .filter((parent) => existsSync(parent))
  .flatMap((parent) => readdirSync(parent).map((folder) => join(parent, folder)))
  .filter((folder) => existsSync(join(folder, 'package.json')));

/** A folder's own vitest.config.ts wins; without one it gets these settings. */
function project(folder: string, name: string): TestProjectConfiguration {
  const own = join(folder, 'vitest.config.ts');
  if (existsSync(own)) return own;
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      root: folder,
      environment: 'node',
      include: ['**/*.test.ts'],
      exclude: ['**/node_modules/**', '**/dist/**'],
      // Only so that a hung test ends: a busy machine must never fail a test.
      testTimeout: 600_000,
      hookTimeout: 600_000,
    },
  };
}

/** The `name` of a folder's package.json. */
function packageName(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
  };
  return manifest.name;
}

export default defineConfig({
  test: {
    projects: [
      ...folders.map((folder) => project(folder, packageName(folder))),
      project(join(root, 'tools'), 'tools'),
    ],
    reporters: [['default', { summary: false }], countReporter()],
  },
});
