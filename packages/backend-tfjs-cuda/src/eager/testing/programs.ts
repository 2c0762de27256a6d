/** Programs that the tests of this folder share. */
import type { HostTensor } from '@chronograd/backend';
import {
  Builder,
  float32,
  gradients,
  scan,
  type Func,
  type Program,
  type TensorType,
  type Value,
} from '@chronograd/graph';

/** The type of random keys. */
export const keyType: TensorType = { dtype: 'uint32', shape: [2] };

/** A program of one entry `f` without state; its inputs are `x0`, …, its outputs `y0`, … */
export function programOf(func: Func): Program {
  const typeOf = (id: number): TensorType => func.types[id] as TensorType;
  const named = (letter: string, ids: readonly number[]) =>
    ids.map((id, i) => ({ name: `${letter}${i}`, type: typeOf(id) }));
  const entry = {
    inputs: named('x', func.inputs),
    reads: [],
    outputs: named('y', func.outputs),
    writes: [],
    func,
  };
  return { state: {}, entries: { f: entry } };
}

/** A function of inputs of these types. */
export function funcOf(
  types: readonly TensorType[],
  write: (b: Builder, inputs: readonly Value[]) => readonly Value[],
): Func {
  const b = new Builder();
  return b.finish(
    write(
      b,
      types.map((type) => b.input(type)),
    ),
  );
}

/** Steps of the recurrence in {@link trainer}. */
export const STEPS = 7;

/**
 * State `weights` [3, 3] and `steps` []. `train` takes `x` [7, 2, 3] and a key, runs
 * `h = tanh(h weights + x)` with dropout, and descends; it returns `loss` [] and `last` [2, 3].
 * `broken` divides the state by a row that is not there.
 */
export function trainer(): Program {
  const weights = float32(3, 3);
  const train = funcOf([float32(STEPS, 2, 3), keyType, weights, float32()], (b, inputs) => {
    const [x, key, w, count] = inputs as [Value, Value, Value, Value];
    const init = [b.zeros(float32(2, 3))];
    const { carries } = scan(b, { consts: [w], init, xs: [x], length: STEPS }, (body, step) => {
      const [kernel] = step.consts as [Value];
      const [h] = step.carries as [Value];
      const [slice] = step.xs as [Value];
      return { carries: [body.tanh(body.add(body.matmul(h, kernel), slice))], ys: [] };
    });
    const [last] = carries as [Value];
    const threshold = b.constant(2 ** 31, [], 'uint32');
    const kept = b.select(b.less(b.randomBits(key, [2, 3], 5), threshold), last, 0);
    const loss = b.reduceSum(b.mul(kept, kept));
    const [gradient] = gradients(b, loss, [w]) as [Value];
    return [loss, last, b.sub(w, b.mul(gradient, 0.1)), b.add(count, 1)];
  });
  const broken = funcOf([{ dtype: 'int32', shape: [2] }, weights], (b, inputs) => {
    const [rows, w] = inputs as [Value, Value];
    const halved = b.mul(w, 0.5);
    return [b.gather(halved, rows), halved];
  });
  return {
    state: { weights, steps: float32() },
    entries: {
      train: {
        inputs: [
          { name: 'x', type: float32(STEPS, 2, 3) },
          { name: 'key', type: keyType },
        ],
        reads: ['weights', 'steps'],
        outputs: [
          { name: 'loss', type: float32() },
          { name: 'last', type: float32(2, 3) },
        ],
        writes: ['weights', 'steps'],
        func: train,
      },
      broken: {
        inputs: [{ name: 'rows', type: { dtype: 'int32', shape: [2] } }],
        reads: ['weights'],
        outputs: [{ name: 'found', type: float32(2, 3) }],
        writes: ['weights'],
        func: broken,
      },
    },
  };
}

/** A float32 tensor of `f(place)`. */
export function floats(shape: readonly number[], f: (place: number) => number): HostTensor {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: size }, (_, i) => f(i)) };
}

/** A uint32 tensor [n]. */
export function words(...values: number[]): HostTensor {
  return { dtype: 'uint32', shape: [values.length], data: Uint32Array.from(values) };
}
