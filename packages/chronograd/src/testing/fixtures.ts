/** Small models and data for tests. */
import type { Backend, Executable } from '@chronograd/backend';
import { tensor, type FitData, type JsonObject, type Tensor } from '../index.ts';

/** Numbers between -1 and 1 that repeat nowhere, the same for each call. */
export function wave(shape: readonly number[], phase = 0): Tensor<'float32' | 'int32'> {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + phase));
  return tensor(values, shape);
}

/** GRU 3 and dense 2 on any length of time by 2 features, with dropout: `[time, 2] -> [2]`. */
export const gruDocument: JsonObject = {
  name: 'small',
  layers: [
    { type: 'input', shape: [null, 2] },
    { type: 'gru', units: 3, dropout: 0.2 },
    { type: 'dense', units: 2 },
  ],
};

/** A dense layer 3 -> 1: the smallest thing to train. */
export const lineDocument: JsonObject = {
  name: 'line',
  layers: [
    { type: 'input', shape: [3] },
    { type: 'dense', units: 1 },
  ],
};

/** Adam on the mean squared error, with a metric. */
export const adamTraining: JsonObject = {
  loss: 'mse',
  optimizer: { type: 'adam', learningRate: 0.02 },
  metrics: ['mae'],
};

/** Samples for {@link gruDocument}: `[samples, 5, 2] -> [samples, 2]`. */
export function gruData(samples: number, phase = 0): FitData {
  return { inputs: wave([samples, 5, 2], phase), targets: wave([samples, 2], phase + 0.3) };
}

/** Samples for {@link lineDocument}. */
export function lineData(samples: number, phase = 0): FitData {
  return { inputs: wave([samples, 3], phase), targets: wave([samples, 1], phase + 0.3) };
}

/** Elements of all tensors, for comparisons bit by bit. */
export function bits(
  tensors: Readonly<Record<string, { readonly data: ArrayLike<number> }>>,
): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, Array.from(data)]),
  );
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}

/**
 * A backend whose state is rounded to float32 after every run, as an engine's is. The reference
 * backend keeps double precision, of which a save knows nothing.
 */
export function rounding(inner: Backend): Backend {
  const inners = new WeakMap<Executable, Executable>();
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(task: () => Promise<T>): Promise<T> => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    id: inner.id,
    capabilities: () => inner.capabilities(),
    dispose: () => inner.dispose(),
    async compile(program, { shareStateWith } = {}) {
      const shared = shareStateWith && inners.get(shareStateWith);
      const executable = await inner.compile(program, shared ? { shareStateWith: shared } : {});
      const run: Executable['run'] = (entry, feeds) =>
        inOrder(async () => {
          const results = await executable.run(entry, feeds);
          const written = program.entries[entry]?.writes ?? [];
          await executable.writeState(await executable.readState(written));
          return results;
        });
      const wrapped: Executable = {
        report: executable.report,
        run,
        runSteps: (entry, feeds) => Promise.all(feeds.map((step) => run(entry, step))),
        readState: (names) => inOrder(() => executable.readState(names)),
        writeState: (values) => inOrder(() => executable.writeState(values)),
        dispose: () => executable.dispose(),
      };
      inners.set(wrapped, executable);
      return wrapped;
    },
  };
}
