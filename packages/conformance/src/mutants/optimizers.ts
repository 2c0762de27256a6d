/** Mutants of optimizers and of the clipping of gradients. */
import type { Builder, Value } from '@chronograd/graph';
import type { Change, Mutant } from './mutant.ts';
import { compositesAs, nodesAs, numberOf, operandsOf, primitivesAs, repeated } from './programs.ts';

/** What the composite `adam` computes with. */
export interface Adam {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly m: Value;
  readonly v: Value;
  readonly rate: Value;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Writes adam and adamW anew; `step` is what is taken from the parameter. */
export function adamAs(
  write: (b: Builder, adam: Adam) => { readonly step: Value; readonly m: Value; readonly v: Value },
): Change {
  return compositesAs(['adam'], ({ b, inputs, options }) => {
    const [parameter, gradient, m, v, rate, factor] = inputs as [
      Value,
      Value,
      Value,
      Value,
      Value,
      Value?,
    ];
    const number = (name: string): number => Number(options[name]);
    const updated = write(b, {
      parameter,
      gradient,
      m,
      v,
      rate,
      beta1: number('beta1'),
      beta2: number('beta2'),
      epsilon: number('epsilon'),
    });
    const start = factor ? b.mul(parameter, factor) : parameter;
    return [b.sub(start, updated.step), updated.m, updated.v];
  });
}

/** `decay * old + (1 - decay) * value` */
export function average(b: Builder, old: Value, value: Value, decay: number): Value {
  return b.add(b.mul(old, decay), b.mul(value, 1 - decay));
}

/** The operands of adam nodes in entries, where the learning rate is still apart. */
export function adamOperandsAs(
  change: (
    b: Builder,
    inputs: readonly Value[],
    learningRate: Value,
  ) => readonly Value[] | undefined,
): Change {
  return nodesAs((context) => {
    const { b, node, inputs } = context;
    if (node.op !== 'composite' || node.attributes.name !== 'adam') return undefined;
    // The rate is the learning rate times the correction of both biases.
    const [learningRate] = operandsOf(context, inputs[4], 'mul') ?? [];
    const changed = learningRate && change(b, inputs, learningRate);
    if (!changed) return undefined;
    const { name, options, decomposition } = node.attributes;
    return b.composite(name, options, decomposition, changed);
  });
}

/** Mutants of optimizers. */
export const optimizerMutants: readonly Mutant[] = [
  {
    name: 'adam: epsilon inside of the root',
    breaks: 'epsilon is added to the second moment, not to its root',
    change: adamAs((b, { gradient, m, v, rate, beta1, beta2, epsilon }) => {
      const m1 = average(b, m, gradient, beta1);
      const v1 = average(b, v, b.mul(gradient, gradient), beta2);
      return { step: b.div(b.mul(m1, rate), b.sqrt(b.add(v1, epsilon))), m: m1, v: v1 };
    }),
    killedBy: [
      'composites/adam/gradients beside epsilon',
      'training/adam/a large epsilon',
      'training/adamW/strong decay',
    ],
    spares: ['training/sgd/momentum', 'training/nadam/defaults'],
  },
  {
    name: 'adam: epsilon left out',
    breaks: 'the step is divided by the root of the second moment alone',
    change: adamAs((b, { gradient, m, v, rate, beta1, beta2 }) => {
      const m1 = average(b, m, gradient, beta1);
      const v1 = average(b, v, b.mul(gradient, gradient), beta2);
      return { step: b.div(b.mul(m1, rate), b.sqrt(v1)), m: m1, v: v1 };
    }),
    killedBy: [
      'composites/adam/gradient zero',
      'composites/adam/gradients beside epsilon',
      'training/adam/a large epsilon',
    ],
    spares: ['training/sgd/momentum', 'training/rmsprop/defaults'],
  },
  {
    name: 'adam: no bias correction',
    breaks: 'moments are taken as they are, though they start from zero',
    change: adamOperandsAs((_b, [parameter, gradient, m, v, , ...factor], learningRate) => [
      parameter as Value,
      gradient as Value,
      m as Value,
      v as Value,
      learningRate,
      ...factor,
    ]),
    killedBy: [
      'composites/adam/the first step',
      'training/adam/defaults',
      'training/adamW/defaults',
      'models/lstm/1, 5 and 20 steps of Adam',
    ],
    spares: ['training/nadam/defaults', 'models/lstm/1, 5 and 20 steps of SGD'],
  },
  {
    name: 'adam: beta1 and beta2 swapped',
    breaks: 'the first moment is averaged by beta2, the second by beta1',
    change: adamAs((b, { gradient, m, v, rate, beta1, beta2, epsilon }) => {
      const m1 = average(b, m, gradient, beta2);
      const v1 = average(b, v, b.mul(gradient, gradient), beta1);
      return { step: b.div(b.mul(m1, rate), b.add(b.sqrt(v1), epsilon)), m: m1, v: v1 };
    }),
    killedBy: [
      'composites/adam/a later step',
      'training/adam/defaults',
      'training/adam/other betas',
    ],
    spares: ['composites/adam/betas zero', 'training/nadam/other betas'],
  },
  {
    name: 'adam: step from the moments before',
    breaks: 'parameters move by the moments as they were before this gradient',
    change: adamAs((b, { gradient, m, v, rate, beta1, beta2, epsilon }) => ({
      step: b.div(b.mul(m, rate), b.add(b.sqrt(v), epsilon)),
      m: average(b, m, gradient, beta1),
      v: average(b, v, b.mul(gradient, gradient), beta2),
    })),
    killedBy: ['composites/adam/a later step', 'training/adam/defaults'],
    spares: ['composites/adam/gradient zero', 'training/sgd/momentum'],
  },
  {
    name: 'adamW: decay coupled',
    breaks: 'weight decay is added to the gradient, as L2 regularisation, and goes through moments',
    change: adamOperandsAs((b, inputs, learningRate) => {
      const [parameter, gradient, m, v, rate, factor] = inputs as [
        Value,
        Value,
        Value,
        Value,
        Value,
        Value?,
      ];
      if (!factor) return undefined;
      const decay = b.div(b.sub(1, factor), learningRate);
      const whole = b.add(gradient, b.mul(parameter, decay));
      return [parameter, whole, m, v, rate, b.constant(1)];
    }),
    killedBy: [
      'composites/adam/decoupled weight decay',
      'training/adamW/defaults',
      'training/adamW/strong decay',
    ],
    spares: ['training/adam/defaults'],
  },
  {
    name: 'adamW: decay without the learning rate',
    breaks: 'parameters shrink by the weight decay itself at every step',
    change: adamOperandsAs((b, [parameter, gradient, m, v, rate, factor], learningRate) => {
      if (!factor) return undefined;
      const own = b.sub(1, b.div(b.sub(1, factor), learningRate));
      return [parameter, gradient, m, v, rate, own] as Value[];
    }),
    killedBy: ['training/adamW/defaults', 'training/adamW/strong decay'],
    spares: ['training/adam/defaults'],
  },
  {
    name: 'adamW: decay after the step',
    breaks: 'what the step left of a parameter shrinks, not what was there before',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      if (node.op !== 'composite' || node.attributes.name !== 'adam') return undefined;
      const [parameter, gradient, m, v, rate, factor] = inputs;
      if (!factor) return undefined;
      const { name, options, decomposition } = node.attributes;
      const whole = [parameter, gradient, m, v, rate, b.constant(1)] as Value[];
      const [next, ...slots] = b.composite(name, options, decomposition, whole);
      return [b.mul(next as Value, factor), ...slots];
    }),
    killedBy: ['composites/adam/decoupled weight decay', 'training/adamW/strong decay'],
    spares: ['training/adam/defaults'],
  },
  {
    name: "adam: epsilon in PyTorch's place",
    breaks: 'epsilon is added to the root of the corrected second moment',
    change: nodesAs((context) => {
      const { b, node, inputs } = context;
      if (node.op !== 'composite' || node.attributes.name !== 'adam') return undefined;
      const [parameter, gradient, m, v, rate, factor] = inputs as Value[] as [
        Value,
        Value,
        Value,
        Value,
        Value,
        Value?,
      ];
      const { beta1, beta2, epsilon } = node.attributes.options;
      // learning rate * (√(1 - beta2^t) / (1 - beta1^t))
      const [, correction] = operandsOf(context, rate, 'mul') ?? [];
      const [root] = operandsOf(context, correction, 'div') ?? [];
      if (!root) return undefined;
      const m1 = average(b, m, gradient, Number(beta1));
      const v1 = average(b, v, b.mul(gradient, gradient), Number(beta2));
      const scale = b.add(b.sqrt(v1), b.mul(root, Number(epsilon)));
      const start = factor ? b.mul(parameter, factor) : parameter;
      return [b.sub(start, b.div(b.mul(m1, rate), scale)), m1, v1];
    }),
    killedBy: ['composites/adam/gradients beside epsilon', 'training/adam/a large epsilon'],
    spares: ['composites/adam/step 100000', 'training/nadam/other betas'],
  },
  {
    name: 'nadam: no schedule of the momentum',
    breaks: 'the momentum is beta1 at every step',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      if (node.op !== 'mul' || numberOf(context, inputs[1]) !== Math.log(0.96)) return undefined;
      return [b.constant(-1e3)];
    }),
    killedBy: ['training/nadam/defaults', 'training/nadam/other betas'],
    spares: ['training/adam/defaults'],
  },
  {
    name: 'rmsprop: epsilon outside of the root',
    breaks: 'epsilon is added to the root of the second moment',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      const [variance, epsilon] = operandsOf(context, inputs[0], 'add') ?? [];
      const value = numberOf(context, epsilon);
      if (node.op !== 'sqrt' || !variance || value === undefined) return undefined;
      return [b.add(b.sqrt(variance), value)];
    }),
    killedBy: ['training/rmsprop/centered', 'training/rmsprop/centered with momentum'],
    spares: ['training/adam/a large epsilon', 'training/sgd/momentum'],
  },
  {
    name: 'clipping by value on one side',
    breaks: 'negative elements of gradients are not clipped',
    change: primitivesAs((context) => {
      const { node, inputs } = context;
      const limit = numberOf(context, inputs[1]);
      const isClipped = operandsOf(context, inputs[0], 'min') && limit !== undefined;
      return node.op === 'max' && isClipped ? [inputs[0] as Value] : undefined;
    }),
    killedBy: ['training/clipping/by value', 'training/clipping/by value, with adam'],
    spares: ['training/clipping/by the norm of each', 'training/sgd/plain'],
  },
  {
    name: 'nesterov as plain momentum',
    breaks: 'parameters move by the velocity, without the look ahead',
    change: primitivesAs((context) => {
      const { node, inputs } = context;
      if (node.op !== 'sub') return undefined;
      // next * momentum - step, where next = velocity * momentum - step
      const [next] = operandsOf(context, inputs[0], 'mul') ?? [];
      const [, step] = operandsOf(context, next, 'sub') ?? [];
      return next && step && step.id === inputs[1]?.id ? [next] : undefined;
    }),
    killedBy: ['training/sgd/Nesterov momentum'],
    spares: ['training/sgd/momentum', 'training/nadam/defaults'],
  },
  {
    name: 'momentum forgotten',
    breaks: 'velocities are written and never read',
    change: primitivesAs((context) => {
      const { b, node, inputs } = context;
      if (node.op !== 'sub') return undefined;
      // velocity * momentum - step: a state times a number
      const [velocity, momentum] = operandsOf(context, inputs[0], 'mul') ?? [];
      if (!velocity || context.producer(velocity) || numberOf(context, momentum) === undefined)
        return undefined;
      return [b.neg(inputs[1] as Value)];
    }),
    killedBy: ['training/sgd/momentum', 'models/gru/1, 5 and 20 steps of SGD'],
    spares: ['training/sgd/plain', 'models/gru/1, 5 and 20 steps of Adam'],
  },
  {
    name: 'rmsprop: centered ignored',
    breaks: "the gradient's mean is not taken from the second moment",
    change: primitivesAs((context) => {
      const { node, inputs } = context;
      const [square, other] = inputs;
      if (node.op !== 'sub') return undefined;
      const [mean, same] = operandsOf(context, other, 'mul') ?? [];
      const isAverage = operandsOf(context, mean, 'add') && operandsOf(context, square, 'add');
      return isAverage && mean?.id === same?.id ? [square as Value] : undefined;
    }),
    killedBy: ['training/rmsprop/centered', 'training/rmsprop/centered with momentum'],
    spares: ['training/rmsprop/defaults', 'training/rmsprop/momentum'],
  },
  {
    name: 'global norm clipping per variable',
    breaks: 'each gradient is clipped to the global limit by its own norm',
    change: shrinkAs((b, gradient, limit) => {
      const norm = b.sqrt(b.reduceSum(b.mul(gradient, gradient)));
      return b.mul(gradient, b.div(limit, b.max(norm, limit)));
    }),
    killedBy: [
      'training/clipping/by the global norm',
      'training/clipping/by the global norm, with nadam',
    ],
    spares: [
      'training/clipping/by the norm of each',
      'training/clipping/norms that nothing exceeds',
    ],
  },
  {
    name: 'clipping by norm forgotten',
    breaks: 'gradients are not scaled down to the limit of their norm',
    change: shrinkAs((_b, gradient) => gradient),
    killedBy: ['training/clipping/by the global norm', 'training/clipping/by the norm of each'],
    spares: ['training/clipping/by value', 'training/clipping/norms that nothing exceeds'],
  },
  {
    name: 'clipping by norm always scales',
    breaks: 'gradients below the limit are scaled up to it',
    change: primitivesAs((context) => {
      const { node, inputs } = context;
      if (node.op !== 'max' || !operandsOf(context, inputs[0], 'sqrt')) return undefined;
      return numberOf(context, inputs[1]) === undefined ? undefined : [inputs[0] as Value];
    }),
    killedBy: ['training/clipping/norms that nothing exceeds'],
    spares: ['training/sgd/plain', 'training/clipping/by value'],
  },
];

/** Writes `gradient * limit / max(norm, limit)` anew. */
export function shrinkAs(
  write: (b: Builder, gradient: Value, limit: number, norm: Value) => Value,
): Change {
  return primitivesAs((context) => {
    const { b, node, inputs } = context;
    const [gradient, share] = inputs;
    if (node.op !== 'mul' || !gradient || !share) return undefined;
    const [limit, greater] = operandsOf(context, repeated(context, share), 'div') ?? [];
    const [norm] = operandsOf(context, greater, 'max') ?? [];
    const value = numberOf(context, limit);
    if (value === undefined || !norm || !operandsOf(context, norm, 'sqrt')) return undefined;
    return [write(b, gradient, value, repeated(context, norm))];
  });
}
