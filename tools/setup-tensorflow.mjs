/**
 * Makes a native TensorFlow for @tensorflow/tfjs-node where the package's own download is not to
 * be had: `npm run setup:tensorflow`. The library comes out of the Python wheel `tensorflow-cpu`
 * (its libtensorflow_cc.so.2 carries the whole C API; no Python runs at train time), the addon is
 * compiled from the sources in the npm package. A Node-API addon needs its headers (the npm
 * package node-api-headers) and nothing else of Node, so the compiler is called directly: node-gyp
 * would look for Node's full headers on the network. Everything lies in .cache/tensorflow, which
 * git ignores; the benchmark and the tests find it there. A second run finds it done.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const TFJS_NODE = '4.22.0';
const NODE_API_HEADERS = '1.9.0';
const TENSORFLOW = '2.21.0';

/** The wheel is of Linux x64; the Python it is for does not matter, as no Python loads it. */
const WHEEL = [
  '--only-binary=:all:',
  '--no-deps',
  '--platform=manylinux_2_27_x86_64',
  '--implementation=cp',
  '--python-version=312',
  '--abi=cp312',
];

const USAGE = `Usage: npm run setup:tensorflow [-- --python <command>]

Builds @tensorflow/tfjs-node on the TensorFlow of the wheel tensorflow-cpu, into .cache/tensorflow.
Needs Linux x64, Python 3 with pip (--python, CHRONOGRAD_PYTHON or python3) and a C++ compiler
(CXX or g++); 300 MB to download, 1.4 GB of disk meanwhile, about a minute.`;

/** A reason to stop that the user can do something about. */
export class SetupError extends Error {}

/**
 * Where things lie.
 *
 * @param {string} root the workspace's root
 */
export function layout(root) {
  const folder = join(root, '.cache', 'tensorflow');
  const tfjsNode = join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
  return {
    folder,
    tfjsNode,
    headers: join(folder, 'node_modules', 'node-api-headers', 'include'),
    wheel: join(folder, 'wheel'),
    library: join(folder, 'tensorflow'),
    addon: join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node'),
    stamp: join(folder, 'ready.json'),
  };
}

/**
 * @param {string} root the workspace's root
 * @returns {boolean} whether these versions are built and there
 */
export function isReady(root) {
  const { addon, stamp } = layout(root);
  if (!existsSync(addon) || !existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8') === stampText();
}

function stampText() {
  const versions = { tfjsNode: TFJS_NODE, tensorflow: TENSORFLOW };
  return `${JSON.stringify(versions, null, 2)}\n`;
}

/**
 * Runs a command to its end.
 *
 * @param {string} what what it does, for the message of a failure
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, advice: string }} options
 * @returns {string} what it printed to stdout
 */
function execute(what, command, args, { cwd, advice }) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (result.error) {
    throw new SetupError(
      `${what}: could not start ${command} (${result.error.message}). ${advice}`,
    );
  }
  if (result.status !== 0) {
    const lines = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-15).join('\n');
    throw new SetupError(
      `${what}: ${command} ended with ${result.status ?? result.signal}:\n${lines}\n${advice}`,
    );
  }
  return result.stdout;
}

/**
 * Throws a {@link SetupError} that names what is missing.
 *
 * @param {{ python: string, compiler: string }} tools commands
 */
export function checkMachine({ python, compiler }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `this recipe is for Linux x64, found ${process.platform} ${process.arch}. ` +
        'Elsewhere install @tensorflow/tfjs-node with its own install script.',
    );
  }
  execute('Python', python, ['-m', 'pip', '--version'], {
    advice: 'Install Python 3 with pip, or name one with --python or CHRONOGRAD_PYTHON.',
  });
  execute('C++ compiler', compiler, ['--version'], {
    advice: 'Install g++ (Debian: apt-get install g++), or name a compiler in CXX.',
  });
}

