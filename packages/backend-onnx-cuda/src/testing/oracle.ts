/** Runs functions on this backend and on the float64 interpreter, for tests. */
import type { HostTensor } from '@chronograd/backend';
import type { Entry, Func, Program, TensorType } from '@chronograd/graph';
import { onnxBackend, type OnnxBackendOptions } from '../backend.ts';

/** A program of one entry `f` without state. */
export function programOf(func: Func): Program {
  const typeOf = (id: number): TensorType => func.types[id] as TensorType;
  const entry: Entry = {
    inputs: func.inputs.map((id, i) => ({ name: `x${i}`, type: typeOf(id) })),
    reads: [],
    outputs: func.outputs.map((id, i) => ({ name: `y${i}`, type: typeOf(id) })),
    writes: [],
    func,
  };
  return { state: {}, entries: { f: entry } };
}

/** The outputs of a function on this backend. */
export async function runFunc(
  func: Func,
  inputs: readonly HostTensor[],
  options: OnnxBackendOptions = {},
): Promise<HostTensor[]> {
  const backend = onnxBackend({ device: 'cpu', ...options });
  const executable = await backend.compile(programOf(func));
  const feeds = Object.fromEntries(inputs.map((tensor, i) => [`x${i}`, tensor]));
  const results = await executable.run('f', feeds);
  const outputs = await Promise.all(Object.values(results).map((result) => result.data()));
  await backend.dispose();
  return outputs;
}

/** `||a - b|| / ||b||`, and `||a||` where b is zero. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2;
    norm += (b[i] ?? NaN) ** 2;
  }
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

/** Numbers that look random, from -1 to 1: a linear congruential generator. */
export function noise(size: number, seed = 1): Float32Array {
  let word = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length: size }, () => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return word / 2 ** 31 - 1;
  });
}

/** A float32 tensor of {@link noise}. */
export function noisy(shape: readonly number[], seed = 1): HostTensor<'float32'> {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { dtype: 'float32', shape, data: noise(size, seed) };
}
