/** Mutants of whole models: batch normalisation, penalties of outputs, WaveNet, its queues. */
import type { HostTensor } from '@chronograd/backend';
import { rewrite, type Builder, type Entry, type Value } from '@chronograd/graph';
import { tensorOf } from '../data/draw.ts';
import { feedsAs } from './executables.ts';
import type { Change, Mutant } from './mutant.ts';
import { functionsAs, nodesAs, numberOf, operandsOf, type Context } from './programs.ts';

/** A moving average at its step, `kept momentum + seen (1 - momentum)`. */
interface Move {
  readonly b: Builder;
  readonly kept: Value;
  readonly seen: Value;
  readonly momentum: number;
  /** What `seen` was divided by, of a mean over so many. */
  readonly count: number;
  readonly context: Context;
}

/** Writes the new values of moving averages anew, where their names end like this. */
function movesAs(ending: RegExp, write: (move: Move) => Value): Change {
  return functionsAs((func, name, program) => {
    const entry = program.entries[name];
    const first = entry?.outputs.length ?? 0;
    const places = new Set(
      (entry?.writes ?? []).flatMap((own, i) =>
        ending.test(own) ? [func.outputs[first + i]] : [],
      ),
    );
    return rewrite(func, (context) => {
      const { b, node, inputs } = context;
      if (node.op !== 'add' || !places.has(node.outputs[0])) return undefined;
      const [old, moved] = inputs.map((part) => operandsOf(context, part, 'mul'));
      const [kept, momentum] = old as [Value, Value];
      const [seen] = moved as [Value, Value];
      const share = numberOf(context, operandsOf(context, seen, 'mul')?.[1]) ?? 1;
      return [
        write({
          b,
          kept,
          seen,
          momentum: numberOf(context, momentum) ?? 0,
          count: Math.round(1 / share),
          context,
        }),
      ];
    });
  });
}

/** `kept momentum + seen (1 - momentum)` */
export function moved({ b, kept, seen, momentum }: Omit<Move, 'count' | 'context'>): Value {
  return b.add(b.mul(kept, momentum), b.mul(seen, 1 - momentum));
}

/** Moving averages as they are, for what must fail in nothing. */
export const movesUnchanged: Change = movesAs(/moving/, moved);

/** What a sum of several is made of, from the left. */
function addendsOf(context: Context, sum: Value): readonly Value[] {
  const parts = operandsOf(context, sum, 'add');
  return parts ? parts.flatMap((part) => addendsOf(context, part)) : [sum];
}

/** Leaves away of what goes into each gated activation some that is added to its convolution. */
function conditionedAs(isLeftAway: (context: Context, addend: Value) => boolean): Change {
  return nodesAs((context) => {
    const { b, node, inputs } = context;
    if (node.op !== 'composite' || node.attributes.name !== 'gatedTanhSigmoid') return undefined;
    const [first, ...others] = addendsOf(context, inputs[0] as Value) as [Value, ...Value[]];
    const left = others.filter((each) => !isLeftAway(context, each));
    if (left.length === others.length) return undefined;
    const { name, options, decomposition } = node.attributes;
    return b.composite(name, options, decomposition, [left.reduce((x, y) => b.add(x, y), first)]);
  });
}

const isConvolution = ({ producer }: Context, value: Value): boolean => {
  const node = producer(value);
  return node?.op === 'composite' && node.attributes.name === 'conv1d';
};

/** Leaves states of these names as they are when the entry has run, while streaming or generating. */
function keptAs(state: RegExp): Change {
  return functionsAs((func, entry, program) => {
    const { inputs, reads, outputs, writes } = program.entries[entry] as Entry;
    if (entry !== 'stream' && entry !== 'generate') return func;
    return {
      ...func,
      outputs: func.outputs.map((id, i) => {
        const name = writes[i - outputs.length] ?? '';
        const before = func.inputs[inputs.length + reads.indexOf(name)];
        return state.test(name) && before !== undefined ? before : id;
      }),
    };
  });
}

/** Feeds the entry `generate` other numbers under a name. */
function fedAs(name: string, change: (values: readonly number[]) => readonly number[]): Change {
  return feedsAs(() => (feeds, entry) => {
    const given = feeds[name];
    if (entry !== 'generate' || !given) return feeds;
    const { dtype, shape, data } = given as HostTensor;
    return { ...feeds, [name]: tensorOf(dtype, shape, change(Array.from(data, Number))) };
  });
}

