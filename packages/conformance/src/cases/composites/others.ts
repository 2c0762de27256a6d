/** `softmax logSoftmax layerNorm conv1d gatedTanhSigmoid adam`. */
import {
  activationLayer,
  applyOptimizer,
  causalConv1d,
  conv1d,
  gatedTanhSigmoid,
  layerNorm,
  type ConvOptions,
  type Value,
} from '@chronograd/graph';
import type { OptimizerSpec } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import type { TensorData } from '../../data/draw.ts';
import { compositeCases, type CompositeCase } from '../../kinds/composite.ts';

const drawn = (shape: readonly number[], size = 1): TensorData => ({ shape, range: [-size, size] });

const softmax = (activation: 'softmax' | 'logSoftmax'): CompositeCase[] => {
  const on = (name: string, x: TensorData): CompositeCase => ({
    name,
    inputs: { x },
    write: (b, { x: value }) => ({ y: activationLayer(b, value as Value, activation) }),
  });
  return [
    on('over the last of three axes', drawn([2, 3, 5], 3)),
    on('one class', drawn([4, 1])),
    on('a row', drawn([7], 2)),
    on('equal classes', { shape: [2, 3], values: [4, 4, 4, -1e4, -1e4, -1e4] }),
    on('logits to 1000', {
      shape: [3, 4],
      values: [1000, -1000, 999, 3, -88, -89, -90, -87, 0, 104, 103, -104],
    }),
    on('a thousand classes', drawn([2, 1000], 4)),
  ];
};

const norm = (
  name: string,
  x: TensorData,
  {
    epsilon,
    scale = true,
    center = true,
  }: Partial<Record<'scale' | 'center', boolean>> & {
    readonly epsilon?: number;
  } = {},
): CompositeCase => {
  const size = x.shape[x.shape.length - 1] ?? 0;
  return {
    name,
    inputs: {
      x,
      ...(scale && { gamma: { shape: [size], range: [0.5, 1.5] } as const }),
      ...(center && { beta: drawn([size]) }),
    },
    write: (b, { x: value, gamma, beta }) => ({
      y: layerNorm(
        b,
        { x: value as Value, ...(gamma && { gamma }), ...(beta && { beta }) },
        epsilon === undefined ? {} : { epsilon },
      ),
    }),
  };
};

const layerNormCases: readonly CompositeCase[] = [
  norm('over the last of three axes', drawn([2, 3, 5], 2)),
  norm('small epsilon', drawn([4, 7], 0.5), { epsilon: 1e-6 }),
  norm('variance less than epsilon', drawn([3, 6], 0.01)),
  norm('scale only', drawn([3, 5]), { center: false }),
  norm('shift only', drawn([3, 5]), { scale: false }),
  norm('neither', drawn([2, 2, 4]), { scale: false, center: false }),
  // Sums of eighths, and a fourth of them, are exact in float32: the offset costs a kernel nothing
  // unless it takes the variance for the mean square less the squared mean.
  norm('offset of all elements', {
    shape: [2, 4],
    values: [1000, 1000.125, 999.5, 1001, -512, -511, -512.5, -513],
  }),
  norm('one element', drawn([3, 1])),
  norm('equal elements', { shape: [2, 3], values: [4, 4, 4, -2, -2, -2] }),
];

const conv = (
  name: string,
  sizes: {
    readonly batch?: number;
    readonly time?: number;
    readonly channels?: number;
    readonly filters?: number;
    readonly width?: number;
    readonly dilation?: number;
    readonly useBias?: boolean;
  } = {},
): CompositeCase => {
  const { batch = 2, time = 7, channels = 3, filters = 5, width = 4, dilation = 1 } = sizes;
  return {
    name,
    inputs: {
      x: drawn([batch, time, channels], 1.5),
      kernel: drawn([width, channels, filters]),
      ...(sizes.useBias !== false && { bias: drawn([filters]) }),
    },
    write: (b, { x, kernel, bias }) => ({
      y: causalConv1d(
        b,
        { x: x as Value, kernel: kernel as Value, ...(bias && { bias }) },
        { dilation },
      ),
    }),
  };
};

/** 4 channels to 8 filters by 3 taps, over 11 steps. */
const strided = (name: string, options: ConvOptions): CompositeCase => ({
  name,
  inputs: {
    x: drawn([2, 11, 4], 1.5),
    kernel: drawn([3, 4 / (options.groups ?? 1), 8]),
    bias: drawn([8]),
  },
  write: (b, { x, kernel, bias }) => ({
    y: conv1d(b, { x: x as Value, kernel: kernel as Value, bias: bias as Value }, options),
  }),
});

