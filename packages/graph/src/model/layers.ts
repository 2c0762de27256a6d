/** The lowering of every layer type: from a layer of the spec to operations. */
import {
  stepLayerOf,
  type LayerOutput,
  type LayerSpec,
  type RegularizerSpec,
  type ResolvedLayer,
} from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';
import { sizeOf } from '../ir/types.ts';
import { activationLayer } from './activations.ts';
import { lowerConv1d, lowerConv1dTranspose, lowerSeparableConv1d } from './convolution-layers.ts';
import { dropoutMask } from './dropout.ts';
import {
  lowerBatchNormalization,
  lowerEmbedding,
  lowerGaussianNoise,
  lowerLayerNormalization,
} from './feature-layers.ts';
import { stepsThatAre, type TimeMask } from './masks.ts';
import { gatedTanhSigmoid } from './gated-activation.ts';
import { lowerGlobalPooling, lowerPooling } from './pooling-layers.ts';
import { lowerRecurrent } from './recurrent-layer.ts';
import {
  lowerConcatenate,
  lowerCropping,
  lowerMerging,
  lowerPermute,
  lowerRepeatVector,
  lowerReshape,
  lowerUpSampling,
  lowerZeroPadding,
} from './shaping-layers.ts';

/** Where and how a layer is lowered. */
export interface LayerContext<L extends LayerSpec = LayerSpec> {
  readonly b: Builder;
  readonly layer: ResolvedLayer;
  readonly spec: L;
  /** `[batch, …]` each. */
  readonly inputs: readonly Value[];
  /** Of each input: which of its steps are there; while streaming, whether the step is. */
  readonly masks: readonly TimeMask[];
  readonly batch: number;
  /** Whether it is a training step, in which averages move. */
  readonly training: boolean;
  /** Draws for dropout; absent where nothing is dropped. */
  readonly seed?: Value;
  /** Number of the layer, which tells its random draws from those of others. */
  readonly place: number;
  /** One time step at a time: a sequence comes without its time axis. */
  readonly streaming: boolean;
  /**
   * While streaming, the layer's input as it was some steps ago, `[batch, channels]` for each lag
   * (descending): zero before the first step. To be asked for once.
   */
  readonly delayed?: (x: Value, lags: readonly number[]) => readonly Value[];
  /** Adds the penalty of an output, or of a part of one, to the loss. */
  activity(regularizer: RegularizerSpec, output: Value): void;
  /** A parameter of the layer, e.g. `kernel`. */
  parameter(variable: string): Value;
  /** A state tensor of the program, by its whole name. */
  readState(name: string): Value;
  /** As a layer before has left it, if one that shares it has written it. */
  latestState(name: string): Value;
  writeState(name: string, value: Value): void;
}

type Lowering<L extends LayerSpec> = (context: LayerContext<L>) => readonly Value[];

const lowerings: {
  readonly [T in LayerSpec['type']]: Lowering<Extract<LayerSpec, { type: T }>>;
} = {
  input: ({ inputs }) => inputs,
  dense: ({ b, spec, inputs: [x], parameter }) => {
    const [rows, features] = lastAxis(x as Value);
    const flat = b.reshape(b.cast(x as Value, 'float32'), [rows, features]);
    const product = b.matmul(flat, parameter('kernel'));
    const sum = spec.useBias ? b.add(product, parameter('bias')) : product;
    const shape = [...(x as Value).type.shape.slice(0, -1), spec.units];
    return [activationLayer(b, b.reshape(sum, shape), spec.activation)];
  },
  activation: ({ b, spec, inputs: [x] }) => [activationLayer(b, x as Value, spec.activation)],
  gatedActivation: ({ b, inputs: [x] }) => [gatedTanhSigmoid(b, x as Value)],
  dropout: ({ b, spec, inputs: [x], seed, place }) => {
    const { shape } = (x as Value).type;
    if (!seed || spec.rate === 0) return [x as Value];
    return [b.mul(x as Value, dropoutMask(b, { seed, stream: 2 * place, rate: spec.rate, shape }))];
  },
  flatten: ({ b, inputs: [x], batch }) => {
    const { shape } = (x as Value).type;
    return [b.reshape(x as Value, [batch, sizeOf(shape.slice(1))])];
  },
  simpleRnn: lowerRecurrent,
  lstm: lowerRecurrent,
  gru: lowerRecurrent,
  rnn: lowerRecurrent,
  bidirectional: lowerRecurrent,
  masking: ({ b, spec, inputs: [x] }) => {
    const { shape } = (x as Value).type;
    const isThere = stepsThatAre(b, x as Value, spec.maskValue);
    return [b.select(b.reshape(isThere, [...shape.slice(0, -1), 1]), x as Value, 0)];
  },
  conv1d: lowerConv1d,
  separableConv1d: lowerSeparableConv1d,
  conv1dTranspose: lowerConv1dTranspose,
  maxPooling1d: lowerPooling,
  averagePooling1d: lowerPooling,
  globalMaxPooling1d: lowerGlobalPooling,
  globalAveragePooling1d: lowerGlobalPooling,
  upSampling1d: lowerUpSampling,
  embedding: lowerEmbedding,
  layerNormalization: lowerLayerNormalization,
  batchNormalization: lowerBatchNormalization,
  gaussianNoise: lowerGaussianNoise,
  add: lowerMerging,
  subtract: lowerMerging,
  multiply: lowerMerging,
  average: lowerMerging,
  maximum: lowerMerging,
  minimum: lowerMerging,
  concatenate: lowerConcatenate,
  repeatVector: lowerRepeatVector,
  reshape: lowerReshape,
  permute: lowerPermute,
  cropping1d: lowerCropping,
  zeroPadding1d: lowerZeroPadding,
  timeDistributed: lowerTimeDistributed,
};

/**
 * Appends a layer's operations; returns its outputs, in the order of `layer.outputs`.
 * @throws {@link GraphError} where a layer cannot stream
 */
export function lowerLayer(context: LayerContext): readonly Value[] {
  // The table's entry for a type takes the context of that type; the compiler cannot see it.
  const lower = lowerings[context.spec.type] as Lowering<LayerSpec>;
  return lower(context);
}

/** Every step of every sample is a sample of the inner layer. */
function lowerTimeDistributed(
  context: LayerContext<Extract<LayerSpec, { type: 'timeDistributed' }>>,
): readonly Value[] {
  const { b, layer, inputs, batch, streaming } = context;
  const [x] = inputs as [Value];
  const spec = stepLayerOf(context.spec);
  const time = streaming ? 1 : (x.type.shape[1] ?? 0);
  const rest = x.type.shape.slice(streaming ? 1 : 2);
  const ofStep = (each: LayerOutput): LayerOutput => ({ ...each, shape: each.shape.slice(1) });
  const outputs = lowerLayer({
    ...context,
    spec,
    layer: {
      ...layer,
      spec,
      inputs: layer.inputs.map(ofStep),
      outputs: layer.outputs.map(ofStep),
    },
    inputs: [b.reshape(x, [batch * time, ...rest])],
    masks: [undefined],
    batch: batch * time,
    streaming: false,
  });
  return outputs.map((y) => {
    const own = y.type.shape.slice(1);
    return b.reshape(y, streaming ? [batch, ...own] : [batch, time, ...own]);
  });
}

/** Number of rows and size of the last axis. */
function lastAxis(x: Value): [number, number] {
  const { shape } = x.type;
  return [sizeOf(shape.slice(0, -1)), shape[shape.length - 1] ?? 1];
}