/** @param {ReturnType<typeof layout>} at */
function installPackages(at) {
  mkdirSync(at.folder, { recursive: true });
  const manifest = {
    private: true,
    description: 'Made by tools/setup-tensorflow.mjs',
    dependencies: { '@tensorflow/tfjs-node': TFJS_NODE, 'node-api-headers': NODE_API_HEADERS },
  };
  writeFileSync(join(at.folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  execute(
    'npm packages',
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: at.folder, advice: 'Check the network and the npm registry, then run it again.' },
  );
}

/**
 * Takes the two libraries and the headers that their C API includes out of the wheel.
 *
 * @param {ReturnType<typeof layout>} at
 * @param {string} python
 */
function unpackTensorflow(at, python) {
  rmSync(at.wheel, { recursive: true, force: true });
  rmSync(at.library, { recursive: true, force: true });
  execute(
    'TensorFlow',
    python,
    ['-m', 'pip', 'download', '-q', ...WHEEL, '-d', at.wheel, `tensorflow-cpu==${TENSORFLOW}`],
    { advice: 'Check the network and the Python package index, then run it again.' },
  );
  const wheel = readdirSync(at.wheel).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new SetupError(`pip left no wheel in ${at.wheel}.`);
  const script = [
    'import sys, zipfile',
    'archive = zipfile.ZipFile(sys.argv[1])',
    "headers = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/', 'xla/tsl/c/']",
    "wanted = tuple('tensorflow/include/' + h for h in headers) + ('tensorflow/libtensorflow_',)",
    'archive.extractall(sys.argv[2], [n for n in archive.namelist() if n.startswith(wanted)])',
  ].join('\n');
  execute('TensorFlow', python, ['-c', script, join(at.wheel, wheel), at.folder], {
    advice: `Check that ${at.folder} can be written and the disk has 1.4 GB left.`,
  });
  rmSync(at.wheel, { recursive: true });
}

/**
 * @param {ReturnType<typeof layout>} at
 * @param {string} compiler
 */
function compileAddon(at, compiler) {
  const folder = join(at.addon, '..');
  mkdirSync(folder, { recursive: true });
  // Found relative to the addon, so that the checkout may move.
  const library = relative(folder, at.library);
  execute(
    'the addon',
    compiler,
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
      ...['-I', join(at.library, 'include'), '-I', at.headers],
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(at.tfjsNode, 'binding', file)),
      ...['-L', at.library, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      `-Wl,-rpath,$ORIGIN/${library}`,
      ...['-o', at.addon],
    ],
    { advice: 'It needs a compiler of C++17, such as g++ 9 or later.' },
  );
}

/** @param {ReturnType<typeof layout>} at */
function tryAddon(at) {
  const script = [
    "const tf = require('@tensorflow/tfjs-node');",
    'const [product] = tf.matMul([[2, 3]], [[5], [7]]).dataSync();',
    "if (product !== 31) throw new Error('2 * 5 + 3 * 7 = ' + product);",
  ].join('\n');
  execute('a first product', process.execPath, ['-e', script], {
    cwd: at.folder,
    advice: `Remove ${at.folder} and run it again; if it persists, the versions do not fit.`,
  });
}

/**
 * @param {string} label
 * @param {() => void} work
 */
function step(label, work) {
  const began = Date.now();
  process.stdout.write(`${label} ... `);
  work();
  process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1)} s\n`);
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

function main() {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return console.log(USAGE);
  const root = fileURLToPath(new URL('..', import.meta.url));
  const python = pythonOf(args);
  const compiler = process.env.CXX ?? 'g++';
  const at = layout(root);
  if (isReady(root)) {
    return console.log(`@tensorflow/tfjs-node ${TFJS_NODE} on TensorFlow ${TENSORFLOW} is ready.`);
  }
  checkMachine({ python, compiler });
  step(`Installing @tensorflow/tfjs-node ${TFJS_NODE}`, () => installPackages(at));
  step(`Fetching TensorFlow ${TENSORFLOW}`, () => unpackTensorflow(at, python));
  step('Compiling the addon', () => compileAddon(at, compiler));
  step('Trying it', () => tryAddon(at));
  writeFileSync(at.stamp, stampText());
  console.log(`Ready in ${relative(root, at.folder)}.`);
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
