/**
 * What every contender trains: layers, sizes and optimizer, with weights and batches drawn once, so
 * that all start from the same numbers and see the same data.
 */

/** A layer, with names and options as in a model document. */
export interface WorkloadLayer {
  readonly type: 'lstm' | 'gru' | 'simpleRnn' | 'dense';
  readonly name: string;
  readonly units: number;
  /** Every time step's output rather than the last one's; default false. */
  readonly returnSequences?: boolean;
}

/** A model in training: mean squared error, Adam. Activations are Keras's defaults. */
export interface Workload {
  readonly name: string;
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly layers: readonly WorkloadLayer[];
  readonly optimizer: {
    readonly learningRate: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
  };
}

/** A float32 tensor as plain data, row by row. */
export interface PlainTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One batch: inputs `[batch, time, features]`, targets as the last layer's output. */
export interface Batch {
  readonly inputs: PlainTensor;
  readonly targets: PlainTensor;
}

const adam = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const common = { batch: 32, time: 56, features: 1, optimizer: adam };
const head: WorkloadLayer = { type: 'dense', name: 'dense', units: 1 };

/** The workloads by name; the first one is the one that the goals are set for. */
export const workloads: Readonly<Record<string, Workload>> = {
  lstm: { ...common, name: 'lstm', layers: [{ type: 'lstm', name: 'lstm', units: 32 }, head] },
  gru: { ...common, name: 'gru', layers: [{ type: 'gru', name: 'gru', units: 32 }, head] },
  simpleRnn: {
    ...common,
    name: 'simpleRnn',
    layers: [{ type: 'simpleRnn', name: 'rnn', units: 32 }, head],
  },
  lstmStack: {
    ...common,
    name: 'lstmStack',
    features: 5,
    layers: [
      { type: 'lstm', name: 'lower', units: 20, returnSequences: true },
      { type: 'lstm', name: 'upper', units: 20 },
      { type: 'dense', name: 'dense', units: 10 },
    ],
  },
  lstmWide: {
    ...common,
    name: 'lstmWide',
    features: 8,
    layers: [{ type: 'lstm', name: 'lstm', units: 128 }, head],
  },
};

/** `LSTM 32 + dense 1, T=56, batch 32, 1 feature`: a workload as it stands in a heading. */
export function describeWorkload(workload: Workload): string {
  const names = { lstm: 'LSTM', gru: 'GRU', simpleRnn: 'SimpleRNN', dense: 'dense' };
  const layers = workload.layers.map(({ type, units }) => `${names[type]} ${units}`).join(' + ');
  const features = `${workload.features} ${workload.features === 1 ? 'feature' : 'features'}`;
  return `${layers}, T=${workload.time}, batch ${workload.batch}, ${features}`;
}

/** `lstm`, or `lstm-t9-b32` where the sizes are not those of the named workload: for file names. */
export function workloadSlug({ name, time, batch }: Workload): string {
  const named = workloads[name];
  return named?.time === time && named.batch === batch ? name : `${name}-t${time}-b${batch}`;
}

/** Shapes of a layer's weights in Keras's layout, by variable. */
function weightShapes(layer: WorkloadLayer, features: number): Record<string, number[]> {
  const { units } = layer;
  if (layer.type === 'dense') return { kernel: [features, units], bias: [units] };
  const gates = { lstm: 4, gru: 3, simpleRnn: 1 }[layer.type] * units;
  return {
    kernel: [features, gates],
    recurrentKernel: [units, gates],
    // A GRU that resets after the product has a bias of the input and one of the state.
    bias: layer.type === 'gru' ? [2, gates] : [gates],
  };
}

/** A stream of numbers in 0..1 that depends on the seed alone (mulberry32). */
function uniformNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

function fill(shape: readonly number[], value: (index: number) => number): PlainTensor {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { shape, data: Array.from({ length: size }, (_, index) => Math.fround(value(index))) };
}

/**
 * Starting weights by name (`lstm/kernel`), uniform within `±sqrt(3 / rows)`. Biases are not zero:
 * a contender that drops one, or swaps gates, gets other losses.
 */
export function drawWeights(workload: Workload, seed: number): Record<string, PlainTensor> {
  const next = uniformNumbers(seed);
  const weights: Record<string, PlainTensor> = {};
  let { features } = workload;
  for (const layer of workload.layers) {
    for (const [variable, shape] of Object.entries(weightShapes(layer, features))) {
      const limit = variable === 'bias' ? 0.2 : Math.sqrt(3 / (shape[0] ?? 1)) / 2;
      weights[`${layer.name}/${variable}`] = fill(shape, () => (2 * next() - 1) * limit);
    }
    features = layer.units;
  }
  return weights;
}

/** Noisy sines as inputs and their continuation as targets. */
export function drawBatches(workload: Workload, count: number, seed: number): Batch[] {
  const next = uniformNumbers(seed);
  const { batch, time, features } = workload;
  const last = workload.layers.at(-1);
  if (last === undefined) throw new RangeError(`workload ${workload.name} has no layers`);
  const targetShape = last.returnSequences ? [batch, time, last.units] : [batch, last.units];
  return Array.from({ length: count }, () => {
    const phases = Array.from({ length: batch }, () => next() * 2 * Math.PI);
    const wave = (sample: number, at: number) => Math.sin((phases[sample] ?? 0) + at * 0.3);
    const perSample = targetShape.slice(1).reduce((product, size) => product * size, 1);
    return {
      inputs: fill([batch, time, features], (index) => {
        const at = Math.floor(index / features) % time;
        const sample = Math.floor(index / features / time);
        return wave(sample, at + (index % features)) + (next() - 0.5) * 0.2;
      }),
      targets: fill(targetShape, (index) =>
        wave(Math.floor(index / perSample), time + (index % perSample)),
      ),
    };
  });
}
