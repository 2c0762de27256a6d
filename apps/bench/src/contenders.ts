/** Who takes part: libraries, each in the ways of using it that make a difference to its speed. */
import { fileURLToPath } from 'node:url';
import type { Command } from './peer-process.ts';

/** A library used in one way. */
export interface Contender {
  /** `pytorch:fused`: library and variant, as `--only` takes them. */
  readonly id: string;
  readonly library: 'chronograd' | 'tfjs' | 'pytorch' | 'keras' | 'jax' | 'jax-js';
  readonly variant: string;
  /** As it stands in the table. */
  readonly label: string;
  /** Whether it takes part unless asked otherwise. */
  readonly byDefault: boolean;
  readonly peer: { readonly language: 'node' | 'python'; readonly file: string };
}

type Way = readonly [variant: string, label: string, more?: { byDefault: boolean }];

function ways(
  library: Contender['library'],
  peer: Contender['peer'],
  variants: readonly Way[],
): Contender[] {
  return variants.map(([variant, label, more]) => ({
    id: `${library}:${variant}`,
    library,
    variant,
    label,
    byDefault: more?.byDefault ?? true,
    peer,
  }));
}

const rarely = { byDefault: false };

/** All contenders; the first variant of a library is what its user writes first. */
export const contenders: readonly Contender[] = [
  ...ways('chronograd', { language: 'node', file: 'chronograd.ts' }, [
    ['run', 'chronograd, one call a step'],
    ['runSteps', 'chronograd, several steps a call'],
    ['fit', 'chronograd, fit'],
    ['tensorflow', 'chronograd on TensorFlow'],
    ['tensorflowFit', 'chronograd on TensorFlow, fit', rarely],
  ]),
  ...ways('chronograd', { language: 'node', file: 'chronograd-webgpu.ts' }, [
    ['webgpu', 'chronograd on WebGPU', rarely],
    ['webgpuFit', 'chronograd on WebGPU, fit', rarely],
  ]),
  ...ways('tfjs', { language: 'node', file: 'tfjs.ts' }, [
    ['best', 'tfjs-layers, best engine present'],
    ['node', 'tfjs-layers on tfjs-node', rarely],
    ['wasm', 'tfjs-layers on wasm', rarely],
    ['cpu', 'tfjs-layers on cpu', rarely],
    ['webgpu', 'tfjs-layers on webgpu', rarely],
  ]),
  ...ways('pytorch', { language: 'python', file: 'pytorch_peer.py' }, [
    ['eager', 'PyTorch'],
    ['foreach', 'PyTorch, foreach Adam', rarely],
    ['fused', 'PyTorch, fused Adam'],
    ['compile', 'PyTorch, torch.compile', rarely],
    ['cuda', 'PyTorch on CUDA', rarely],
    ['cudaCompile', 'PyTorch on CUDA, torch.compile', rarely],
  ]),
  ...ways('keras', { language: 'python', file: 'keras_peer.py' }, [
    ['batch', 'Keras on TensorFlow, train_on_batch'],
    ['fit', 'Keras on TensorFlow, fit'],
    ['jit', 'Keras on TensorFlow, XLA'],
    ['unroll', 'Keras on TensorFlow, unrolled', rarely],
    ['jitUnroll', 'Keras on TensorFlow, XLA, unrolled', rarely],
  ]),
  ...ways('jax', { language: 'python', file: 'jax_peer.py' }, [
    ['scan', 'JAX, jit and scan'],
    ['unroll8', 'JAX, jit and scan, unrolled by 8'],
    ['unroll', 'JAX, jit, unrolled', rarely],
  ]),
  ...ways('jax-js', { language: 'node', file: 'jax-js.ts' }, [
    ['webgpu', 'jax-js on webgpu, jit, unrolled', rarely],
  ]),
];

/** `--only` named something that is not there. */
export class UnknownContender extends Error {
  override readonly name = 'UnknownContender';
}

/**
 * The contenders that the names pick: `pytorch` for the library's default variants,
 * `pytorch:fused` for one; all default ones for no names.
 * @throws {@link UnknownContender} with the names that there are.
 */
export function pickContenders(names: readonly string[]): Contender[] {
  if (names.length === 0) return contenders.filter(({ byDefault }) => byDefault);
  for (const name of names) {
    if (contenders.some(({ id, library }) => id === name || library === name)) continue;
    const known = contenders.map(({ id }) => id).join(', ');
    throw new UnknownContender(`no contender ${name}: a library or one of ${known}`);
  }
  return contenders.filter(
    ({ id, library, byDefault }) => names.includes(id) || (byDefault && names.includes(library)),
  );
}

/** How to start a contender. */
export function commandOf(contender: Contender, python: string): Command {
  const { language, file } = contender.peer;
  if (language === 'python') {
    const script = fileURLToPath(new URL(`../../../tools/peers/${file}`, import.meta.url));
    return { program: python, args: [script] };
  }
  const script = fileURLToPath(new URL(`peers/${file}`, import.meta.url));
  // Bundled (tools/pack-tfjs-cuda.mjs), the peers lie beside this as they do in the sources.
  if (!import.meta.url.endsWith('.ts'))
    return { program: process.execPath, args: [script.replace(/\.ts$/, '.mjs')] };
  return {
    program: process.execPath,
    args: ['--conditions=chronograd-source', '--import', 'tsx', script],
  };
}
