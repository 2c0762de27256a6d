/**
 * Activation functions, with Keras's formulas and defaults. A NaN stays a NaN, so that a training
 * that went wrong shows; no branch that is not taken overflows, so that gradients stay finite.
 */
import { nameOfActivation, type Activation, type ActivationName } from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';
import { compose } from './compose.ts';

/** Keras's defaults. */
const LEAKY_SLOPE = 0.2;
const ELU_ALPHA = 1;
/** Klambauer et al., "Self-normalizing neural networks", 2017. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
/** The smallest normal float32. */
const TINY = 1.17549435e-38;
/** The greatest float32 below one. */
const BELOW_ONE = 1 - 2 ** -24;

/** The parameters of a function, or none where they are what its name alone stands for. */
type Parameters<A extends ActivationName> = Extract<Activation, { readonly type: A }> | undefined;

type Formula<A extends ActivationName> = (b: Builder, x: Value, parameters: Parameters<A>) => Value;

const formulas: { readonly [A in ActivationName]: Formula<A> } = {
  linear: (_b, x) => x,
  tanh: (b, x) => b.tanh(x),
  sigmoid: (b, x) => b.sigmoid(x),
  relu: (b, x, parameters) =>
    parameters ? relu(b, x, parameters) : b.select(notPositive(b, x), 0, x),
  leakyRelu: (b, x, parameters) =>
    b.select(notPositive(b, x), b.mul(x, parameters?.negativeSlope ?? LEAKY_SLOPE), x),
  elu: (b, x, parameters) => elu(b, x, parameters?.alpha ?? ELU_ALPHA, 1),
  selu: (b, x) => elu(b, x, SELU_SCALE * SELU_ALPHA, SELU_SCALE),
  // Hendrycks and Gimpel, "Gaussian error linear units", 2016; exact, as Keras by default.
  gelu: (b, x, parameters) => b.mul(b.mul(x, 0.5), b.add(gelu(b, x, parameters?.approximate), 1)),
  silu: (b, x) => b.mul(x, b.sigmoid(x)),
  softplus: (b, x) => softplus(b, x),
  softsign: (b, x) => b.div(x, b.add(b.abs(x), 1)),
  exponential: (b, x) => b.exp(x),
  hardSigmoid: (b, x) => {
    const y = b.add(b.mul(x, 1 / 6), 0.5);
    const lower = b.select(notPositive(b, y), 0, y);
    return b.select(b.less(BELOW_ONE, y), 1, lower);
  },
  softmax: (b, x) => softmax(b, x),
  logSoftmax: (b, x) => logSoftmax(b, x),
};

/** Whether an engine may have a kernel for it as a whole. */
const COMPOSITES: readonly string[] = ['softmax', 'logSoftmax'] satisfies ActivationName[];

/** Applies an activation in primitives: inside of cells and decompositions. */
export function activate(b: Builder, x: Value, activation: Activation): Value {
  // The table's entry for a name takes the parameters of that name; the compiler cannot see it.
  const formula = formulas[nameOfActivation(activation)] as Formula<ActivationName>;
  return formula(b, x, typeof activation === 'string' ? undefined : (activation as never));
}

/** Applies an activation between layers, where `softmax` and `logSoftmax` are composites. */
export function activationLayer(b: Builder, x: Value, activation: Activation): Value {
  if (typeof activation !== 'string' || !COMPOSITES.includes(activation))
    return activate(b, x, activation);
  return compose(b, activation, { axis: -1 }, [x], (inner, copy) =>
    activate(inner, copy as Value, activation),
  );
}

/**
 * An activation as an option of a composite: its name, or, with parameters, its JSON text. A kernel
 * that compares it with the names of what it has so takes no function for another.
 */
export function activationOption(activation: Activation): string {
  return typeof activation === 'string' ? activation : JSON.stringify(activation);
}

/** The activation that {@link activationOption} wrote. */
export function activationOf(option: string): Activation {
  return (option.startsWith('{') ? JSON.parse(option) : option) as Activation;
}

/** `log(exp(x₀) + exp(x₁) + …)` over the last axis, which stays with size 1. */
export function logSumExp(b: Builder, x: Value): Value {
  const greatest = lastMax(b, x);
  const total = b.reduceSum(b.exp(b.sub(x, greatest)), [x.type.shape.length - 1], true);
  return b.add(b.log(total), greatest);
}

/** `x - logSumExp(x)` over the last axis. */
export function logSoftmax(b: Builder, x: Value): Value {
  const shifted = b.sub(x, lastMax(b, x));
  const total = b.reduceSum(b.exp(shifted), [x.type.shape.length - 1], true);
  return b.sub(shifted, b.log(total));
}

/** `log(1 + exp(x))`, without overflow. */
export function softplus(b: Builder, x: Value): Value {
  return b.add(b.max(x, 0), b.log(b.add(b.exp(b.neg(b.abs(x))), 1)));
}

function softmax(b: Builder, x: Value): Value {
  const powers = b.exp(b.sub(x, lastMax(b, x)));
  return b.div(powers, b.reduceSum(powers, [x.type.shape.length - 1], true));
}

/** The shift that keeps exp from overflowing; the result does not depend on it, so no gradient. */
function lastMax(b: Builder, x: Value): Value {
  return b.stopGradient(b.reduceMax(x, [x.type.shape.length - 1], true));
}

/** Keras's relu with its parameters; below the threshold also at it, as in Keras. */
function relu(
  b: Builder,
  x: Value,
  { negativeSlope, maxValue, threshold }: NonNullable<Parameters<'relu'>>,
): Value {
  const shifted = threshold === 0 ? x : b.sub(x, threshold);
  const below = notPositive(b, shifted);
  const line = negativeSlope === 0 ? 0 : b.mul(shifted, negativeSlope);
  const bounded = maxValue === undefined ? x : b.select(b.less(maxValue, x), maxValue, x);
  return b.select(below, line, bounded);
}

/** What gelu adds to one: the error function, or the tanh that comes near it. */
function gelu(b: Builder, x: Value, approximate = false): Value {
  if (!approximate) return b.erf(b.mul(x, Math.SQRT1_2));
  const cube = b.mul(b.mul(b.mul(x, x), x), 0.044715);
  return b.tanh(b.mul(b.add(x, cube), Math.sqrt(2 / Math.PI)));
}

/**
 * `scale * x` above zero, `negativeScale * (exp(x) - 1)` below. `exp(x) - 1` is written
 * `tanh(x / 2) (exp(x) + 1)`, which keeps all digits near zero.
 */
function elu(b: Builder, x: Value, negativeScale: number, scale: number): Value {
  const below = notPositive(b, x);
  const z = b.select(below, x, 0);
  const exponential = b.mul(b.tanh(b.mul(z, 0.5)), b.add(b.exp(z), 1));
  const negative = negativeScale === 1 ? exponential : b.mul(exponential, negativeScale);
  return b.select(below, negative, scale === 1 ? x : b.mul(x, scale));
}

/**
 * `x <= 0` but for NaN, written as less than the smallest number above: so the gradient at zero is
 * that of the left side, as in Keras, and a NaN takes the branch of `x` itself.
 */
function notPositive(b: Builder, x: Value): Value {
  return b.less(x, TINY);
}
