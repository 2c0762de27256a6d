/** Mutants of what a recurrent layer does over time: directions, states, masks. */
import { rewrite, type Builder, type Value } from '@chronograd/graph';
import { cellGradientsAs, cellsAs, everyCell } from './cells.ts';
import type { Mutant } from './mutant.ts';
import { decompositionsAs, functionsAs, operandsOf, repeated, typesOf } from './programs.ts';

/** `[batch, time, units]` one step later, with `first` `[batch, units]` before. */
function later(b: Builder, sequence: Value, first: Value): Value {
  const [batch = 0, time = 0, units = 0] = sequence.type.shape;
  const seen = b.sliceAxis(sequence, 1, 0, time - 1);
  return b.concat([b.reshape(first, [batch, 1, units]), seen], 1);
}

/** The step before the last of a sequence, or what it started from. */
function beforeLast(b: Builder, sequence: Value, initial: Value): Value {
  const [batch = 0, time = 0, units = 0] = sequence.type.shape;
  if (time < 2) return initial;
  return b.reshape(b.sliceAxis(sequence, 1, time - 2, time - 1), [batch, units]);
}

/** Mutants of recurrences over time. */
export const sequenceMutants: readonly Mutant[] = [
  {
    name: 'goBackwards ignored',
    breaks: 'a layer that goes backwards reads the sequence from its beginning',
    change: cellsAs(everyCell, ({ run }) => run({}, { goBackwards: false })),
    killedBy: [
      'composites/simpleRnn/backwards',
      'composites/lstm/backwards',
      'composites/gru/backwards',
      'layers/lstm/the last output backwards',
    ],
    spares: ['composites/lstm/from given states', 'composites/lstm/one step'],
  },
  {
    name: 'goBackwards: outputs in the order of time',
    breaks: 'a layer that goes backwards gives its outputs by time, not as they were computed',
    change: cellsAs(everyCell, ({ b, options, run }) => {
      const { sequence, states } = run();
      return { sequence: options.goBackwards ? b.reverse(sequence, [1]) : sequence, states };
    }),
    killedBy: ['composites/lstm/backwards', 'layers/gru/the sequence backwards'],
    spares: ['composites/lstm/from given states', 'layers/gru/the last output backwards'],
  },
  {
    name: 'sequence off by one',
    breaks: 'a step of the sequence is the state before it rather than after it',
    change: cellsAs(everyCell, ({ b, operands: { states: initial }, run }) => {
      const { sequence, states } = run();
      return { sequence: later(b, sequence, initial[0] as Value), states };
    }),
    killedBy: [
      'composites/simpleRnn/only the sequence is read',
      'composites/lstm/from given states',
      'layers/gru/the sequence',
    ],
    spares: ['composites/lstm/only the last h is read', 'layers/gru/the last output'],
  },
  {
    name: 'last state of the step before',
    breaks: 'the last h is that of the last step but one',
    change: cellsAs(everyCell, ({ b, operands: { states: initial }, run }) => {
      const { sequence, states } = run();
      const [, ...others] = states;
      return { sequence, states: [beforeLast(b, sequence, initial[0] as Value), ...others] };
    }),
    killedBy: [
      'composites/lstm/only the last h is read',
      'layers/simpleRnn/the last output',
      'layers/gru/the sequence and states',
    ],
    spares: ['composites/lstm/only the sequence is read', 'layers/gru/the sequence'],
  },
  {
    name: 'last h in the place of the last c',
    breaks: 'the lstm returns h twice',
    change: cellsAs(['lstm'], ({ run }) => {
      const { sequence, states } = run();
      const [h] = states as [Value, Value];
      return { sequence, states: [h, h] };
    }),
    killedBy: ['composites/lstm/only the last c is read', 'layers/lstm/the last output and states'],
    spares: ['composites/lstm/only the last h is read', 'layers/lstm/the sequence'],
  },
  {
    name: 'initial states ignored',
    breaks: 'every recurrence starts from zero',
    change: cellsAs(everyCell, ({ b, operands: { states }, run }) =>
      run({ states: states.map(({ type }) => b.zeros(type)) }),
    ),
    killedBy: [
      'composites/simpleRnn/from given states',
      'layers/lstm/the last output from given states',
      'layers/gru/stateful',
      'models/encoder and decoder by their states/predict',
    ],
    spares: ['composites/lstm/from zero, without bias', 'layers/lstm/the sequence'],
  },
  {
    name: 'lstm: c starts from h',
    breaks: 'the initial h is taken for the initial c as well',
    change: cellsAs(['lstm'], ({ operands: { states }, run }) => {
      const [h] = states as [Value, Value];
      return run({ states: [h, h] });
    }),
    killedBy: [
      'composites/lstm/from given states',
      'layers/lstm/the last output from given states',
      'layers/lstm/stateful',
    ],
    spares: ['composites/lstm/from zero, without bias', 'layers/lstm/the sequence'],
  },
  {
    name: 'time mask ignored',
    breaks: 'steps that the mask leaves out are computed like any other',
    change: cellsAs(everyCell, ({ b, operands: { timeMask }, run }) =>
      run(timeMask && { timeMask: b.constant(1, timeMask.type.shape, 'bool') }),
    ),
    killedBy: [
      'composites/simpleRnn/ragged lengths',
      'composites/lstm/ragged lengths, only the last h is read',
      'composites/gru/steps left out, from zero',
    ],
    spares: ['composites/lstm/from given states'],
  },
  {
    name: 'masked steps begin anew',
    breaks: 'a step that the mask leaves out sets the states to zero rather than keeping them',
    change: decompositionsAs(everyCell, (decomposition, { timeMask }) =>
      timeMask === true ? stateNotHeld(decomposition) : decomposition,
    ),
    killedBy: [
      'composites/simpleRnn/ragged lengths',
      'composites/lstm/ragged lengths, only the last h is read',
      'composites/gru/steps left out, from zero',
    ],
    spares: ['composites/lstm/from given states'],
  },
  {
    name: 'initial state given out before the first true step',
    breaks: 'outputs before the first step that the mask lets through are not zero',
    change: decompositionsAs(everyCell, (decomposition) =>
      rewrite(decomposition, (context) => {
        const { node, inputs } = context;
        if (node.op !== 'select') return undefined;
        const [condition, , outputs] = inputs as [Value, Value, Value];
        const isEarly = operandsOf(context, repeated(context, condition), 'less');
        return isEarly ? [outputs] : undefined;
      }),
    ),
    killedBy: ['composites/lstm/ragged lengths', 'composites/gru/ragged lengths, backwards'],
    spares: [
      'composites/lstm/from given states',
      'composites/lstm/ragged lengths, only the last h is read',
      'composites/gru/steps left out, from zero',
    ],
  },
  {
    name: 'dropout mask anew at each step',
    breaks: 'the mask on the input is another one at every step of a sequence',
    change: cellsAs(everyCell, ({ b, operands: { x, inputMask }, run }) => {
      if (!inputMask) return run();
      const [batch = 0, time = 0, features = 0] = x.type.shape;
      const masks = Array.from({ length: time }, (_, t) => {
        const from = t % features;
        const turned = [
          b.sliceAxis(inputMask, 1, from, features),
          ...(from > 0 ? [b.sliceAxis(inputMask, 1, 0, from)] : []),
        ];
        return b.reshape(b.concat(turned, 1), [batch, 1, features]);
      });
      const ones = b.constant(1, inputMask.type.shape);
      return run({ x: b.mul(x, b.concat(masks, 1)), inputMask: ones });
    }),
    killedBy: [
      'composites/lstm/mask on the input',
      'training/dropout/gru, on the input',
      'models/dropout/1, 5 and 20 steps of SGD',
    ],
    spares: ['composites/lstm/mask on the state', 'training/dropout/gru, on the state'],
  },
  {
    name: 'mask on the state ignored',
    breaks: 'recurrentDropout drops nothing',
    change: cellsAs(everyCell, ({ b, operands: { recurrentMask }, run }) =>
      run(recurrentMask && { recurrentMask: b.constant(1, recurrentMask.type.shape) }),
    ),
    killedBy: ['composites/gru/mask on the state', 'training/dropout/lstm, on the state'],
    spares: ['composites/gru/mask on the input', 'training/dropout/lstm, on the input'],
  },
  {
    name: 'gradient from zero states',
    breaks: 'the backward kernel goes through a recurrence that starts from zero',
    change: cellGradientsAs(everyCell, ({ b, operands: { states }, run }) =>
      run({ states: states.map((state) => b.mul(state, 0)) }),
    ),
    killedBy: [
      'composites/simpleRnn/from given states, gradient',
      'composites/lstm/from given states, gradient',
      'layers/gru/the last output from given states, gradient',
    ],
    spares: ['composites/lstm/from given states', 'layers/gru/the sequence, gradient'],
  },
  {
    name: 'lstm: what flows back into the last c is lost',
    breaks: 'the backward kernel takes no gradient of the last c',
    change: functionsAs((func) =>
      rewrite(func, ({ b, node, inputs }) => {
        if (node.op !== 'compositeGradient' || node.attributes.name !== 'lstm') return undefined;
        const { cotangents } = node.attributes;
        const first = inputs.length - cotangents.length;
        const given = inputs.map((value, i) =>
          cotangents[i - first] === 2 ? b.zeros(value.type) : value,
        );
        return b.append({ ...node, inputs: given.map(({ id }) => id) }, typesOf(func, node));
      }),
    ),
    killedBy: [
      'composites/lstm/only the last c is read, gradient',
      'composites/lstm/from given states, gradient',
      'layers/lstm/the last output and states, gradient',
    ],
    spares: [
      'composites/lstm/only the last c is read',
      'composites/lstm/only the last h is read, gradient',
    ],
  },
];

/** A decomposition whose masked steps carry zeros on. */
function stateNotHeld(decomposition: Parameters<typeof rewrite>[0]) {
  return rewrite(decomposition, ({ b, node, inputs }) => {
    if (node.op !== 'scan') return undefined;
    const body = rewrite(node.attributes.body, (context) => {
      const [condition, stepped, carried] = context.inputs;
      if (context.node.op !== 'select' || !condition || !stepped || !carried) return undefined;
      // The old state is an input of the body, and so is the mask.
      const isMask = context.producer(repeated(context, condition)) === undefined;
      const isCarried = context.producer(carried) === undefined;
      return isMask && isCarried ? [context.b.select(condition, stepped, 0)] : undefined;
    });
    return b.append(
      { ...node, inputs: inputs.map(({ id }) => id), attributes: { ...node.attributes, body } },
      typesOf(decomposition, node),
    );
  });
}
