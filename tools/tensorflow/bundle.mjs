/** Our code as a few files that need no packages. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What is started, by where it lies in the bundle; as in the sources where it looks for others. */
const ENTRIES = {
  conformance: 'packages/conformance/src/cli.ts',
  'tfjs-cuda': 'packages/backend-tfjs-cuda/src/index.ts',
  'apps/bench/src/main': 'apps/bench/src/main.ts',
  'apps/bench/src/peers/chronograd': 'apps/bench/src/peers/chronograd.ts',
};

/** Engines: a backend imports its own when it is first needed, and says so where it is not there. */
const EXTERNAL = [
  'onnxruntime-node',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  'webgpu',
];

/** Trains one step of an LSTM and prints what computed it. */
const CHECK = `
import { tfjsCuda } from '@chronograd/backend-tfjs-cuda';
import { buildProgram, initialState } from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel } from '@chronograd/spec';

const layers = [{ type: 'input', shape: [7, 2] }, { type: 'lstm', units: 5 }, { type: 'dense', units: 3 }];
const model = resolveModel(parseModel({ formatVersion: 1, name: 'check', layers }));
const training = parseTraining({ formatVersion: 1, loss: 'mse', optimizer: 'adam' });
const program = buildProgram(model, { batch: 4, training, entries: ['trainStep'] });
const executable = await tfjsCuda().compile(program);
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
 */
export async function bundle(root, folder) {
  await build({
    entryPoints: {
      ...Object.fromEntries(
        Object.entries(ENTRIES).map(([name, source]) => [name, join(root, source)]),
      ),
      check: 'check',
    },
    plugins: [
      {
        name: 'check',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^check$/ }, () => ({ path: 'check', namespace: 'check' }));
          onLoad({ filter: /.*/, namespace: 'check' }, () => ({
            contents: CHECK,
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
