/** Small programs with state, in numbers that every engine computes exactly. */
import type { HostTensor } from '@chronograd/backend';
import { Builder, float32, type Entry, type Program, type TensorType } from '@chronograd/graph';
import { tensorOf } from './draw.ts';

/** The float32 vector of these elements. */
export function vector(...values: number[]): HostTensor<'float32'> {
  return tensorOf('float32', [values.length], values);
}

/**
 * A register `w`, a float32 vector. `step` takes `x`, returns what `w` was, and sets it to
 * `2 w + x`, so that the order of steps shows; `read` returns it.
 */
export function register(size = 2): Program {
  const state = { w: float32(size) };
  const b = new Builder();
  const [x, w] = [b.input(float32(size)), b.input(float32(size))];
  const step: Entry = {
    inputs: [{ name: 'x', type: float32(size) }],
    reads: ['w'],
    outputs: [{ name: 'was', type: float32(size) }],
    writes: ['w'],
    func: b.finish([w, b.add(b.mul(w, 2), x)]),
  };
  return { state, entries: { step, read: readEntry(state) } };
}

/** An entry that returns all of a state. */
export function readEntry(state: Program['state']): Entry {
  const b = new Builder();
  const names = Object.keys(state);
  const values = names.map((name) => b.input(state[name] as TensorType));
  return {
    inputs: [],
    reads: names,
    outputs: names.map((name) => ({ name, type: state[name] as TensorType })),
    writes: [],
    func: b.finish(values),
  };
}

/** A program of nothing but {@link readEntry}, `read`. */
export function keeper(state: Program['state']): Program {
  return { state, entries: { read: readEntry(state) } };
}
