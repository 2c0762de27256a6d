/** Mutants of composites that are not recurrent, and of activations. */
import {
  conv1d,
  type Builder,
  type ConvOperands,
  type ConvOptions,
  type Value,
} from '@chronograd/graph';
import type { Change, Mutant } from './mutant.ts';
import { compositesAs, numberOf, operandsOf, primitivesAs } from './programs.ts';

/** Writes convolutions anew. */
export function convAs(
  write: (
    b: Builder,
    operands: ConvOperands,
    options: Required<ConvOptions>,
    original: (operands: ConvOperands) => Value,
  ) => Value,
): Change {
  return compositesAs(['conv1d'], ({ b, inputs, options, original }) => {
    const [x, kernel, bias] = inputs as [Value, Value, Value?];
    const operands = { x, kernel, ...(bias && { bias }) };
    const run = (other: ConvOperands): Value =>
      original([other.x, other.kernel, ...(other.bias ? [other.bias] : [])])[0] as Value;
    const named = ['low', 'high', 'strides', 'dilation', 'groups'] as const;
    const given = named.map((name) => [name, Number(options[name])] as const);
    return [write(b, operands, Object.fromEntries(given) as Required<ConvOptions>, run)];
  });
}

/** Writes layer normalisations anew. */
export function normAs(
  write: (b: Builder, centred: Value, variance: Value, epsilon: number) => Value,
): Change {
  return compositesAs(['layerNorm'], ({ b, inputs, options }) => {
    const [x, ...rest] = inputs as [Value, ...Value[]];
    const axis = x.type.shape.length - 1;
    const centred = b.sub(x, b.reduceMean(x, [axis], true));
    const variance = b.reduceMean(b.mul(centred, centred), [axis], true);
    const normalised = write(b, centred, variance, Number(options['epsilon']));
    const scaled =
      options['scale'] === true ? b.mul(normalised, rest.shift() as Value) : normalised;
    return [options['center'] === true ? b.add(scaled, rest.shift() as Value) : scaled];
  });
}

