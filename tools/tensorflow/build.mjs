/**
 * The steps that make a native TensorFlow for @tensorflow/tfjs-node where the package's own download
 * is not to be had. The library comes out of a Python wheel (its libtensorflow_cc.so.2 carries the
 * whole C API; no Python runs at train time), the addon is compiled from the sources in the npm
 * package. A Node-API addon needs its headers (the npm package node-api-headers) and nothing else of
 * Node, so the compiler is called directly: node-gyp would look for Node's full headers on the
 * network.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { execute, SetupError } from './execute.mjs';

/** The versions that were tried together. */
export const VERSIONS = { tfjsNode: '4.22.0', nodeApiHeaders: '1.9.0', tensorflow: '2.21.0' };

/**
 * Arguments of `pip download` for wheels of Linux x64; the Python they are for does not matter, as
 * no Python loads them.
 */
export const PIP_DOWNLOAD = [
  ...['-m', 'pip', 'download', '-q', '--disable-pip-version-check', '--retries=2'],
  ...['--only-binary=:all:', '--no-deps'],
  ...['2_27', '2_17', '2_12'].map((version) => `--platform=manylinux_${version}_x86_64`),
  ...['--implementation=cp', '--python-version=312', '--abi=cp312'],
];

/**
 * @typedef {{ python: string, compiler: string }} Tools commands
 * @typedef {ReturnType<typeof layout>} Layout
 */

/**
 * Where things lie. The addon finds the library relative to itself, so the folder may be moved.
 *
 * @param {string} folder what is built, with everything that it needs
 */
export function layout(folder) {
  const tfjsNode = join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
  return {
    folder,
    tfjsNode,
    headers: join(folder, 'node_modules', 'node-api-headers', 'include'),
    wheels: join(folder, 'wheels'),
    library: join(folder, 'tensorflow'),
    addon: join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node'),
    stamp: join(folder, 'ready.json'),
  };
}

/** Throws a {@link SetupError} where there are no wheels that fit. */
export function checkPlatform() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `this recipe is for Linux x64, found ${process.platform} ${process.arch}. ` +
        'Elsewhere install @tensorflow/tfjs-node with its own install script.',
    );
  }
}

/**
 * Throws a {@link SetupError} that names what is missing.
 *
 * @param {Tools} tools
 */
export function checkTools({ python, compiler }) {
  execute('there is no Python 3 with pip', python, ['-m', 'pip', '--version'], {
    advice: 'Install one (Debian: apt-get install python3-pip), or name it in CHRONOGRAD_PYTHON.',
  });
  execute('there is no C++ compiler', compiler, ['--version'], {
    advice: 'Install g++ (Debian: apt-get install g++), or name a compiler in CXX.',
  });
}

/** @param {Layout} at */
export function installPackages(at) {
  mkdirSync(at.folder, { recursive: true });
  const manifest = {
    private: true,
    dependencies: {
      '@tensorflow/tfjs-node': VERSIONS.tfjsNode,
      'node-api-headers': VERSIONS.nodeApiHeaders,
    },
  };
  writeFileSync(join(at.folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  execute(
    `npm could not install @tensorflow/tfjs-node ${VERSIONS.tfjsNode}`,
    'npm',
    [
      ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      // Without a network npm would try each package again for minutes.
      ...['--prefer-offline', '--fetch-retries=1', '--fetch-retry-mintimeout=500'],
    ],
    { cwd: at.folder, advice: 'Check the network and the npm registry, then run it again.' },
  );
}

/**
 * Downloads wheels.
 *
 * @param {Layout} at
 * @param {string} python
 * @param {readonly string[]} requirements such as `tensorflow-cpu==2.21.0`
 * @returns {string[]} their paths
 */
export function fetchWheels(at, python, requirements) {
  rmSync(at.wheels, { recursive: true, force: true });
  execute(
    `pip could not download ${requirements.join(', ')}`,
    python,
    [...PIP_DOWNLOAD, '-d', at.wheels, ...requirements],
    { advice: 'Check the network and the Python package index, then run it again.' },
  );
  const wheels = readdirSync(at.wheels).filter((name) => name.endsWith('.whl'));
  if (wheels.length !== requirements.length)
    throw new SetupError(`pip left ${wheels.length} wheels in ${at.wheels}.`);
  return wheels.map((name) => join(at.wheels, name));
}

/**
 * Takes files out of wheels, which are removed.
 *
 * @param {Layout} at
 * @param {string} python
 * @param {readonly string[]} wheels paths
 * @param {string} wanted a regular expression of Python's, held against the start of a file's path
 */
export function unpackWheels(at, python, wheels, wanted) {
  const script = [
    'import re, sys, zipfile',
    'for wheel in sys.argv[3:]:',
    '    archive = zipfile.ZipFile(wheel)',
    '    names = [n for n in archive.namelist() if re.match(sys.argv[2], n)]',
    '    archive.extractall(sys.argv[1], names)',
  ].join('\n');
  execute('the wheel could not be unpacked', python, ['-c', script, at.folder, wanted, ...wheels], {
    advice: `Check that ${at.folder} can be written and its disk has 2 GB left.`,
  });
  rmSync(at.wheels, { recursive: true });
}

/** Files of a TensorFlow wheel: the two libraries, and the headers that their C API includes. */
export const LIBRARY_FILES =
  'tensorflow/(libtensorflow_|include/(tensorflow/(c|core/platform)|tsl|xla/tsl/c)/)';

/**
 * @param {Layout} at
 * @param {string} compiler
 * @param {readonly string[]} [searched] further folders that libraries are looked for in
 */
export function compileAddon(at, compiler, searched = []) {
  const folder = join(at.addon, '..');
  mkdirSync(folder, { recursive: true });
  const paths = [at.library, ...searched].map((path) => `$ORIGIN/${relative(folder, path)}`);
  execute(
    'the addon could not be compiled',
    compiler,
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
      ...['-I', join(at.library, 'include'), '-I', at.headers],
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(at.tfjsNode, 'binding', file)),
      ...['-L', at.library, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      // RPATH rather than RUNPATH: it holds for what the libraries themselves load.
      ...['-Wl,--disable-new-dtags', `-Wl,-rpath,${paths.join(':')}`],
      ...['-o', at.addon],
    ],
    { advice: 'It needs a compiler of C++17, such as g++ 9 or later.' },
  );
}

/**
 * Multiplies two matrices, by the addon alone: tfjs-node's own JavaScript needs an older Node.
 *
 * @param {Layout} at
 * @param {string} [node] the Node that loads it
 */
export function tryAddon(at, node = process.execPath) {
  const script = `
    const tf = require(${JSON.stringify(at.addon)});
    const matrix = (shape, data) => tf.createTensor(shape, tf.TF_FLOAT, Float32Array.from(data));
    const attribute = (name, type, value) => ({ name, type, value });
    const attributes = [
      attribute('T', tf.TF_ATTR_TYPE, tf.TF_FLOAT),
      attribute('transpose_a', tf.TF_ATTR_BOOL, false),
      attribute('transpose_b', tf.TF_ATTR_BOOL, false),
    ];
    const factors = [matrix([1, 2], [2, 3]), matrix([2, 1], [5, 7])];
    const [product] = tf.executeOp('MatMul', attributes, factors, 1);
    const [element] = tf.tensorDataSync(product.id);
    if (element !== 31) throw new Error('2 * 5 + 3 * 7 = ' + element);
  `;
  execute('the addon does not compute', node, ['-e', script], {
    advice: 'Run it again; if it persists, the versions do not fit this machine.',
  });
}