const sharing = 'models/batch normalisation that shares its averages';
const penalties = 'models/outputs held by penalties';
const wavenet = (name: string): string => `models/wavenet/Keras: ${name}`;

/** Mutants of whole models. */
export const topologyMutants: readonly Mutant[] = [
  {
    name: 'batchNormalization: variance of a sample',
    breaks: 'the moving variance takes up sums divided by n - 1',
    change: movesAs(/movingVariance$/, (move) => {
      const { b, seen, count } = move;
      return moved({ ...move, seen: b.mul(seen, count / (count - 1)) });
    }),
    killedBy: [
      `${sharing}/1, 5 and 20 steps of SGD`,
      'models/convolution and batch normalisation, held by penalties and norms, mse, sgd/Keras: 20 steps',
    ],
    spares: ['layers/batchNormalization/by moving averages', `${sharing}/predict`],
  },
  {
    name: 'batchNormalization: momentum turned round',
    breaks: 'momentum is the share of the averages that goes, not of what stays',
    change: movesAs(/moving(Mean|Variance)$/, (move) =>
      moved({ ...move, momentum: 1 - move.momentum }),
    ),
    killedBy: [
      `${sharing}/1, 5 and 20 steps of Adam`,
      'layers/batchNormalization/Keras: mask of time',
    ],
    spares: ['layers/batchNormalization/by moving averages', `${sharing}/predict`],
  },
  {
    name: 'batchNormalization: shared averages moved once',
    breaks: 'of two layers that share their averages the second undoes the move of the first',
    change: movesAs(/moving(Mean|Variance)$/, (move) => {
      const [before] = operandsOf(move.context, move.kept, 'add') ?? [];
      const [first] = (before && operandsOf(move.context, before, 'mul')) ?? [];
      return moved({ ...move, kept: first ?? move.kept });
    }),
    killedBy: [
      `${sharing}/1, 5 and 20 steps of SGD`,
      'models/batch normalisation that shares its averages, mse, sgd/Keras: 20 steps',
    ],
    spares: [
      'models/convolution and batch normalisation, held by penalties and norms, mse, sgd/Keras: 20 steps',
    ],
  },
  {
    name: 'batchNormalization: epsilon outside of the root',
    breaks: 'epsilon is added to the deviation, not to the variance',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const parts = node.op === 'sqrt' && operandsOf(context, inputs[0], 'add');
      if (!parts) return undefined;
      const [variance, epsilon] = parts as [Value, Value];
      return [b.add(b.sqrt(variance), epsilon)];
    }),
    killedBy: [
      'layers/batchNormalization/by moving averages',
      'layers/batchNormalization/Keras: without centre',
    ],
    spares: ['layers/layerNormalization/over time', 'layers/dense/of vectors'],
  },
  {
    name: 'penalties of outputs not divided by the batch',
    breaks: 'activityRegularizer adds the sum over the batch',
    change: functionsAs((func, entry, program) => {
      const batch = program.entries[entry]?.inputs[0]?.type.shape[0] ?? 1;
      return rewrite(func, (context) => {
        const { node, inputs } = context;
        const [sum, share] = inputs;
        const isShare = node.op === 'mul' && sum?.type.shape.length === 0;
        const factor = isShare ? (numberOf(context, share) ?? 0) : 0;
        return sum && Math.abs(factor * batch - 1) < 1e-6 ? [sum] : undefined;
      });
    }),
    killedBy: [
      `${penalties}/1, 5 and 20 steps of SGD`,
      'models/recurrent layers with penalties on their outputs, mse, sgd/Keras: 20 steps',
    ],
    spares: [`${penalties}/predict`, 'models/lstm/1, 5 and 20 steps of SGD'],
  },
  {
    name: 'wavenet: the last layer missing in the sum of skips',
    breaks: 'what the last layer gives reaches no output',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const [, zero, total] = inputs;
      if (node.op !== 'select' || numberOf(context, zero) !== 0 || !total) return undefined;
      const [others] = operandsOf(context, total, 'add') ?? [];
      return others && [b.max(others, 0)];
    }),
    killedBy: [wavenet('two stacks, linear'), wavenet('local conditioning, softmax')],
    spares: ['layers/conv1d/a stack of dilations', 'layers/activation/relu'],
  },
  {
    name: 'wavenet: nothing but the residual',
    breaks: 'a layer passes on what it has computed without what it has read',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const isConv = node.op === 'composite' && node.attributes.name === 'conv1d';
      const [x, kernel] = inputs as [Value, Value];
      const isWide = isConv && (kernel.type.shape[0] ?? 1) > 1;
      const [, computed] = (isWide && operandsOf(context, x, 'add')) || [];
      if (!computed || node.op !== 'composite') return undefined;
      const { name, options, decomposition } = node.attributes;
      return b.composite(name, options, decomposition, [computed, ...inputs.slice(1)]);
    }),
    killedBy: [wavenet('two stacks, linear'), wavenet('global conditioning, logistics')],
    spares: ['layers/conv1d/a stack of dilations'],
  },
  {
    name: 'wavenet: local conditioning ignored',
    breaks: 'what stands beside a sequence step by step is not added to the gates',
    change: conditionedAs(isConvolution),
    killedBy: [wavenet('local conditioning, softmax'), wavenet('both, gaussian')],
    spares: [wavenet('two stacks, linear'), wavenet('global conditioning, logistics')],
  },
  {
    name: 'wavenet: global conditioning ignored',
    breaks: 'the vector that stands beside a sequence is not added to the gates',
    change: conditionedAs((context, value) => !isConvolution(context, value)),
    killedBy: [wavenet('global conditioning, logistics'), wavenet('both, gaussian')],
    spares: [wavenet('two stacks, linear'), wavenet('local conditioning, softmax')],
  },
  {
    name: 'queues: one step off',
    breaks: 'a tap of a streamed convolution meets the step after its own',
    change: functionsAs((func, entry) =>
      rewrite(func, ({ b, node, inputs: [x], producer }) => {
        if (entry !== 'stream' || node.op !== 'slice' || x?.type.shape.length !== 3)
          return undefined;
        const [, from = 0] = node.attributes.starts;
        const [, to = 0] = node.attributes.limits;
        const isTap = producer(x)?.op === 'concat' && to - from === 1;
        return isTap && to < (x.type.shape[1] ?? 0)
          ? [b.sliceAxis(x, 1, from + 1, to + 1)]
          : undefined;
      }),
    ),
    killedBy: ['state/streaming/dilated convolutions, equals one long call'],
    spares: ['state/streaming/lstm, equals one long call', 'layers/conv1d/a stack of dilations'],
  },
  {
    name: 'queues: never moved on',
    breaks: 'a streamed convolution forgets each step that it has read',
    change: keptAs(/^stream\/.+\/queue$/),
    killedBy: [
      'state/streaming/dilated convolutions, equals one long call',
      'state/generation/wavenet',
    ],
    spares: [
      'state/streaming/lstm, equals one long call',
      'state/generation/lstm, drawn from a normal distribution',
    ],
  },
  {
    name: 'generation: the last step lost',
    breaks: 'a call begins with the step that the one before began with',
    change: keptAs(/^stream\/sample$/),
    killedBy: ['state/generation/wavenet', 'state/generation/gru between causal convolutions'],
    spares: ['state/streaming/dilated convolutions, equals one long call'],
  },
  {
    name: 'generation: given steps ignored',
    breaks: 'a model goes on with its own steps where some are given',
    change: fedAs('isForced', (given) => given.map(() => 0)),
    killedBy: ['state/generation/wavenet', 'state/generation/gru between causal convolutions'],
    spares: ['state/streaming/lstm, equals one long call'],
  },
  {
    name: 'generation: temperature ignored',
    breaks: 'steps are drawn at temperature 1 whatever is asked for',
    change: fedAs('temperature', () => [1]),
    killedBy: [
      'state/generation/lstm, drawn from a normal distribution',
      'state/generation/wavenet, drawn from a mixture of logistics',
    ],
    spares: ['state/generation/wavenet'],
  },
  {
    name: 'generation: one key for all steps',
    breaks: 'the steps of a call are all drawn by the first key',
    change: fedAs('keys', (keys) => keys.map((_, i) => keys[i % 2] ?? 0)),
    killedBy: [
      'state/generation/wavenet, drawn from classes',
      'state/generation/lstm, drawn from a normal distribution',
    ],
    spares: ['state/generation/wavenet'],
  },
];
