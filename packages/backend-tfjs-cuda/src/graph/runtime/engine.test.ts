import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendError } from '@chronograd/backend';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TfBinding } from './binding.ts';
import { describeEngine, loadEngine } from './engine.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'chronograd-test-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Makes a package that says it has an addon, which it has not. */
function install(name: string): void {
  const at = join(folder, 'node_modules', name);
  const binary = {
    module_name: 'addon',
    module_path: './lib/napi-v{napi_build_version}',
    napi_versions: [3, 8, 999],
  };
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'package.json'), JSON.stringify({ name, version: '4.22.0', binary }));
}

function errorOf(task: () => unknown): BackendError {
  try {
    task();
  } catch (error) {
    if (error instanceof BackendError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const from = (request: string) => ({ request, from: join(folder, 'package.json') });

describe('loadEngine', () => {
  it('says for each package why it does not load, and what to run', () => {
    install('without-library');
    const error = errorOf(() => loadEngine({}, ['not-there', 'without-library'].map(from)));
    const addon = join(folder, 'node_modules', 'without-library', 'lib', 'napi-v8', 'addon.node');
    expect(error.code).toBe('engine-missing');
    expect(error.details.found).toBe(
      "not-there: Cannot find module 'not-there/package.json'; " +
        `without-library: its install script has not made ${addon}`,
    );
    expect(error.details.advice).toContain('npm install @tensorflow/tfjs-node');
    expect(error.details.advice).toContain('npm run setup:tensorflow');
  });

  it('passes on what the loader of native libraries says', () => {
    install('broken');
    const lib = join(folder, 'node_modules', 'broken', 'lib', 'napi-v8');
    mkdirSync(lib, { recursive: true });
    writeFileSync(join(lib, 'addon.node'), 'not a library');
    const { details } = errorOf(() => loadEngine({}, [from('broken')]));
    expect(details.found).toMatch(/^broken: .*addon\.node/);
  });

  it('switches TF32 off and takes memory of a GPU as it is needed, before anything is loaded', () => {
    errorOf(() => loadEngine({}, []));
    expect(process.env).toMatchObject({
      NVIDIA_TF32_OVERRIDE: '0',
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    });
  });
});

describe('describeEngine', () => {
  const binding = (gpu: boolean) =>
    ({ TF_Version: '2.9.1', isUsingGpuDevice: () => gpu }) as TfBinding;

  it('tells the CPU', () => {
    const manifest = { name: '@tensorflow/tfjs-node', version: '4.22.0' };
    const engine = describeEngine('/there', manifest, binding(false));
    expect(engine).toMatchObject({
      name: 'tfjs-node 4.22.0 (TensorFlow 2.9.1)',
      device: 'cpu',
      deviceReason: 'TensorFlow finds no CUDA device',
      precision: 'float32',
    });
  });

  it('tells the GPU', () => {
    const name = '@tensorflow/tfjs-node-gpu';
    expect(describeEngine('/there', { name, version: '4.22.0' }, binding(true))).toMatchObject({
      name: 'tfjs-node-gpu 4.22.0 (TensorFlow 2.9.1)',
      device: 'cuda:0',
      precision: 'float32',
    });
  });
});
