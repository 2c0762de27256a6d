/** What every contender trains: layers, sizes and optimizer. */

/** A recurrent layer, with names and options as in a model document; activations are the defaults. */
export interface RecurrentWorkloadLayer {
  readonly type: 'lstm' | 'gru' | 'simpleRnn';
  readonly name: string;
  readonly units: number;
  /** Every time step's output rather than the last one's; default false. */
  readonly returnSequences?: boolean;
  /** Of a GRU: the reset gate after the product (default true, as in Keras 3) or before it. */
  readonly resetAfter?: boolean;
}

/** A dense layer without an activation, at every time step that there is. */
export interface DenseWorkloadLayer {
  readonly type: 'dense';
  readonly name: string;
  readonly units: number;
}

/** A convolution that sees the present and the past. */
export interface ConvWorkloadLayer {
  readonly type: 'conv1d';
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: number;
  readonly padding: 'causal';
  readonly dilationRate: number;
  readonly activation: 'relu';
}

/** WaveNet (van den Oord et al. 2016), all of it but the loss, as the block of a model document. */
export interface WavenetWorkloadLayer {
  readonly type: 'wavenet';
  readonly name: string;
  /** Residual and skip channels. */
  readonly filters: number;
  readonly kernelSize: number;
  readonly layersPerStack: number;
  readonly stacks: number;
}

/** A layer, with names and options as in a model document. */
export type WorkloadLayer =
  RecurrentWorkloadLayer | DenseWorkloadLayer | ConvWorkloadLayer | WavenetWorkloadLayer;

/** A model in training: mean squared error, Adam. */
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

const adam = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const common = { batch: 32, time: 56, features: 1, optimizer: adam };
const head: DenseWorkloadLayer = { type: 'dense', name: 'dense', units: 1 };

/** Causal convolutions on each other, one for each dilation. */
function convStack(filters: number, dilations: readonly number[]): ConvWorkloadLayer[] {
  return dilations.map((dilationRate, i) => ({
    type: 'conv1d',
    name: `conv${i}`,
    filters,
    kernelSize: 2,
    padding: 'causal',
    dilationRate,
    activation: 'relu',
  }));
}

/** Two stacks of dilations 1, 2, 4, … on 256 steps: the longest reach far beyond the sequence. */
const wavenet = (layersPerStack: number): Omit<Workload, 'name'> => ({
  ...common,
  time: 256,
  batch: 8,
  layers: [
    { type: 'wavenet', name: 'wavenet', filters: 32, kernelSize: 2, layersPerStack, stacks: 2 },
  ],
});

/** The workloads by name; goals.ts says for which of them there are goals. */
export const workloads: Readonly<Record<string, Workload>> = {
  lstm: { ...common, name: 'lstm', layers: [{ type: 'lstm', name: 'lstm', units: 32 }, head] },
  gru: { ...common, name: 'gru', layers: [{ type: 'gru', name: 'gru', units: 32 }, head] },
  simpleRnn: {
    ...common,
    name: 'simpleRnn',
    layers: [{ type: 'simpleRnn', name: 'rnn', units: 32 }, head],
  },
  convStack: {
    ...common,
    name: 'convStack',
    time: 50,
    layers: [...convStack(20, [1, 2, 4, 8, 1, 2, 4, 8]), head],
  },
  wavenet10: { ...wavenet(10), name: 'wavenet10' },
  wavenet15: { ...wavenet(15), name: 'wavenet15' },
  // What tfjs can train: it has no other GRU, and no gradient of a dilated convolution.
  gruResetBefore: {
    ...common,
    name: 'gruResetBefore',
    layers: [{ type: 'gru', name: 'gru', units: 32, resetAfter: false }, head],
  },
  convStackPlain: {
    ...common,
    name: 'convStackPlain',
    time: 50,
    layers: [...convStack(20, [1, 1, 1, 1, 1, 1, 1, 1]), head],
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

/**
 * `LSTM 32 + dense 1, T=56, batch 32, 1 feature`: a workload as it stands in a heading. Layers that
 * differ in their dilation only are told together.
 */
export function describeWorkload({ layers, time, batch, features }: Workload): string {
  const parts: { text: string; dilations: number[] }[] = [];
  for (const layer of layers) {
    const part = { text: describeLayer(layer), dilations: dilationsOf(layer) };
    const last = parts.at(-1);
    if (last?.text === part.text && part.dilations.length > 0)
      last.dilations.push(...part.dilations);
    else parts.push(part);
  }
  const names = parts.map(({ text, dilations }) =>
    dilations.length > 0 ? `${text}, dilations ${dilations.join(' ')}` : text,
  );
  const feature = features === 1 ? 'feature' : 'features';
  return `${names.join(' + ')}, T=${time}, batch ${batch}, ${features} ${feature}`;
}

function dilationsOf(layer: WorkloadLayer): number[] {
  return layer.type === 'conv1d' ? [layer.dilationRate] : [];
}

function describeLayer(layer: WorkloadLayer): string {
  if (layer.type === 'conv1d')
    return `causal conv ${layer.filters}, kernel ${layer.kernelSize}, ${layer.activation}`;
  if (layer.type === 'wavenet')
    return `WaveNet ${layer.filters}, ${layer.stacks} stacks of ${layer.layersPerStack} layers`;
  const names = { lstm: 'LSTM', gru: 'GRU', simpleRnn: 'SimpleRNN', dense: 'dense' };
  const variant = 'resetAfter' in layer && layer.resetAfter === false ? ' (reset before)' : '';
  return `${names[layer.type]}${variant} ${layer.units}`;
}

/** `lstm`, or `lstm-t9-b32` where the sizes are not those of the named workload: for file names. */
export function workloadSlug({ name, time, batch }: Workload): string {
  const named = workloads[name];
  return named?.time === time && named.batch === batch ? name : `${name}-t${time}-b${batch}`;
}
