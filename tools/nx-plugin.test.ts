import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import plugin from './nx-plugin.mjs';

describe('the targets of a project', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'chronograd-nx-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  /** The project that the plugin makes of a folder with the given files. */
  async function projectOf(folder: string, ...files: string[]) {
    for (const file of ['tsconfig.json', ...files]) {
      mkdirSync(dirname(join(root, folder, file)), { recursive: true });
      writeFileSync(join(root, folder, file), '{}');
    }
    const createNodes = plugin.createNodes?.[1];
    const nodes = await createNodes?.([`${folder}/tsconfig.json`], undefined, {
      workspaceRoot: root,
      nxJsonConfiguration: {},
    });
    return nodes?.[0]?.[1].projects?.[folder];
  }

  it('of a package are build, lint, test and typecheck', async () => {
    const project = await projectOf('packages/a', 'package.json', 'tsconfig.build.json');
    expect(Object.keys(project?.targets ?? {}).sort()).toEqual([
      'build',
      'lint',
      'test',
      'typecheck',
    ]);
    expect(project?.targets?.build).toMatchObject({ options: { cwd: 'packages/a' } });
    expect(project).not.toHaveProperty('name');
  });

  it('of an app without tsconfig.build.json leave out build', async () => {
    const project = await projectOf('apps/b', 'package.json');
    expect(Object.keys(project?.targets ?? {}).sort()).toEqual(['lint', 'test', 'typecheck']);
  });

  it('of a folder that is no package come with its name', async () => {
    expect(await projectOf('tools')).toMatchObject({ name: 'tools' });
  });
});
