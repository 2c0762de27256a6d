/**
 * Optimizers, with Keras 3's formulas: the same places of epsilon, the same bias corrections, the
 * same order of weight decay and update.
 *
 * Slots live in the program's state as `optimizer/<slot>/<parameter>`, zero at first, beside
 * `optimizer/step`, the number of steps taken.
 */
import type { OptimizerSpec } from '@chronograd/spec';
import { Builder, type Value } from '../ir/builder.ts';
import type { CompositeOptions } from '../ir/types.ts';

/** State of an optimizer that is one number for all parameters, with its first value. */
export interface OptimizerScalar {
  /** Name in the program's state. */
  readonly name: string;
  readonly initial: number;
}

/** Name in the program's state of the count of steps taken, float32 []. */
export const STEP = 'optimizer/step';
/** Name in the program's state of nadam's product of momenta, float32 []. */
export const MOMENTUM_PRODUCT = 'optimizer/uProduct';

/** Name in the program's state of a slot of a parameter. */
export function slotName(slot: string, parameter: string): string {
  return `optimizer/${slot}/${parameter}`;
}

/** The slots that an optimizer keeps for every parameter. */
export function slotsOf(optimizer: OptimizerSpec): readonly string[] {
  switch (optimizer.type) {
    case 'sgd':
      return optimizer.momentum === 0 ? [] : ['momentum'];
    case 'rmsprop':
      return [
        'velocity',
        ...(optimizer.momentum > 0 ? ['momentum'] : []),
        ...(optimizer.centered ? ['averageGradient'] : []),
      ];
    case 'adam':
    case 'adamW':
    case 'nadam':
      return ['m', 'v'];
  }
}

/** The numbers that an optimizer keeps for all parameters together. */
export function scalarsOf(optimizer: OptimizerSpec): readonly OptimizerScalar[] {
  const step = { name: STEP, initial: 0 };
  return optimizer.type === 'nadam' ? [step, { name: MOMENTUM_PRODUCT, initial: 1 }] : [step];
}

/** A parameter with its gradient and slots, in the order of {@link slotsOf}. */
export interface Update {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly slots: readonly Value[];
}

/** Values after an update, in the same order. */
export interface Updated {
  readonly parameter: Value;
  readonly slots: readonly Value[];
}

/** What a step of an optimizer reads. */
export interface OptimizerOperands {
  /** float32 [] */
  readonly learningRate: Value;
  /** In the order of {@link scalarsOf}. */
  readonly scalars: readonly Value[];
  readonly updates: readonly Update[];
}

/** What a step of an optimizer gives, in the same orders. */
export interface OptimizerResult {
  readonly scalars: readonly Value[];
  readonly updates: readonly Updated[];
}

/** Appends one step of an optimizer for all parameters. */
export function applyOptimizer(
  b: Builder,
  optimizer: OptimizerSpec,
  { learningRate, scalars, updates }: OptimizerOperands,
): OptimizerResult {
  const [before, product] = scalars as [Value, Value?];
  const step = b.add(before, 1);
  switch (optimizer.type) {
    case 'sgd':
      return {
        scalars: [step],
        updates: updates.map((update) => sgd(b, optimizer, learningRate, update)),
      };
    case 'rmsprop':
      return {
        scalars: [step],
        updates: updates.map((update) => rmsprop(b, optimizer, learningRate, update)),
      };
    case 'adam':
    case 'adamW': {
      // Kingma and Ba 2015, section 2: both corrections in one rate.
      const { beta1, beta2 } = optimizer;
      const correction = b.div(
        b.sqrt(oneMinusPower(b, beta2, step)),
        oneMinusPower(b, beta1, step),
      );
      const rate = b.mul(learningRate, correction);
      const decay =
        optimizer.type === 'adamW' && optimizer.weightDecay !== 0
          ? b.sub(1, b.mul(learningRate, optimizer.weightDecay))
          : undefined;
      return {
        scalars: [step],
        updates: updates.map((update) => adam(b, optimizer, rate, decay, update)),
      };
    }
    case 'nadam': {
      const schedule = nadamSchedule(b, optimizer, step, product as Value);
      return {
        scalars: [step, schedule.product],
        updates: updates.map((update) => nadam(b, optimizer, learningRate, schedule, update)),
      };
    }
  }
}

type Of<T extends OptimizerSpec['type']> = Extract<OptimizerSpec, { type: T }>;

function sgd(
  b: Builder,
  { momentum, nesterov }: Of<'sgd'>,
  rate: Value,
  { parameter, gradient, slots: [velocity] }: Update,
): Updated {
  const step = b.mul(gradient, rate);
  if (!velocity) return { parameter: b.sub(parameter, step), slots: [] };
  const next = b.sub(b.mul(velocity, momentum), step);
  const move = nesterov ? b.sub(b.mul(next, momentum), step) : next;
  return { parameter: b.add(parameter, move), slots: [next] };
}

