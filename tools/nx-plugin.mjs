import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Gives every folder with a `tsconfig.json` its nx targets, so that a new package needs no target
 * of its own: lint, typecheck and test for all, build where there is a `tsconfig.build.json`.
 * What a target depends on and what it caches stands in `nx.json` under `targetDefaults`.
 *
 * @type {import('@nx/devkit').NxPlugin}
 */
export default {
  name: 'chronograd-targets',
  createNodes: [
    '{packages/*,apps/*,tools}/tsconfig.json',
    (tsconfigs, _options, { workspaceRoot }) =>
      tsconfigs.map((tsconfig) => {
        const root = dirname(tsconfig).replaceAll('\\', '/');
        return [tsconfig, { projects: { [root]: project(root, workspaceRoot) } }];
      }),
  ],
};

/**
 * @param {string} root folder of the project, from the workspace's root
 * @param {string} workspaceRoot
 */
function project(root, workspaceRoot) {
  const inProject = (/** @type {string} */ command) => ({ command, options: { cwd: root } });
  const buildable = existsSync(join(workspaceRoot, root, 'tsconfig.build.json'));
  // Packages and apps take their name from package.json; tools/ is not a package.
  const named = existsSync(join(workspaceRoot, root, 'package.json')) ? {} : { name: root };
  return {
    ...named,
    targets: {
      lint: inProject('eslint --max-warnings 0 .'),
      typecheck: inProject('tsc -p tsconfig.json --noEmit'),
      test: { command: `vitest run --project {projectName}` },
      ...(buildable && { build: inProject('tsc -p tsconfig.build.json') }),
    },
  };
}
