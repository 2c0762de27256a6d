/**
 * Makes a native TensorFlow for @tensorflow/tfjs-node where the package's own download is not to
 * be had: `npm run setup:tensorflow`. Everything lies in .cache/tensorflow, which git ignores; the
 * backend, its tests and the benchmark find it there. A second run finds it done. It is built beside
 * and moved there when it computes, so that an interrupted run leaves nothing half made in its place.
 */
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
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

/**
 * Builds in a folder of its own, which takes the place of the target at the end.
 *
 * @param {string} root the workspace's root
 * @param {{ python: string, compiler: string }} tools
 */
function build(root, { python, compiler }) {
  const at = layout(`${targetFolder(root)}.partial`);
  rmSync(at.folder, { recursive: true, force: true });
  step(`Installing @tensorflow/tfjs-node ${VERSIONS.tfjsNode}`, () => installPackages(at));
  step(`Fetching TensorFlow ${VERSIONS.tensorflow}`, () => {
    const wheels = fetchWheels(at, python, [`tensorflow-cpu==${VERSIONS.tensorflow}`]);
    unpackWheels(at, python, wheels, LIBRARY_FILES);
  });
  step('Compiling the addon', () => compileAddon(at, compiler));
  step('Trying it', () => tryAddon(at));
  writeFileSync(at.stamp, stampText());
  rmSync(targetFolder(root), { recursive: true, force: true });
  renameSync(at.folder, targetFolder(root));
}

function main() {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return console.log(USAGE);
  const root = fileURLToPath(new URL('..', import.meta.url));
  const tools = { python: pythonOf(args), compiler: process.env.CXX ?? 'g++' };
  if (isReady(root)) return console.log(`${NAMES} is ready.`);
  checkPlatform();
  checkTools(tools);
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