/** Hinton's lecture 6e; centered as Graves, "Generating sequences…", 2013, equations 38 to 45. */
function rmsprop(
  b: Builder,
  { rho, momentum, epsilon, centered }: Of<'rmsprop'>,
  rate: Value,
  { parameter, gradient, slots }: Update,
): Updated {
  const velocity = average(b, slots[0] as Value, b.mul(gradient, gradient), rho);
  const mean = centered ? average(b, slots[slots.length - 1] as Value, gradient, rho) : undefined;
  const variance = mean ? b.sub(velocity, b.mul(mean, mean)) : velocity;
  const step = b.div(b.mul(gradient, rate), b.sqrt(b.add(variance, epsilon)));
  const inertia = momentum > 0 ? b.add(b.mul(slots[1] as Value, momentum), step) : undefined;
  return {
    parameter: b.sub(parameter, inertia ?? step),
    slots: [velocity, ...(inertia ? [inertia] : []), ...(mean ? [mean] : [])],
  };
}

/**
 * The composite `adam`: parameter, gradient, m, v, the corrected rate [], and for decoupled weight
 * decay (Loshchilov and Hutter 2019) a factor [] on the parameter first.
 */
function adam(
  b: Builder,
  { beta1, beta2, epsilon }: Of<'adam'> | Of<'adamW'>,
  rate: Value,
  decay: Value | undefined,
  { parameter, gradient, slots: [m, v] }: Update,
): Updated {
  const operands = [parameter, gradient, m as Value, v as Value, rate, ...(decay ? [decay] : [])];
  const options: CompositeOptions = { beta1, beta2, epsilon, decay: decay !== undefined };
  const inner = new Builder();
  const inputs = operands.map(({ type }) => inner.input(type));
  const [theta, g, m0, v0, alpha, factor] = inputs as [Value, Value, Value, Value, Value, Value?];
  const start = factor ? inner.mul(theta, factor) : theta;
  const m1 = average(inner, m0, g, beta1);
  const v1 = average(inner, v0, inner.mul(g, g), beta2);
  const move = inner.div(inner.mul(m1, alpha), inner.add(inner.sqrt(v1), epsilon));
  const next = inner.sub(start, move);
  const [p, ...slots] = b.composite('adam', options, inner.finish([next, m1, v1]), operands);
  return { parameter: p as Value, slots };
}

interface NadamSchedule {
  /** The product of the momenta up to this step. */
  readonly product: Value;
  /** Factors of m and of the gradient in the step, and of v. */
  readonly ofM: Value;
  readonly ofGradient: Value;
  readonly ofV: Value;
}

/** Dozat, "Incorporating Nesterov momentum into Adam", 2016, with its momentum schedule. */
function nadamSchedule(
  b: Builder,
  { beta1, beta2 }: Of<'nadam'>,
  step: Value,
  before: Value,
): NadamSchedule {
  const momentum = (at: Value): Value =>
    b.mul(b.sub(1, b.mul(b.exp(b.mul(at, Math.log(0.96))), 0.5)), beta1);
  const now = momentum(step);
  const next = momentum(b.add(step, 1));
  const product = b.mul(before, now);
  return {
    product,
    ofM: b.div(next, b.sub(1, b.mul(product, next))),
    ofGradient: b.div(b.sub(1, now), b.sub(1, product)),
    ofV: b.div(1, oneMinusPower(b, beta2, step)),
  };
}

function nadam(
  b: Builder,
  { beta1, beta2, epsilon }: Of<'nadam'>,
  rate: Value,
  { ofM, ofGradient, ofV }: NadamSchedule,
  { parameter, gradient, slots: [m, v] }: Update,
): Updated {
  const m1 = average(b, m as Value, gradient, beta1);
  const v1 = average(b, v as Value, b.mul(gradient, gradient), beta2);
  const direction = b.add(b.mul(m1, ofM), b.mul(gradient, ofGradient));
  const scale = b.add(b.sqrt(b.mul(v1, ofV)), epsilon);
  const move = b.div(b.mul(direction, rate), scale);
  return { parameter: b.sub(parameter, move), slots: [m1, v1] };
}

/** The moving average `decay * old + (1 - decay) * value`. */
function average(b: Builder, old: Value, value: Value, decay: number): Value {
  return b.add(b.mul(old, decay), b.mul(value, 1 - decay));
}

/**
 * `1 - base ** exponent` for `0 < base < 1`, written `-tanh(x / 2) (exp(x) + 1)` with
 * `x = exponent log(base)`: in float32 the difference itself would lose four of seven digits
 * (base 0.999, first step).
 */
function oneMinusPower(b: Builder, base: number, exponent: Value): Value {
  if (base === 0) return b.constant(1);
  const x = b.mul(exponent, Math.log(base));
  return b.mul(b.tanh(b.mul(x, -0.5)), b.add(b.exp(x), 1));
}
