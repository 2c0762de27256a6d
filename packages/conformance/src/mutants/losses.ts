/** Mutants of losses, metrics and what a training step gives beside new parameters. */
import { Builder, sameShape, type Entry, type Func, type Value } from '@chronograd/graph';
import type { Change, Mutant } from './mutant.ts';
import { functionsAs, numberOf, operandsOf, primitivesAs } from './programs.ts';

/** Changes an output of entries, by its name. */
function outputAs(name: string, change: (b: Builder, value: Value) => Value): Change {
  return functionsAs((func, entry, { entries }) => {
    const { outputs } = entries[entry] as Entry;
    const place = outputs.findIndex((output) => output.name === name);
    return place < 0 ? func : finished(func, place, change);
  });
}

function finished(func: Func, place: number, change: (b: Builder, value: Value) => Value): Func {
  const b = new Builder();
  const inputs = func.inputs.map((id) => b.input(func.types[id] as Value['type']));
  const outputs = b.inline(func, inputs);
  return b.finish(outputs.map((value, i) => (i === place ? change(b, value) : value)));
}

/** Mutants of losses and metrics. */
export const lossMutants: readonly Mutant[] = [
  {
    name: 'threshold of binaryAccuracy ignored',
    breaks: 'probabilities are compared with 0.5 whatever the threshold',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      if (node.op !== 'less' || numberOf(context, inputs[0]) !== 0.7) return undefined;
      return [b.less(0.5, inputs[1] as Value)];
    }),
    killedBy: ['training/binaryCrossentropy/from probabilities'],
    spares: ['training/mse/mean', 'training/categoricalCrossentropy/from probabilities'],
  },
  {
    name: 'rmse with its root',
    breaks: 'the root is taken of every batch, though callers take it of the mean',
    change: outputAs('rmse', (b, value) => b.sqrt(value)),
    killedBy: ['training/mse/mean', 'training/mae/of rank 4'],
    spares: ['training/binaryCrossentropy/from logits'],
  },
  {
    name: 'gradient norm squared',
    breaks: 'the root of the sum of squares is not taken for the norm that is told',
    change: outputAs('gradientNorm', (b, value) => b.mul(value, value)),
    killedBy: ['training/sgd/plain', 'training/clipping/by the global norm'],
    spares: ['layers/dense/of vectors'],
  },
  {
    name: 'gradient norm after clipping',
    breaks: 'the norm that is told is that of clipped gradients',
    change: outputAs('gradientNorm', (b, value) => b.min(value, 0.3)),
    killedBy: ['training/clipping/by the global norm'],
    spares: ['layers/dense/of vectors', 'composites/adam/a later step'],
  },
  {
    name: 'loss as a sum',
    breaks: 'the loss is not divided by the number of samples; its gradient is',
    change: outputAs('loss', (b, value) => b.mul(value, 3)),
    killedBy: ['training/mse/mean', 'training/quantile/one quantile'],
    spares: ['layers/dense/of vectors'],
  },
  {
    name: 'quantiles outermost',
    breaks: 'predictions of one quantile stand beside each other, not those of one feature',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'reshape' || !x) return undefined;
      const { shape } = node.attributes;
      const [features = 0, quantiles = 0] = shape.slice(-2);
      const lead = shape.slice(0, -2);
      const isSplit = sameShape(x.type.shape, [...lead, features * quantiles]);
      if (lead.length === 0 || !isSplit || features === 1 || quantiles === 1) return undefined;
      const turned = b.one('reshape', [x], { shape: [...lead, quantiles, features] });
      const axes = lead.map((_, axis) => axis);
      return [b.transpose(turned, [...axes, lead.length + 1, lead.length])];
    }),
    killedBy: [
      'training/quantile/two features of three quantiles',
      'models/encoder and decoder by their states/1, 5 and 20 steps of SGD',
    ],
    spares: ['training/quantile/one quantile', 'training/mse/mean'],
  },
  {
    name: 'pinball loss turned round',
    breaks: 'errors above and below the prediction are weighted the other way round',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      const [condition, below, above] = inputs;
      if (node.op !== 'select' || !condition || !below || !above) return undefined;
      const [error, zero] = operandsOf(context, condition, 'less') ?? [];
      // select(error < 0, q - 1, q), where q is repeated for all targets
      const areRepeated = [below, above].every((value) =>
        operandsOf(context, value, 'broadcastTo'),
      );
      const isPinball = error && numberOf(context, zero) === 0 && areRepeated;
      return isPinball ? [b.select(condition, b.neg(above), b.neg(below))] : undefined;
    }),
    killedBy: [
      'training/quantile/one quantile',
      'training/quantile/two features of three quantiles',
    ],
    spares: ['training/mse/mean', 'training/mae/mean'],
  },
  {
    name: 'crossentropy of logits that overflow',
    breaks: 'log(1 + exp(x)) is taken as it stands, in float32',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      if (node.op !== 'add') return undefined;
      // max(x, 0) + log(1 + exp(-|x|))
      const [x, zero] = operandsOf(context, inputs[0], 'max') ?? [];
      if (!x || numberOf(context, zero) !== 0 || !operandsOf(context, inputs[1], 'log'))
        return undefined;
      return [b.log(b.add(b.select(b.less(88.72, x), Infinity, b.exp(x)), 1))];
    }),
    killedBy: ['training/binaryCrossentropy/logits to 300'],
    spares: ['training/binaryCrossentropy/from logits', 'layers/activation/softplus'],
  },
];
