/** Mutants of masks of time: where they begin, how they meet, what counts under them. */
import type { Value } from '@chronograd/graph';
import type { Mutant } from './mutant.ts';
import { nodesAs, operandsOf } from './programs.ts';

/** Mutants of masks of time. */
export const maskMutants: readonly Mutant[] = [
  {
    name: 'masks: a sum needs all',
    breaks: 'a step of a sum is there only where it is there in all sequences',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const parts = node.op === 'not' && operandsOf(context, inputs[0], 'and');
      if (!parts) return undefined;
      const [first, second] = parts.map((part) => operandsOf(context, part, 'not')?.[0]);
      return first && second && [b.and(first, second)];
    }),
    killedBy: ['layers/masking/a sum of sequences with masks of their own'],
    spares: [
      'layers/masking/through sums of masked sequences',
      'layers/masking/into two layers gru',
    ],
  },
  {
    name: 'masks: zeros of an embedding are steps',
    breaks: 'the number that marks no step is taken for one',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const [numbers] = (node.op === 'not' && operandsOf(context, inputs[0], 'equal')) || [];
      if (numbers?.type.dtype !== 'int32') return undefined;
      return [b.constant(1, numbers.type.shape, 'bool')];
    }),
    killedBy: ['training/masks/zeros of an embedding'],
    spares: ['training/masks/ragged sequences to sequences', 'layers/masking/into two layers gru'],
  },
  {
    name: 'masks: the loss counts all steps',
    breaks: 'the loss is divided by the number of all steps, not of those that are there',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const [sum, count] = inputs;
      if (node.op !== 'div' || !sum || sum.type.shape.length > 0) return undefined;
      const [steps] = operandsOf(context, count, 'max') ?? [];
      const [there] = operandsOf(context, steps, 'reduceSum') ?? [];
      const [batch = 0, time = 0] = there?.type.shape ?? [];
      return there && [b.div(sum, batch * time)];
    }),
    killedBy: [
      'training/masks/ragged sequences to sequences',
      'training/masks/zeros of an embedding',
    ],
    spares: ['training/masks/ragged sequences to one class', 'training/mse/mean'],
  },
  {
    name: 'masks: the last step of all',
    breaks: 'a metric of the last step looks at the end of the padding',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      const [mask, isLast] = inputs as [Value, Value?];
      const [places] = (node.op === 'and' && operandsOf(context, isLast, 'equal')) || [];
      if (places?.type.dtype !== 'int32') return undefined;
      const { shape } = mask.type;
      return [b.and(mask, b.equal(b.iota('int32', shape, 1), (shape[1] ?? 0) - 1))];
    }),
    killedBy: ['training/masks/ragged sequences to sequences'],
    spares: ['training/masks/ragged sequences to classes of steps'],
  },
];