const convCases: readonly CompositeCase[] = [
  conv('next to each other'),
  conv('without bias', { useBias: false }),
  conv('one tap', { width: 1 }),
  conv('as wide as the sequence', { width: 7 }),
  conv('wider than the sequence', { width: 9 }),
  conv('dilation 2', { dilation: 2 }),
  conv('dilation 2, taps end with the sequence', { time: 7, width: 4, dilation: 2 }),
  conv('dilation 3, taps reach beyond the sequence', { dilation: 3 }),
  conv('dilation one less than the sequence', { width: 2, dilation: 6 }),
  conv('dilation of the sequence', { width: 2, dilation: 7 }),
  conv('dilation far beyond the sequence', { width: 3, dilation: 64 }),
  conv('one step', { time: 1, dilation: 2 }),
  conv('one channel, one filter', { channels: 1, filters: 1, dilation: 2 }),
  conv('a batch of one, long', { batch: 1, time: 70, width: 3, dilation: 16 }),
  strided('without padding', {}),
  strided('padding on both sides', { low: 2, high: 1 }),
  strided('strides 2', { strides: 2 }),
  strided('strides 3, last steps unseen', { strides: 3, high: 1 }),
  strided('strides 4, longer than the kernel', { strides: 4 }),
  strided('dilation 2, padding on both sides', { dilation: 2, low: 3, high: 4 }),
  strided('padding alone under some taps', { dilation: 5, low: 9, high: 3 }),
  strided('padding wider than the kernel', { low: 8, high: 8 }),
  strided('groups 2', { groups: 2, low: 1 }),
  strided('groups of one channel', { groups: 4, strides: 2, high: 2 }),
];

const gated = (name: string, x: TensorData): CompositeCase => ({
  name,
  inputs: { x },
  write: (b, { x: value }) => ({ y: gatedTanhSigmoid(b, value as Value) }),
});

const gatedCases: readonly CompositeCase[] = [
  gated('over time', drawn([2, 3, 8], 2)),
  gated('one channel', drawn([5, 2], 2)),
  gated('saturated', {
    shape: [2, 8],
    values: [1000, -90, 0, 3, -1000, 90, 0, 40, -20, 1e-8, 95, 1, 25, 0, -95, -3],
  }),
];

const adamStep = (
  name: string,
  optimizer: Extract<OptimizerSpec, { type: 'adam' | 'adamW' }>,
  data: Readonly<Record<'parameter' | 'gradient' | 'm' | 'v', TensorData>>,
  step: number,
): CompositeCase => ({
  name,
  inputs: data,
  gradient: false,
  write(b, { parameter, gradient, m, v }) {
    const { updates } = applyOptimizer(b, optimizer, {
      learningRate: b.constant(0.01),
      scalars: [b.constant(step)],
      updates: [
        {
          parameter: parameter as Value,
          gradient: gradient as Value,
          slots: [m as Value, v as Value],
        },
      ],
    });
    const [update] = updates;
    const [first, second] = update?.slots ?? [];
    return { parameter: update?.parameter as Value, m: first as Value, v: second as Value };
  },
});

const adam = { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, learningRate: 0 } as const;
const zero = { shape: [3, 4], range: [0, 0] } as const;
const running = {
  parameter: drawn([3, 4], 0.1),
  gradient: drawn([3, 4]),
  m: drawn([3, 4], 0.5),
  v: { shape: [3, 4], range: [0.01, 0.3] },
} as const;

const adamCases: readonly CompositeCase[] = [
  adamStep('the first step', adam, { ...running, m: zero, v: zero }, 0),
  adamStep('a later step', adam, running, 6),
  adamStep('step 100000', adam, running, 99999),
  // Parameters of zero: what is compared is the step itself.
  adamStep(
    'gradients beside epsilon',
    { ...adam, epsilon: 1e-3 },
    {
      parameter: zero,
      gradient: drawn([3, 4], 2e-3),
      m: drawn([3, 4], 1e-3),
      v: { shape: [3, 4], range: [1e-7, 1e-6] },
    },
    2,
  ),
  adamStep(
    'gradient zero',
    adam,
    { ...running, parameter: zero, gradient: zero, m: zero, v: zero },
    0,
  ),
  adamStep('other betas', { ...adam, beta1: 0.5, beta2: 0.8 }, running, 2),
  adamStep('betas zero', { ...adam, beta1: 0, beta2: 0 }, running, 2),
  adamStep('decoupled weight decay', { ...adam, type: 'adamW', weightDecay: 0.3 }, running, 3),
];

/** Cases of the composites that are not recurrent. */
export const otherCompositeCases: readonly ConformanceCase[] = [
  ...compositeCases('softmax', softmax('softmax')),
  ...compositeCases('logSoftmax', softmax('logSoftmax')),
  ...compositeCases('layerNorm', layerNormCases),
  ...compositeCases('conv1d', convCases),
  ...compositeCases('gatedTanhSigmoid', gatedCases),
  ...compositeCases('adam', adamCases),
];
