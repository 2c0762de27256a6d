/** The engines of tfjs and where they are found. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { restoreUtil } from '@chronograd/backend-tfjs-cuda';
import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import type { Ready } from '../protocol.ts';
import { Unsupported } from './serve.ts';
import { sharedAdapter } from './webgpu.ts';

/** What the benchmark uses of tfjs: ops and optimizers of the core, layers and models. */
export type Tfjs = Pick<typeof core, 'tensor' | 'train' | 'dispose' | 'pad3d'> &
  Pick<typeof layers, 'layers' | 'sequential'>;

/** An engine that is ready to compute. */
export interface Engine {
  readonly name: EngineName;
  readonly tf: Tfjs;
  readonly versions: Readonly<Record<string, string>>;
  readonly notes?: Ready['notes'];
  /** Dispatches to the GPU since the start. */
  readonly dispatches?: () => number;
}

/** Native TensorFlow, WebAssembly, plain JavaScript; the fastest first. */
export const engineNames = ['node', 'wasm', 'cpu'] as const;

/** Name of an engine, as the variants of the contender have it. */
export type EngineName = (typeof engineNames)[number] | 'webgpu';

/** Where `npm run setup:tensorflow` puts tfjs-node. */
const builtHere = fileURLToPath(new URL('../../../../.cache/tensorflow/', import.meta.url));

/** tfjs-node as `setup:tensorflow` built it, or as the user installed it. */
function requireNode(): {
  tf: Tfjs & { readonly version: Record<string, string> };
  native: string;
} {
  const require = createRequire(
    existsSync(`${builtHere}ready.json`) ? `${builtHere}package.json` : import.meta.url,
  );
  restoreUtil();
  try {
    // Computed, because it is no dependency: its install script cannot be run everywhere.
    const tf = require(['@tensorflow', 'tfjs-node'].join('/'));
    return { tf, native: tf.backend().binding.TF_Version };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'MODULE_NOT_FOUND') {
      throw error;
    }
    throw new Unsupported('there is no @tensorflow/tfjs-node (npm run setup:tensorflow makes one)');
  }
}

/**
 * Loads an engine and makes it the one that computes.
 * @throws {@link Unsupported} where it is not installed or does not start.
 */
export async function loadEngine(name: EngineName): Promise<Engine> {
  if (name === 'node') {
    const { tf, native } = requireNode();
    return {
      name,
      tf,
      versions: { 'tfjs-node': tf.version['tfjs-node'] ?? 'unknown', tensorflow: native },
    };
  }
  const adapter = name === 'webgpu' ? await sharedAdapter() : undefined;
  const require = createRequire(import.meta.url);
  const tfCore = require('@tensorflow/tfjs-core') as typeof core;
  const tfLayers = require('@tensorflow/tfjs-layers') as typeof layers;
  require(`@tensorflow/tfjs-backend-${name}`);
  if (!(await tfCore.setBackend(name))) {
    throw new Unsupported(`tfjs's engine ${name} does not start here`);
  }
  return {
    name,
    tf: { ...tfCore, ...tfLayers },
    versions: { 'tfjs-layers': tfLayers.version_layers },
    ...(adapter && { notes: adapter.notes, dispatches: adapter.dispatches }),
  };
}
