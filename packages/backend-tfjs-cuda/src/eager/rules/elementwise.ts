/** Primitives that compute each element from the elements at its place. */
import { scalar, type Tensor } from '@tensorflow/tfjs-core';
import {
  operand,
  several,
  single,
  type Call,
  type KernelName,
  type Rule,
  type RuleTable,
  type Step,
} from '../rule.ts';
import { multiplyWords, lessWords } from './words.ts';

/** One kernel of two operands, which repeats the smaller one by itself. */
function binaryStep(kernel: KernelName): Step {
  return single(
    kernel,
    (call, inputs) => call(kernel, { a: operand(inputs, 0), b: operand(inputs, 1) }),
    true,
  );
}

const binary =
  (kernel: KernelName): Rule<unknown> =>
  () =>
    binaryStep(kernel);

/** The kernels that call their only operand `a` are two, and not among these. */
function unaryStep(kernel: KernelName): Step {
  return single(kernel, (call, inputs) => call(kernel, { x: operand(inputs, 0) }), true);
}

const unary =
  (kernel: KernelName): Rule<unknown> =>
  () =>
    unaryStep(kernel);

/** Kernels of `abs` compute in float32, which does not hold all int32. */
const abs: Rule<unknown> = (_attributes, [type]) =>
  type?.dtype === 'float32'
    ? unaryStep('Abs')
    : several(
        ['Neg', 'Maximum'],
        (call, inputs) => {
          const x = operand(inputs, 0);
          return call('Maximum', { a: x, b: call('Neg', { x }) });
        },
        true,
      );

/** Coefficients of `x P(x²) / Q(x²)`, highest power first. */
const ERF_NUMERATOR = [
  -2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5,
  -7.34990630326855e-4, -2.954599808540251e-3, -1.60960333262415e-2,
];
const ERF_DENOMINATOR = [
  -1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3,
  -1.42647390514189e-2,
];

/** Horner's rule. */
function polynomial(
  call: Call<'Add' | 'Multiply'>,
  x: Tensor,
  [first = 0, ...rest]: readonly number[],
): Tensor {
  return rest.reduce<Tensor>(
    (sum, coefficient) =>
      call('Add', { a: call('Multiply', { a: sum, b: x }), b: scalar(coefficient) }),
    scalar(first),
  );
}

/**
 * tfjs's own kernels take a formula that is right to 1.5e-7 of one (Abramowitz and Stegun, 7.1.26),
 * and so not close to zero. This is Eigen's rational function (Eigen, `generic_fast_erf_float`),
 * right to a few units in the last place; erf is ±1 in float32 beyond 4.
 */
const erf: Rule<unknown> = () =>
  several(
    ['Add', 'Multiply', 'RealDiv', 'Maximum', 'Minimum'],
    (call, inputs) => {
      const above = call('Maximum', { a: operand(inputs, 0), b: scalar(-4) });
      const x = call('Minimum', { a: above, b: scalar(4) });
      const square = call('Multiply', { a: x, b: x });
      const numerator = polynomial(call, square, ERF_NUMERATOR);
      const denominator = polynomial(call, square, ERF_DENOMINATOR);
      return call('RealDiv', { a: call('Multiply', { a: x, b: numerator }), b: denominator });
    },
    true,
  );

/** The kernel wants one shape of all three. */
const select: Rule<unknown> = () =>
  single('Select', (call, inputs) =>
    call('Select', {
      condition: operand(inputs, 0),
      t: operand(inputs, 1),
      e: operand(inputs, 2),
    }),
  );

/** Rules of element-wise primitives. */
export const elementwiseRules: RuleTable<
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'max'
  | 'min'
  | 'pow'
  | 'neg'
  | 'abs'
  | 'sign'
  | 'floor'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'sigmoid'
  | 'erf'
  | 'equal'
  | 'less'
  | 'and'
  | 'not'
  | 'select'
> = {
  add: binary('Add'),
  sub: binary('Sub'),
  mul: (_attributes, [type], _output, { exactProducts }) =>
    type?.dtype === 'float32' || exactProducts ? binaryStep('Multiply') : multiplyWords,
  div: binary('RealDiv'),
  max: binary('Maximum'),
  min: binary('Minimum'),
  pow: binary('Pow'),
  neg: unary('Neg'),
  abs,
  sign: unary('Sign'),
  floor: unary('Floor'),
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  sin: unary('Sin'),
  cos: unary('Cos'),
  tanh: unary('Tanh'),
  sigmoid: unary('Sigmoid'),
  erf,
  equal: binary('Equal'),
  less: (_attributes, [type]) => (type?.dtype === 'uint32' ? lessWords : binaryStep('Less')),
  and: binary('LogicalAnd'),
  not: unary('LogicalNot'),
  select,
};
