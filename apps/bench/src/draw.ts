/**
 * Weights and batches, drawn once, so that all contenders start from the same numbers and see the
 * same data.
 */
import type { WavenetWorkloadLayer, Workload, WorkloadLayer } from './workload.ts';

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

/** Shapes of a layer's weights in Keras's layout, by what stands behind the layer's name. */
function weightShapes(layer: WorkloadLayer, features: number): Record<string, number[]> {
  if (layer.type === 'wavenet') return wavenetShapes(layer, features);
  return Object.fromEntries(
    Object.entries(ownShapes(layer, features)).map(([variable, shape]) => [`/${variable}`, shape]),
  );
}

/** Weights of a WaveNet's convolutions, by the names that its layers have as ordinary ones. */
function wavenetShapes(layer: WavenetWorkloadLayer, features: number): Record<string, number[]> {
  const { filters, kernelSize, layersPerStack, stacks } = layer;
  const shapes: Record<string, number[]> = {};
  const conv = (name: string, size: number, from: number, to: number): void => {
    shapes[`${name}/kernel`] = [size, from, to];
    shapes[`${name}/bias`] = [to];
  };
  conv('.input', kernelSize, features, filters);
  for (let stack = 1; stack <= stacks; stack++)
    for (let place = 1; place <= layersPerStack; place++) {
      conv(`.${stack}.${place}.dilated`, kernelSize, filters, 2 * filters);
      conv(`.${stack}.${place}.skip`, 1, filters, filters);
      if (stack < stacks || place < layersPerStack)
        conv(`.${stack}.${place}.residual`, 1, filters, filters);
    }
  conv('.last', 1, filters, filters);
  conv('', 1, filters, 1);
  return shapes;
}

function ownShapes(
  layer: Exclude<WorkloadLayer, WavenetWorkloadLayer>,
  features: number,
): Record<string, number[]> {
  if (layer.type === 'conv1d') {
    const { kernelSize, filters } = layer;
    return { kernel: [kernelSize, features, filters], bias: [filters] };
  }
  const { units } = layer;
  if (layer.type === 'dense') return { kernel: [features, units], bias: [units] };
  const gates = { lstm: 4, gru: 3, simpleRnn: 1 }[layer.type] * units;
  return {
    kernel: [features, gates],
    recurrentKernel: [units, gates],
    // A GRU that resets after the product has a bias of the input and one of the state.
    bias: layer.type === 'gru' && layer.resetAfter !== false ? [2, gates] : [gates],
  };
}

/** Numbers that a layer gives at each time step. */
function widthOf(layer: WorkloadLayer): number {
  if (layer.type === 'wavenet') return 1;
  return layer.type === 'conv1d' ? layer.filters : layer.units;
}

/** What the last layer gives for one sample: `[time, width]`, or `[width]` of the last time step. */
function outputShape({ name, time, layers }: Workload): number[] {
  const last = layers.at(-1);
  if (last === undefined) throw new RangeError(`workload ${name} has no layers`);
  const endsTime = (layer: WorkloadLayer): boolean =>
    'units' in layer && layer.type !== 'dense' && !(layer.returnSequences ?? false);
  return layers.some(endsTime) ? [widthOf(last)] : [time, widthOf(last)];
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

/** Bound of a variable's weights: He's before a relu, so that what passes it keeps its size. */
function limitOf({ type }: WorkloadLayer, variable: string, shape: readonly number[]): number {
  if (variable.endsWith('/bias')) return 0.2;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  if (type === 'wavenet') return Math.sqrt(3 / rows);
  return type === 'conv1d' ? Math.sqrt(6 / rows) : Math.sqrt(3 / rows) / 2;
}

/**
 * Starting weights by name (`lstm/kernel`), uniform. Biases are not zero: a contender that drops
 * one, or swaps gates, gets other losses.
 */
export function drawWeights(workload: Workload, seed: number): Record<string, PlainTensor> {
  const next = uniformNumbers(seed);
  const weights: Record<string, PlainTensor> = {};
  let { features } = workload;
  for (const layer of workload.layers) {
    for (const [variable, shape] of Object.entries(weightShapes(layer, features))) {
      const limit = limitOf(layer, variable, shape);
      weights[`${layer.name}${variable}`] = fill(shape, () => (2 * next() - 1) * limit);
    }
    features = widthOf(layer);
  }
  return weights;
}

/** Noisy sines as inputs and their continuation as targets. */
export function drawBatches(workload: Workload, count: number, seed: number): Batch[] {
  const next = uniformNumbers(seed);
  const { batch, time, features } = workload;
  const targetShape = [batch, ...outputShape(workload)];
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