/** Mutants of composites and activations. */
export const compositeMutants: readonly Mutant[] = [
  {
    name: 'dilation off by one',
    breaks: 'taps of a convolution stand one step further apart',
    change: convAs((b, operands, options) => {
      const more = (operands.kernel.type.shape[0] ?? 1) - 1;
      const { dilation, low } = options;
      return conv1d(b, operands, { ...options, dilation: dilation + 1, low: low + more });
    }),
    killedBy: [
      'composites/conv1d/next to each other',
      'composites/conv1d/dilation 2',
      'composites/conv1d/dilation 2, taps end with the sequence',
    ],
    spares: ['composites/conv1d/one tap', 'composites/conv1d/one step'],
  },
  {
    name: 'dilation ignored',
    breaks: 'taps of a convolution stand next to each other whatever the dilation',
    change: convAs((b, operands, options) => {
      const less = (options.dilation - 1) * ((operands.kernel.type.shape[0] ?? 1) - 1);
      return conv1d(b, operands, { ...options, dilation: 1, low: options.low - less });
    }),
    killedBy: ['composites/conv1d/dilation 2', 'composites/conv1d/a batch of one, long'],
    spares: ['composites/conv1d/next to each other'],
  },
  {
    name: 'causal convolution that looks ahead',
    breaks: 'the last tap meets the step that follows',
    change: convAs((b, operands, _options, original) => {
      const { x } = operands;
      const [, time = 0] = x.type.shape;
      const ahead = b.pad(b.sliceAxis(x, 1, 1, time), [0, 0, 0], [0, 1, 0]);
      return original({ ...operands, x: ahead });
    }),
    killedBy: ['composites/conv1d/next to each other', 'composites/conv1d/one tap'],
    spares: ['composites/gatedTanhSigmoid/over time'],
  },
  {
    name: 'causal convolution with the kernel turned round',
    breaks: 'the first tap meets the present step',
    change: convAs((b, operands, _options, original) =>
      original({ ...operands, kernel: b.reverse(operands.kernel, [0]) }),
    ),
    killedBy: ['composites/conv1d/dilation 2', 'composites/conv1d/one step'],
    spares: ['composites/conv1d/one tap'],
  },
  {
    name: 'halves of the gated activation swapped',
    breaks: 'the gate is squashed by tanh, and what it gates by the sigmoid',
    change: compositesAs(['gatedTanhSigmoid'], ({ b, inputs: [x], original }) => {
      const value = x as Value;
      const axis = value.type.shape.length - 1;
      return original([b.concat(b.split(value, axis, 2).reverse(), axis)]);
    }),
    killedBy: [
      'composites/gatedTanhSigmoid/over time',
      'composites/gatedTanhSigmoid/one channel, gradient',
    ],
    spares: ['composites/conv1d/dilation 2'],
  },
  {
    name: 'layerNorm: epsilon outside of the root',
    breaks: 'epsilon is added to the standard deviation rather than to the variance',
    change: normAs((b, centred, variance, epsilon) =>
      b.div(centred, b.add(b.sqrt(variance), epsilon)),
    ),
    killedBy: [
      'composites/layerNorm/over the last of three axes',
      'composites/layerNorm/variance less than epsilon',
    ],
    spares: ['composites/softmax/over the last of three axes'],
  },
  {
    name: 'layerNorm: variance of a sample',
    breaks: 'squares are divided by their number less one',
    change: normAs((b, centred, variance, epsilon) => {
      const size = centred.type.shape[centred.type.shape.length - 1] ?? 1;
      const corrected = b.mul(variance, size > 1 ? size / (size - 1) : 1);
      return b.div(centred, b.sqrt(b.add(corrected, epsilon)));
    }),
    killedBy: ['composites/layerNorm/over the last of three axes', 'composites/layerNorm/neither'],
    spares: ['composites/layerNorm/equal elements', 'composites/layerNorm/one element'],
  },
  {
    name: 'softmax without the shift',
    breaks: 'powers are taken of the logits themselves, so that great ones overflow',
    change: compositesAs(['softmax', 'logSoftmax'], ({ b, name, inputs: [x] }) => {
      const powers = b.exp(x as Value);
      const axis = powers.type.shape.length - 1;
      const share = b.div(powers, b.reduceSum(powers, [axis], true));
      return [name === 'softmax' ? share : b.log(share)];
    }),
    killedBy: ['composites/softmax/logits to 1000', 'composites/logSoftmax/logits to 1000'],
    spares: [
      'composites/softmax/over the last of three axes',
      'composites/logSoftmax/over the last of three axes',
    ],
  },
  {
    name: "hardSigmoid of Keras 2 and ONNX's default",
    breaks: 'the slope of hardSigmoid is 0.2 rather than 1/6',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      const [x, y] = inputs;
      return node.op === 'mul' && x && numberOf(context, y) === 1 / 6 ? [b.mul(x, 0.2)] : undefined;
    }),
    killedBy: [
      'layers/dense/hardSigmoid',
      'composites/lstm/elu and hardSigmoid, decomposed',
      'layers/gru/other activations',
    ],
    spares: ['layers/dense/sigmoid', 'composites/lstm/from given states'],
  },
  {
    name: 'gelu by tanh',
    breaks: 'gelu is the approximation by tanh, not the exact one',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      const [x, y] = operandsOf(context, inputs[0], 'mul') ?? [];
      if (node.op !== 'erf' || !x || numberOf(context, y) !== Math.SQRT1_2) return undefined;
      const cube = b.mul(b.mul(b.mul(x, x), x), 0.044715);
      return [b.tanh(b.mul(b.add(x, cube), Math.sqrt(2 / Math.PI)))];
    }),
    killedBy: ['layers/dense/gelu', 'layers/activation/gelu', 'layers/activation/gelu, saturated'],
    spares: ['layers/dense/silu', 'primitives/erf/drawn numbers'],
  },
  {
    name: 'tanh that overflows',
    breaks: 'tanh is (e²ˣ - 1) / (e²ˣ + 1) in float32, which is infinity over infinity beyond 44',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'tanh' || !x) return undefined;
      const twice = b.mul(x, 2);
      const power = b.select(b.less(88.72, twice), Infinity, b.exp(twice));
      return [b.div(b.sub(power, 1), b.add(power, 1))];
    }),
    killedBy: [
      'primitives/tanh/saturating numbers',
      'composites/lstm/all gates saturated',
      'composites/gatedTanhSigmoid/saturated',
      'layers/activation/tanh, saturated',
    ],
    spares: ['primitives/tanh/drawn numbers', 'composites/lstm/from given states'],
  },
];
