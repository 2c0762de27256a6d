/** Mutants of layers over time: convolutions, pooling, arranging, both directions, every step. */
import { conv1d, rewrite, type Builder, type Value } from '@chronograd/graph';
import { convAs } from './composites.ts';
import type { Mutant } from './mutant.ts';
import {
  compositesAs,
  decompositionsAs,
  functionsAs,
  nodesAs,
  numberOf,
  operandsOf,
  repeated,
  rewriteDeep,
} from './programs.ts';

/** A sequence with each step in the place of the one before it, and zeros in that of the last. */
function earlier(b: Builder, x: Value): Value {
  const time = x.type.shape[1] ?? 0;
  return b.pad(b.sliceAxis(x, 1, 1, time), [0, 0, 0], [0, 1, 0]);
}

/** The last axis, `groups` times `each`, as `each` times `groups`. */
function interleaved(b: Builder, x: Value, groups: number): Value {
  const [batch = 0, time = 0, width = 0] = x.type.shape;
  const apart = b.reshape(x, [batch, time, groups, width / groups]);
  return b.reshape(b.transpose(apart, [0, 1, 3, 2]), x.type.shape);
}

const normCells = ['layerNormSimpleRnn', 'layerNormLstm', 'layerNormGru'];

/** Mutants of layers over time. */
export const layerMutants: readonly Mutant[] = [
  {
    name: 'conv1d: padding at the other end',
    breaks: 'the steps of zeros before a sequence stand behind it, and those behind it before',
    change: convAs((b, operands, options) =>
      conv1d(b, operands, { ...options, low: options.high, high: options.low }),
    ),
    killedBy: [
      'layers/conv1d/causal',
      'layers/conv1d/dilation 4, causal',
      'layers/conv1d/same, even kernel',
      'layers/conv1d/Keras: causal, dilation 2',
    ],
    spares: ['layers/conv1d/valid', 'layers/conv1d/same'],
  },
  {
    name: 'conv1d: strides from the second step',
    breaks: 'a convolution with strides begins one step late',
    change: convAs((b, operands, { strides }, original) =>
      strides === 1 ? original(operands) : original({ ...operands, x: earlier(b, operands.x) }),
    ),
    killedBy: ['layers/conv1d/strides 2', 'layers/conv1d/Keras: same, strides 3'],
    spares: ['layers/conv1d/valid', 'layers/conv1d/dilation 3'],
  },
  {
    name: 'conv1d: groups mixed',
    breaks: 'the filters of a group see the channels of the next',
    change: convAs((b, operands, { groups }, original) => {
      const { x } = operands;
      const channels = x.type.shape[2] ?? 0;
      if (groups === 1) return original(operands);
      const own = channels / groups;
      const turned = [b.sliceAxis(x, 2, own, channels), b.sliceAxis(x, 2, 0, own)];
      return original({ ...operands, x: b.concat(turned, 2) });
    }),
    killedBy: [
      'layers/conv1d/groups 2',
      'layers/conv1d/Keras: groups 4, strides 2, same',
      'layers/separableConv1d/valid',
    ],
    spares: ['layers/conv1d/valid'],
  },
  {
    name: 'separableConv1d: results of each channel apart',
    breaks: 'the first results of all channels stand before the second',
    change: convAs((b, operands, { groups }, original) => {
      const y = original(operands);
      const isSeparable = groups > 1 && operands.kernel.type.shape[1] === 1;
      return isSeparable ? interleaved(b, y, groups) : y;
    }),
    killedBy: [
      'layers/separableConv1d/two results of each channel, same',
      'layers/separableConv1d/Keras: valid',
    ],
    spares: ['layers/separableConv1d/valid', 'layers/conv1d/groups 2'],
  },
  {
    name: 'conv1dTranspose: one step late',
    breaks: 'the output of a transposed convolution is shifted by one step',
    change: convAs((b, operands, { low, high, dilation }, original) => {
      const reach = ((operands.kernel.type.shape[0] ?? 1) - 1) * dilation;
      const isWhole = reach > 0 && low === reach && high === reach;
      return isWhole ? original({ ...operands, x: earlier(b, operands.x) }) : original(operands);
    }),
    killedBy: [
      'layers/conv1dTranspose/valid',
      'layers/conv1dTranspose/same, strides 2',
      'layers/conv1dTranspose/Keras: valid, 3 taps, strides 2',
    ],
    spares: ['layers/conv1d/valid', 'layers/conv1d/same', 'layers/conv1d/causal'],
  },
  {
    name: 'upSampling1d: blockwise',
    breaks: 'the whole sequence is repeated, not each of its steps',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const found = node.op === 'reshape' && operandsOf(context, inputs[0], 'broadcastTo');
      const [source] = found || [];
      if (source?.type.shape.length !== 4 || source.type.shape[2] !== 1) return undefined;
      const [batch = 0, time = 0, , features = 0] = source.type.shape;
      const x = b.reshape(source, [batch, time, features]);
      const times = inputs[0]?.type.shape[2] ?? 1;
      return [b.concat(Array<Value>(times).fill(x), 1)];
    }),
    killedBy: [
      'layers/upSampling1d/three times',
      'layers/upSampling1d/Keras: each step three times',
    ],
    spares: ['layers/repeatVector/a vector', 'layers/conv1d/valid'],
  },
  {
    name: 'cropping1d: ends swapped',
    breaks: 'what is to go at the end goes at the beginning',
    change: nodesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'slice' || x?.type.shape.length !== 3) return undefined;
      const { starts, limits } = node.attributes;
      const time = x.type.shape[1] ?? 0;
      return [b.sliceAxis(x, 1, time - (limits[1] ?? 0), time - (starts[1] ?? 0))];
    }),
    killedBy: ['layers/cropping1d/both ends', 'layers/cropping1d/Keras: both ends'],
    spares: ['layers/zeroPadding1d/both ends'],
  },
  {
    name: 'zeroPadding1d: ends swapped',
    breaks: 'the zeros that are to stand behind stand before',
    change: nodesAs(({ b, node, inputs: [x] }) =>
      node.op === 'pad' && x ? [b.pad(x, node.attributes.high, node.attributes.low)] : undefined,
    ),
    killedBy: ['layers/zeroPadding1d/both ends', 'layers/zeroPadding1d/Keras: both ends'],
    spares: ['layers/cropping1d/both ends'],
  },
  {
    name: 'maxPooling1d: padding counts as zero',
    breaks: 'where all steps are below zero, the padding is the greatest',
    change: nodesAs(({ b, node, inputs: [x] }) =>
      node.op === 'pad' && x && node.attributes.value < -1e38
        ? [b.pad(x, node.attributes.low, node.attributes.high)]
        : undefined,
    ),
    killedBy: ['layers/maxPooling1d/same, 3 steps, strides 2'],
    spares: ['layers/maxPooling1d/overlapping'],
  },
  {
    name: 'averagePooling1d: padding counted',
    breaks: 'the sum is divided by the size of the pool where less steps are there',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const [sum, shares] = inputs;
      const source = shares && context.producer(repeated(context, shares));
      if (node.op !== 'mul' || !sum || source?.op !== 'constant') return undefined;
      const { shape, value } = source.attributes;
      const isShares = shape.length === 3 && value.length > 1 && shape[1] === value.length;
      return isShares ? [b.mul(sum, Math.min(...value))] : undefined;
    }),
    killedBy: [
      'layers/averagePooling1d/same, 3 steps, strides 2',
      'layers/averagePooling1d/Keras: same, 5 steps, strides 1',
    ],
    spares: [
      'layers/averagePooling1d/pairs, last step left out',
      'layers/maxPooling1d/overlapping',
    ],
  },
  {
    name: 'globalAveragePooling1d: padding counted',
    breaks: 'the mean of a masked sequence is over all of its steps',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const [sum, count] = inputs;
      const limited = node.op === 'div' && count && repeated(context, count);
      const [steps] = (limited && operandsOf(context, limited, 'max')) || [];
      const [there] = (steps && operandsOf(context, steps, 'reduceSum')) || [];
      return there && sum ? [b.div(sum, there.type.shape[1] ?? 1)] : undefined;
    }),
    killedBy: ['layers/globalAveragePooling1d/Keras: mask of time'],
    spares: ['layers/globalAveragePooling1d/all steps'],
  },
  {
    name: 'embedding: off by one',
    breaks: 'a number stands for the row of the next',
    change: nodesAs(({ b, node, inputs: [table, indices] }) => {
      if (node.op !== 'gather' || !table || !indices) return undefined;
      const rows = table.type.shape[0] ?? 0;
      const turned = [b.sliceAxis(table, 0, 1, rows), b.sliceAxis(table, 0, 0, 1)];
      return [b.gather(b.concat(turned, 0), indices)];
    }),
    killedBy: [
      'layers/embedding/rows of a table, some twice',
      'layers/embedding/Keras: rows of a table',
    ],
    spares: ['layers/dense/of vectors'],
  },
  {
    name: 'bidirectional: backwards left as computed',
    breaks: 'the outputs of the backward layer are not put in the order of time',
    change: nodesAs(({ node, inputs: [x], producer }) =>
      node.op === 'reverse' && x && producer(x)?.op === 'composite' ? [x] : undefined,
    ),
    killedBy: [
      'layers/bidirectional/gru, the sequence',
      'layers/bidirectional/gru, two outputs of masked steps, each read by a layer',
      'layers/bidirectional/Keras: gru, sum',
    ],
    spares: [
      'layers/bidirectional/gru, concat, the last output',
      'layers/gru/the sequence backwards',
    ],
  },
  {
    name: 'bidirectional: mean without its half',
    breaks: 'the mean of both directions is their sum',
    change: nodesAs((context) => {
      const { node, inputs } = context;
      const [sum, half] = inputs;
      const isMean = node.op === 'mul' && numberOf(context, half) === 0.5;
      return isMean && sum && operandsOf(context, sum, 'add') ? [sum] : undefined;
    }),
    killedBy: ['layers/bidirectional/gru, ave, the last output'],
    spares: ['layers/bidirectional/gru, sum, the last output'],
  },
  {
    name: 'bidirectional: two outputs swapped',
    breaks: 'the output of the forward layer is given for that of the backward one',
    change: functionsAs((func, entry, program) => {
      const names = program.entries[entry]?.outputs.map(({ name }) => name) ?? [];
      const place = (name: string): number =>
        names.indexOf(
          name.endsWith(':forward')
            ? name.replace(':forward', ':backward')
            : name.replace(':backward', ':forward'),
        );
      const outputs = func.outputs.map((id, i) => {
        const other = /:(for|back)ward$/.test(names[i] ?? '') ? place(names[i] ?? '') : i;
        return func.outputs[other] ?? id;
      });
      return { ...func, outputs };
    }),
    killedBy: ['layers/bidirectional/lstm, two outputs, states and last steps'],
    spares: ['layers/bidirectional/gru, the sequence'],
  },
  {
    name: 'timeDistributed: steps outermost',
    breaks: 'what comes of the steps is laid out as if they stood before the batch',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const [y] = inputs;
      if (node.op !== 'reshape' || !y || context.producer(y)?.op !== 'composite') return undefined;
      const [batch = 0, time = 0, ...rest] = node.attributes.shape;
      if (y.type.shape[0] !== batch * time || y.type.shape.length !== rest.length + 1)
        return undefined;
      const turned = b.reshape(y, [time, batch, ...rest]);
      return [b.transpose(turned, [1, 0, ...rest.map((_, i) => i + 2)])];
    }),
    killedBy: [
      'layers/timeDistributed/gru at every step, its sequences read by a dense layer',
      'layers/timeDistributed/Keras: lstm at every step',
    ],
    spares: ['layers/lstm/the last output', 'layers/dense/over time'],
  },
  {
    name: 'cells: layer normalisation with epsilon outside of the root',
    breaks: 'inside of cells epsilon is added to the deviation, not to the variance',
    change: decompositionsAs(normCells, (decomposition) =>
      rewriteDeep(decomposition, (context) => {
        const { b, node, inputs } = context;
        const parts = node.op === 'sqrt' && operandsOf(context, inputs[0], 'add');
        if (!parts) return undefined;
        const [variance, epsilon] = parts as [Value, Value];
        return [b.add(b.sqrt(variance), epsilon)];
      }),
    ),
    killedBy: [
      'layers/lstm/layer normalisation, everything backwards from given states',
      'layers/gru/Keras: layer normalisation, no shift',
      'layers/simpleRnn/layer normalisation, the last output',
    ],
    spares: ['layers/lstm/the last output', 'layers/gru/the sequence'],
  },
  {
    name: 'cells: layer normalisation without its scale',
    breaks: 'what a cell normalises is not multiplied by gamma',
    change: compositesAs(normCells, ({ b, inputs, options, original }) => {
      const norms = options['norms'] as readonly string[];
      const first = inputs.length - norms.length;
      const isScale = (i: number): boolean => /gamma$/i.test(norms[i - first] ?? '');
      return original(inputs.map((x, i) => (isScale(i) ? b.constant(1, x.type.shape) : x)));
    }),
    killedBy: [
      'layers/simpleRnn/layer normalisation, the last output',
      'layers/lstm/Keras: layer normalisation',
    ],
    spares: [
      'layers/lstm/the last output',
      'layers/simpleRnn/Keras: layer normalisation, no scale, backwards',
    ],
  },
  {
    name: 'rnn: the mask on the state ignored',
    breaks: 'recurrentDropout of a written cell drops nothing',
    change: nodesAs(({ b, node, inputs }) => {
      if (node.op !== 'scan') return undefined;
      const { consts, carries } = node.attributes;
      const { inputs: own } = node.attributes.body;
      const [masks, states] = [own.slice(0, consts), own.slice(consts, consts + carries)];
      const body = rewrite(node.attributes.body, ({ node: each, inputs: [x] }) => {
        const [state = -1, mask = -1] = each.inputs;
        const isMasked = each.op === 'mul' && states.includes(state) && masks.includes(mask);
        return isMasked && x ? [x] : undefined;
      });
      return b.emit('scan', inputs, { ...node.attributes, body });
    }),
    killedBy: [
      'training/dropout/a written gru, on the state',
      'training/dropout/a written cell of two states, on both and on the input, in both directions',
    ],
    spares: ['training/dropout/gru, on the state', 'layers/rnn/a gru'],
  },
];
