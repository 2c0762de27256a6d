/**
 * Tries `@chronograd/conformance` as a stranger gets it: packs it and what it needs, installs the
 * tarballs in an empty project outside of the repository, writes the backend of its README there,
 * and holds that to the suite, under `node --test` and by the command. Wants built packages.
 *
 * `node tools/pack-check.mjs [--keep]`; `--keep` leaves the project where it is.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = ['spec', 'graph', 'backend', 'backend-reference', 'conformance'];

/**
 * The code blocks of a README that follow a line beginning with a file's name.
 *
 * @param {string} markdown
 * @returns {Record<string, string>} text by file name
 */
export function namedBlocks(markdown) {
  const blocks = markdown.matchAll(/^`([\w.-]+)`[^\n]*:\n+```\w*\n([\s\S]*?)^```$/gm);
  return Object.fromEntries([...blocks].map(([, name, text]) => [name ?? '', text ?? '']));
}

/**
 * @param {string} folder where to run
 * @param {string} command a program
 * @param {string[]} args its arguments
 * @returns {string} what it printed
 */
function run(folder, command, args) {
  const { status, stdout, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
    // The packed files, not the sources that this repository's conditions choose.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (error) throw error;
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}`);
}

/**
 * @param {string} name folder of a package
 * @returns {string[]} names of the packages that it depends on
 */
function dependencies(name) {
  const manifest = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8');
  return Object.keys(JSON.parse(manifest).dependencies ?? {});
}

/**
 * Packs, installs and runs.
 *
 * @param {string} folder an empty one, outside of the repository
 * @throws where anything fails
 */
export function packCheck(folder) {
  const start = performance.now();
  /** @param {string} what is done */
  const say = (what) =>
    console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${what}`);
  for (const name of packages)
    run(join(root, 'packages', name), 'npm', ['pack', '--silent', '--pack-destination', folder]);
  const tarballs = readdirSync(folder).map((file) => `./${file}`);
  // What they need of others, as it is installed here: the check wants no network.
  const others = packages.flatMap(dependencies).filter((name) => !name.startsWith('@chronograd/'));
  const installed = [...new Set(others)].map((name) => join(root, 'node_modules', name));
  say(`packed ${tarballs.length} packages into ${folder}`);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const options = ['--offline', '--install-links', '--ignore-scripts', '--no-audit', '--silent'];
  run(folder, 'npm', ['install', ...options, ...tarballs, ...installed]);
  say('installed them in an empty project');
  const readme = readFileSync(join(root, 'packages/conformance/README.md'), 'utf8');
  for (const [name, text] of Object.entries(namedBlocks(readme)))
    writeFileSync(join(folder, name), text);
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, types: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  run(folder, process.execPath, [join(root, 'node_modules/typescript/bin/tsc')]);
  say('compiled the backend of the README against the published types');
  const tests = run(folder, process.execPath, ['--test', 'toy-backend.test.js']);
  say(`node --test: ${count(tests, 'pass')} passed, ${count(tests, 'fail')} failed`);
  const cli = join(folder, 'node_modules/.bin/chronograd-conformance');
  const backend = './toy-backend.js#toyBackend';
  const files = ['--json', 'report.json', '--markdown', 'coverage.md'];
  const said = run(folder, cli, ['--backend', backend, '--quick', ...files]);
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
  if (report.failed !== 0 || report.skipped !== 0 || report.passed === 0) throw new Error(said);
  say(`command, --quick: ${said.trim()}`);
}

/**
 * @param {string} output of `node --test`
 * @param {string} kind `pass` or `fail`
 */
function count(output, kind) {
  return output.match(new RegExp(`^(?:#|ℹ) ${kind} (\\d+)$`, 'm'))?.[1] ?? '?';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = mkdtempSync(join(tmpdir(), 'chronograd-pack-'));
  try {
    packCheck(folder);
  } finally {
    if (!process.argv.includes('--keep')) rmSync(folder, { recursive: true });
  }
}
