/** Mutants of training steps: what is fed, losses, dropout. */
import type { Feeds, HostTensor } from '@chronograd/backend';
import { rewrite, type Builder, type Program, type Value } from '@chronograd/graph';
import type { Change, Mutant } from './mutant.ts';
import { functionsAs, numberOf, operandsOf, primitivesAs, repeated } from './programs.ts';
import { feedsAs } from './executables.ts';

/** Changes the numbers of a feed of this name. */
function feedAs(
  name: string,
  change: (values: Float32Array) => ArrayLike<number>,
): (feeds: Feeds) => Feeds {
  return (feeds) => {
    const tensor = feeds[name] as HostTensor<'float32'> | undefined;
    if (!tensor) return feeds;
    const data = Float32Array.from(change(tensor.data));
    return { ...feeds, [name]: { ...tensor, data } };
  };
}

/** Mutants of training steps. */
export const trainingMutants: readonly Mutant[] = [
  {
    name: 'learning rate of the first step',
    breaks: 'the learning rate that is fed first is taken at every step',
    change: feedsAs(() => {
      let first: Float32Array | undefined;
      return feedAs('learningRate', (rate) => (first ??= rate));
    }),
    killedBy: [
      'training/learning rate/changes from step to step',
      'models/lstm/1, 5 and 20 steps of SGD',
    ],
    spares: [
      'training/learning rate/zero keeps the parameters',
      'training/mse/mean',
      'composites/adam/a later step',
    ],
  },
  {
    name: 'sample weights ignored',
    breaks: 'every sample and step weighs the same',
    change: feedsAs(() => feedAs('sampleWeights', (weights) => weights.map(() => 1))),
    killedBy: [
      'training/mse/mean, weights of samples',
      'training/huber/errors on both sides of delta, weights of steps',
      'models/stacked/1, 5 and 20 steps of SGD',
    ],
    spares: ['training/mse/mean', 'training/mae/mean'],
  },
  {
    name: 'mean over weights',
    breaks: 'the weighted sum is divided by the sum of weights, not by the number of elements',
    change: feedsAs(() =>
      feedAs('sampleWeights', (weights) => {
        const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
        return weights.map((weight) => weight / mean);
      }),
    ),
    killedBy: [
      'training/mse/mean, weights of samples',
      'training/sparseCategoricalCrossentropy/from logits, weights of steps',
      'training/several outputs/each its own loss, with metrics of each',
    ],
    spares: ['training/mse/mean'],
  },
  {
    name: 'targets of the step before',
    breaks: 'targets arrive one call late',
    change: feedsAs(() => {
      let late: Float32Array | undefined;
      return feedAs('targets', (targets) => {
        const values = late ?? targets;
        late = targets.slice();
        return values;
      });
    }),
    killedBy: ['training/mse/mean', 'models/gru/1, 5 and 20 steps of Adam'],
    spares: ['layers/dense/of vectors'],
  },
  {
    name: 'huber: delta off',
    breaks: 'errors become linear a tenth later than delta',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      if (node.op !== 'less' || !operandsOf(context, inputs[1], 'abs')) return undefined;
      const delta = numberOf(context, inputs[0]);
      return delta === undefined ? undefined : [b.less(delta * 1.1, inputs[1] as Value)];
    }),
    killedBy: [
      'training/huber/errors on both sides of delta',
      'models/gru/1, 5 and 20 steps of SGD',
    ],
    spares: ['training/mae/mean', 'training/mse/mean'],
  },
  {
    name: 'huber: gradient not clipped',
    breaks: 'the gradient of huber is that of its square everywhere',
    change: primitivesAs((context) => {
      const { node, inputs } = context;
      if (node.op !== 'select') return undefined;
      // The gradient of the side that is not chosen: select(isLarge, 0, gradient).
      const [condition, zero, gradient] = inputs as [Value, Value, Value];
      const [, size] = operandsOf(context, condition, 'less') ?? [];
      const isSquare = operandsOf(context, size, 'abs') && numberOf(context, zero) === 0;
      return isSquare ? [gradient] : undefined;
    }),
    killedBy: [
      'training/huber/errors on both sides of delta',
      'models/gru/1, 5 and 20 steps of SGD',
    ],
    spares: ['training/mae/mean', 'training/mse/mean'],
  },
  {
    name: 'dropout not scaled',
    breaks: 'what dropout keeps is not scaled up',
    change: dropoutAs((b, dropped) => b.select(dropped, 0, b.constant(1))),
    killedBy: [
      'training/dropout/a layer',
      'training/dropout/lstm, on the input',
      'models/dropout/1, 5 and 20 steps of SGD',
    ],
    spares: ['training/dropout/rate 0', 'models/dropout/predict'],
  },
  {
    name: 'dropout drops the rest',
    breaks: 'dropout keeps what it should drop, and drops what it should keep',
    change: dropoutAs((b, dropped, scale) => b.select(dropped, b.constant(scale), 0)),
    killedBy: ['training/dropout/a layer', 'training/dropout/gru, on the state'],
    spares: ['training/dropout/rate 0', 'models/dropout/predict'],
  },
  {
    name: 'dropout in evaluation',
    breaks: 'inputs of a model that drops are dropped while it is evaluated as well',
    change: functionsAs((func, entry, program) =>
      entry === 'evaluate' && drops(program)
        ? rewrite(func, ({ b, node, inputs }) => {
            const [x, kernel] = inputs;
            if (node.op !== 'matmul' || !x || !kernel) return undefined;
            const every = b.iota('int32', x.type.shape, x.type.shape.length - 1);
            return [b.matmul(b.select(b.equal(every, 1), 0, x), kernel, node.attributes)];
          })
        : func,
    ),
    killedBy: ['training/dropout/a layer', 'training/dropout/rate 0.9'],
    spares: ['training/dropout/rate 0', 'models/dropout/predict', 'training/mse/mean'],
  },
  {
    name: 'another random stream',
    breaks: 'random words are those of the next stream',
    change: primitivesAs(({ b, node, inputs: [key] }) => {
      if (node.op !== 'randomBits' || !key) return undefined;
      const { shape, stream } = node.attributes;
      return [b.randomBits(key, shape, (stream + 1) % 2 ** 32)];
    }),
    killedBy: [
      'primitives/randomBits/another stream under the same key',
      'training/dropout/a layer',
      'training/dropout/lstm, on both',
    ],
    spares: ['training/dropout/rate 0', 'models/dropout/predict'],
  },
  {
    name: 'one random stream for all',
    breaks: 'draws under one key are all the same',
    change: primitivesAs(({ b, node, inputs: [key] }) =>
      node.op === 'randomBits' && key ? [b.randomBits(key, node.attributes.shape, 2)] : undefined,
    ),
    killedBy: [
      'primitives/randomBits/two draws under one key',
      'training/dropout/two layers of the same shape draw differently',
    ],
    spares: ['training/dropout/a layer'],
  },
  {
    name: 'seed through float32',
    breaks: 'words of the seed are rounded to 24 binary digits',
    change: feedsAs(() => (feeds) => {
      const { seed } = feeds;
      if (seed?.dtype !== 'uint32') return feeds;
      // What rounds up to 2^32 stays below it.
      const data = seed.data.map((word) => Math.min(Math.fround(word), 2 ** 32 - 256));
      return { ...feeds, seed: { ...seed, data } as HostTensor };
    }),
    killedBy: ['training/dropout/a layer', 'models/dropout/1, 5 and 20 steps of SGD'],
    spares: ['training/dropout/rate 0', 'training/mse/mean'],
  },
  {
    name: 'biases not trained',
    breaks: 'a training step writes kernels and leaves biases as they were',
    change: {
      program: (program) => ({
        ...program,
        entries: Object.fromEntries(
          Object.entries(program.entries).map(([name, entry]) => {
            const { writes, outputs, func } = entry;
            const kept = writes.flatMap((write, i) => (write.endsWith('/bias') ? [] : [i]));
            return [
              name,
              {
                ...entry,
                writes: kept.map((i) => writes[i] as string),
                func: {
                  ...func,
                  outputs: [
                    ...func.outputs.slice(0, outputs.length),
                    ...kept.map((i) => func.outputs[outputs.length + i] as number),
                  ],
                },
              },
            ];
          }),
        ),
      }),
    },
    killedBy: ['training/sgd/plain', 'models/lstm/1, 5 and 20 steps of Adam'],
    spares: ['models/lstm/predict', 'layers/dense/of vectors, gradient'],
  },
  {
    name: 'one seed for all steps',
    breaks: 'the seed that is fed first is taken at every step',
    change: feedsAs(() => {
      let first: HostTensor | undefined;
      return (feeds) => {
        const { seed } = feeds;
        if (!seed) return feeds;
        first ??= seed;
        return { ...feeds, seed: first };
      };
    }),
    killedBy: ['training/dropout/a layer', 'models/dropout/1, 5 and 20 steps of Adam'],
    spares: ['training/dropout/rate 0', 'training/mse/mean'],
  },
];

/** Whether an entry draws random words. */
function drops(program: Program): boolean {
  return Object.values(program.entries).some(({ func }) =>
    func.nodes.some(({ op }) => op === 'randomBits'),
  );
}

/** Writes the masks of dropout anew; `scale` is what stands where nothing is dropped. */
export function dropoutAs(write: (b: Builder, dropped: Value, scale: number) => Value): Change {
  return primitivesAs((context) => {
    const { b, node, inputs } = context;
    if (node.op !== 'select') return undefined;
    const [condition, , kept] = inputs as [Value, Value, Value];
    const [bits] = operandsOf(context, repeated(context, condition), 'less') ?? [];
    const scale = numberOf(context, kept);
    if (scale === undefined || !operandsOf(context, bits, 'randomBits')) return undefined;
    return [write(b, condition, scale)];
  });
}
