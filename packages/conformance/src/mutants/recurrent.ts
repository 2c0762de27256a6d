/** Mutants of recurrent cells: gates, biases, activations. */
import type { Builder, RecurrentOperands, Value } from '@chronograd/graph';
import { cellsAs, everyCell } from './cells.ts';
import type { Mutant } from './mutant.ts';
import { decompositionsAs, operandsOf, rewriteDeep } from './programs.ts';

/** Blocks of columns in another order: block `i` is what was block `order[i]`. */
function permuted(b: Builder, value: Value, order: readonly number[]): Value {
  const axis = value.type.shape.length - 1;
  const blocks = b.split(value, axis, order.length);
  return b.concat(
    order.map((i) => blocks[i] as Value),
    axis,
  );
}

/** The weights of a cell with its gates in another order: gate `i` gets those of `order[i]`. */
export function gatesAs(
  b: Builder,
  { kernel, recurrentKernel, bias }: RecurrentOperands,
  order: readonly number[],
): Partial<RecurrentOperands> {
  return {
    kernel: permuted(b, kernel, order),
    recurrentKernel: permuted(b, recurrentKernel, order),
    ...(bias && { bias: permuted(b, bias, order) }),
  };
}

/** Mutants of recurrent cells. */
export const recurrentMutants: readonly Mutant[] = [
  {
    name: 'lstm: gates i and f swapped',
    breaks: 'the input gate gets the weights of the forget gate, and the other way round',
    change: cellsAs(['lstm'], ({ b, operands, run }) => run(gatesAs(b, operands, [1, 0, 2, 3]))),
    killedBy: ['composites/lstm/from given states', 'layers/lstm/the sequence'],
    spares: ['composites/gru/from given states', 'primitives/matmul/two axes, A B'],
  },
  {
    name: "lstm: gates in ONNX's order",
    breaks: 'weights are read as i, o, f, c, though they stand as i, f, c, o',
    change: cellsAs(['lstm'], ({ b, operands, run }) => run(gatesAs(b, operands, [0, 2, 3, 1]))),
    killedBy: ['composites/lstm/from zero, without bias', 'models/lstm/predict'],
    spares: ['composites/gru/from given states'],
  },
  {
    name: 'gru: gates z and r swapped',
    breaks: 'the update gate gets the weights of the reset gate, and the other way round',
    change: cellsAs(['gru'], ({ b, operands, run }) => run(gatesAs(b, operands, [1, 0, 2]))),
    killedBy: [
      'composites/gru/from given states',
      'composites/gru/reset before: from given states',
      'layers/gru/the sequence',
    ],
    spares: ['composites/lstm/from given states'],
  },
  {
    name: 'bias twice',
    breaks: 'the bias of a recurrent layer is added to the projection and once more at every step',
    change: cellsAs(everyCell, ({ b, operands: { bias }, run }) =>
      run(bias && { bias: b.add(bias, bias) }),
    ),
    killedBy: [
      'composites/simpleRnn/from given states',
      'composites/lstm/from given states',
      'composites/gru/from given states',
      'layers/gru/reset before: the sequence',
    ],
    spares: ['composites/lstm/from zero, without bias', 'layers/gru/without bias'],
  },
  {
    name: 'bias forgotten',
    breaks: 'the bias of a recurrent layer is not added',
    change: cellsAs(everyCell, ({ b, operands: { bias }, run }) =>
      run(bias && { bias: b.mul(bias, 0) }),
    ),
    killedBy: [
      'composites/simpleRnn/from given states',
      'composites/lstm/from given states',
      'composites/gru/from given states',
    ],
    spares: ['composites/lstm/from zero, without bias', 'layers/gru/without bias'],
  },
  {
    name: 'lstm: a forget bias of the kernel itself',
    breaks: "the kernel adds 1 to the forget gate, as TensorFlow's old cells did",
    change: cellsAs(['lstm'], ({ b, operands: { bias }, options: { units }, run }) => {
      const one = b.pad(b.constant(1, [units]), [units], [2 * units]);
      return run(bias && { bias: b.add(bias, one) });
    }),
    killedBy: [
      'composites/lstm/from given states',
      'layers/lstm/without forget bias',
      'layers/lstm/the last output',
    ],
    spares: ['composites/gru/from given states'],
  },
  {
    name: 'gru: resetAfter ignored',
    breaks: 'the reset gate acts on h before the recurrent kernel though resetAfter is true',
    change: cellsAs(['gru'], ({ b, operands: { bias }, options, run }) => {
      if (!options.resetAfter) return run();
      return run(bias && { bias: b.reduceSum(bias, [0]) }, { resetAfter: false });
    }),
    killedBy: ['composites/gru/from given states', 'layers/gru/the sequence'],
    spares: ['composites/gru/reset before: from given states'],
  },
  {
    name: 'gru: reset always after',
    breaks: 'the reset gate acts after the recurrent kernel though resetAfter is false',
    change: cellsAs(['gru'], ({ b, operands: { bias }, options: { resetAfter, units }, run }) => {
      if (resetAfter) return run();
      const rows = bias && b.pad(b.reshape(bias, [1, 3 * units]), [0, 0], [1, 0]);
      return run(rows && { bias: rows }, { resetAfter: true });
    }),
    killedBy: [
      'composites/gru/reset before: from given states',
      'layers/gru/reset before: the sequence',
      'models/gru with the reset before/predict',
    ],
    spares: ['composites/gru/from given states'],
  },
  {
    name: "gru: the state's bias outside of the reset",
    breaks: 'with resetAfter both biases of the candidate are added to the input',
    change: cellsAs(['gru'], ({ b, operands: { bias }, options: { resetAfter }, run }) => {
      if (!bias || !resetAfter) return run();
      return run({ bias: b.pad(b.reduceSum(bias, [0], true), [0, 0], [1, 0]) });
    }),
    killedBy: ['composites/gru/from given states', 'layers/gru/the last output'],
    spares: ['composites/gru/from zero, without bias', 'layers/gru/reset before: the sequence'],
  },
  {
    name: 'recurrentActivation ignored',
    breaks: 'gates are sigmoids whatever the option says',
    change: cellsAs(['lstm', 'gru'], ({ run }) => run({}, { recurrentActivation: 'sigmoid' })),
    killedBy: [
      'composites/lstm/elu and hardSigmoid',
      'composites/gru/softsign and softplus',
      'layers/lstm/other activations',
    ],
    spares: ['composites/lstm/from given states', 'composites/gru/from given states'],
  },
  {
    name: 'activation ignored',
    breaks: 'candidates and outputs are made by tanh whatever the option says',
    change: cellsAs(everyCell, ({ run }) => run({}, { activation: 'tanh' })),
    killedBy: [
      'composites/simpleRnn/linear and relu',
      'composites/lstm/elu and hardSigmoid',
      'layers/gru/relu',
    ],
    spares: ['composites/lstm/from given states', 'composites/gru/from given states'],
  },
  {
    name: 'lstm: c is not squashed',
    breaks: 'the activation is not applied to c when h is made of it',
    change: decompositionsAs(['lstm'], (decomposition) =>
      rewriteDeep(decomposition, (context) => {
        const [c] = context.inputs;
        if (context.node.op !== 'tanh' || !c) return undefined;
        // c is the sum of two products; what else is squashed is a gate.
        const terms = operandsOf(context, c, 'add') ?? [];
        return terms.every((term) => operandsOf(context, term, 'mul')) && terms.length > 0
          ? [c]
          : undefined;
      }),
    ),
    killedBy: ['composites/lstm/from given states', 'models/lstm/predict'],
    spares: ['composites/gru/from given states', 'layers/lstm/relu'],
  },
  {
    name: 'gru: update gate turned round',
    breaks: 'z is what is taken of the candidate, not what is kept of h',
    change: cellsAs(['gru'], ({ b, operands, options, run }) => {
      if (options.recurrentActivation !== 'sigmoid') return run();
      // 1 - sigmoid(x) is sigmoid(-x): the weights of z with the other sign.
      const turned = (value: Value): Value => {
        const axis = value.type.shape.length - 1;
        const [z, ...others] = b.split(value, axis, 3) as [Value, ...Value[]];
        return b.concat([b.neg(z), ...others], axis);
      };
      const { kernel, recurrentKernel, bias } = operands;
      return run({
        kernel: turned(kernel),
        recurrentKernel: turned(recurrentKernel),
        ...(bias && { bias: turned(bias) }),
      });
    }),
    killedBy: ['composites/gru/from given states', 'layers/gru/reset before: the last output'],
    spares: ['composites/lstm/from given states'],
  },
];
