/**
 * Makes a native TensorFlow for @tensorflow/tfjs-node where the package's own download is not to
 * be had: `npm run setup:tensorflow`. Everything lies in .cache/tensorflow, which git ignores; the
 * backend, its tests and the benchmark find it there. A second run finds it done. It is built beside
 * and moved there when it computes, so that an interrupted run leaves nothing half made in its place.
 */
import {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  checkPlatform,
  checkTools,
  compileAddon,
  fetchWheels,
  installPackages,
  layout,
  LIBRARY_FILES,
  tryAddon,
  unpackWheels,
  VERSIONS,
} from './tensorflow/build.mjs';
import { SetupError, step } from './tensorflow/execute.mjs';

const NAMES = `@tensorflow/tfjs-node ${VERSIONS.tfjsNode} on TensorFlow ${VERSIONS.tensorflow}`;

const USAGE = `Usage: npm run setup:tensorflow [-- --python <command>]

Builds ${NAMES} of the wheel tensorflow-cpu, into .cache/tensorflow.
Needs Linux x64, Python 3 with pip (--python, CHRONOGRAD_PYTHON or python3) and a C++ compiler
(CXX or g++); 300 MB to download, 1.4 GB of disk meanwhile, about a minute.`;

/**
 * @param {string} root the workspace's root
 * @returns {string} where it is built
 */
export function targetFolder(root) {
  return join(root, '.cache', 'tensorflow');
}

/**
 * @param {string} root the workspace's root
 * @returns {boolean} whether these versions are built and there
 */
export function isReady(root) {
  const { addon, stamp } = layout(targetFolder(root));
  if (!existsSync(addon) || !existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8') === stampText();
}

function stampText() {
  const { tfjsNode, tensorflow } = VERSIONS;
  return `${JSON.stringify({ tfjsNode, tensorflow }, null, 2)}\n`;
}

/**
 * @param {readonly string[]} args
 * @returns {string} the Python command
 */
export function pythonOf(args) {
  const [flag, command, ...more] = args;
  if (flag === undefined) return process.env.CHRONOGRAD_PYTHON ?? 'python3';
  if (flag === '--python' && command !== undefined && more.length === 0) return command;
  throw new SetupError(`unknown arguments: ${args.join(' ')}\n${USAGE}`);
}

/** Removing may meet a child process that an interruption has left behind and that still writes. */
const PATIENT = { recursive: true, force: true, maxRetries: 20, retryDelay: 200 };

/** @param {string} pid */
function isRunning(pid) {
  return existsSync(join('/proc', pid));
}

/**
 * Removes what runs that were interrupted have left.
 *
 * @param {string} root the workspace's root
 * @param {(pid: string) => boolean} [isAlive] whether a process still builds
 */
export function removeLeftovers(root, isAlive = isRunning) {
  const folder = dirname(targetFolder(root));
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const [, pid] = /^tensorflow\.partial-(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(pid)) rmSync(join(folder, name), PATIENT);
  }
}

/**
 * Builds in a folder of its own, which takes the place of the target at the end.
 *
 * @param {string} root the workspace's root
 * @param {{ python: string, compiler: string }} tools
 */
function build(root, { python, compiler }) {
  const target = targetFolder(root);
  const at = layout(`${target}.partial-${process.pid}`);
  try {
    step(`Installing @tensorflow/tfjs-node ${VERSIONS.tfjsNode}`, () => installPackages(at));
    step(`Fetching TensorFlow ${VERSIONS.tensorflow}`, () => {
      const wheels = fetchWheels(at, python, [`tensorflow-cpu==${VERSIONS.tensorflow}`]);
      unpackWheels(at, python, wheels, LIBRARY_FILES);
    });
    step('Compiling the addon', () => compileAddon(at, compiler));
    step('Trying it', () => tryAddon(at));
    writeFileSync(at.stamp, stampText());
    // Another run may have been faster.
    if (isReady(root)) return;
    rmSync(target, PATIENT);
    renameSync(at.folder, target);
  } finally {
    rmSync(at.folder, PATIENT);
  }
}

function main() {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return console.log(USAGE);
  const root = fileURLToPath(new URL('..', import.meta.url));
  const tools = { python: pythonOf(args), compiler: process.env.CXX ?? 'g++' };
  if (isReady(root)) return console.log(`${NAMES} is ready.`);
  checkPlatform();
  checkTools(tools);
  removeLeftovers(root);
  build(root, tools);
  console.log(`Ready in ${relative(root, targetFolder(root))}.`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`setup:tensorflow: ${error.message}`);
    process.exit(1);
  }
}
