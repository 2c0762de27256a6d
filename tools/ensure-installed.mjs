/**
 * Installs what package-lock.json names, if node_modules does not hold it already. `npm start`,
 * `npm test` and the other root commands run this first, so that a fresh clone needs nothing but
 * Node and npm. It uses Node's built-in modules only: there is nothing else yet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Node releases that the workspace's tools (vite, eslint) run on; as `engines` in package.json. */
const NODE_RANGE = '^20.19.0 || >=22.12.0';

/**
 * @param {string} version as in `process.versions.node`, e.g. `20.19.1`
 * @returns {boolean} whether it is in the range `^20.19.0 || >=22.12.0`
 */
export function isNodeSupported(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}

/**
 * Compares package-lock.json with node_modules/.package-lock.json, npm's own record of what it
 * installed, and with the folders themselves. An optional package that is not there is fine: it
 * is for another platform.
 *
 * @param {string} root the workspace's root
 * @returns {string[]} lock file locations (`node_modules/vitest`) that are missing or of another
 *   version; all of them if nothing was ever installed
 */
export function missingPackages(root) {
  const wanted = readLock(join(root, 'package-lock.json'));
  const record = join(root, 'node_modules', '.package-lock.json');
  const installed = existsSync(record) ? readLock(record) : {};
  return Object.entries(wanted)
    .filter(([location]) => location.includes('node_modules/'))
    .filter(([location, entry]) => {
      const found = installed[location];
      if (found === undefined) return !(entry.optional || entry.devOptional);
      const same = found.version === entry.version && found.integrity === entry.integrity;
      return !same || !existsSync(join(root, location));
    })
    .map(([location]) => location);
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockEntry
 * @param {string} file
 * @returns {Record<string, LockEntry>}
 */
function readLock(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** @param {string} message */
function fail(message) {
  console.error(`chronograd: ${message}`);
  process.exit(1);
}

function main() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (!isNodeSupported(process.versions.node)) {
    fail(
      `this repository needs Node ${NODE_RANGE}, found ${process.versions.node}. ` +
        'Install a current Node from https://nodejs.org and run the command again.',
    );
  }
  const missing = missingPackages(root);
  if (missing.length === 0) return;

  const began = Date.now();
  console.log(
    `Installing ${missing.length} packages with npm ci (once; about half a minute and the download) ...`,
  );
  const npm = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    // Windows has npm as npm.cmd, which only a shell starts.
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' },
  );
  if (npm.error) fail(`could not start npm (${npm.error.message}). Is npm on the PATH?`);
  if (npm.status !== 0) {
    fail(
      `npm ci ended with ${npm.status ?? npm.signal}; its message is above. ` +
        'Check the network and the npm registry, then run the command again.',
    );
  }
  console.log(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main();
