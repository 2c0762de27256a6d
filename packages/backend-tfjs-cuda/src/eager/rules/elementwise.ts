/** Primitives that compute each element from the elements at its place. */
import { scalar, type Tensor } from '@tensorflow/tfjs-core';
import {
  binaryStep,
  operand,
  several,
  single,
  unaryStep,
  type BinaryKernel,
  type Call,
  type Rule,
  type RuleTable,
  type UnaryKernel,
} from '../rule.ts';
import { absWords, lessWords, multiplyWords, negateWords } from './words.ts';

const binary =
  (kernel: BinaryKernel): Rule<unknown> =>
  () =>
    binaryStep(kernel);

const unary =
  (kernel: UnaryKernel): Rule<unknown> =>
  () =>
    unaryStep(kernel);

/** Where the engine compares with a NaN in the second place, it takes the first operand. */
const extremum =
  (kernel: 'Maximum' | 'Minimum'): Rule<unknown> =>
  (_attributes, [type], _output, { extremaKeepNaN }) =>
    type?.dtype !== 'float32' || extremaKeepNaN
      ? binaryStep(kernel)
      : several([kernel, 'NotEqual', 'Select'], (call, inputs) => {
          const [a, b] = [operand(inputs, 0), operand(inputs, 1)];
          const condition = call('NotEqual', { a: b, b });
          return call('Select', { condition, t: b, e: call(kernel, { a, b }) });
        });

/** Coefficients of `x P(x²) / Q(x²)`, highest power first. */
const ERF_NUMERATOR = [
  -2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5,
  -7.34990630326855e-4, -2.9545998085402e-3, -1.60960333262415e-2,
];
const ERF_DENOMINATOR = [
  -1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3,
  -1.42647390514189e-2,
];

/** Horner's rule, highest power first. */
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

/**
 * Where the engine brings angles below zero into its range by adding whole turns, small ones lose
 * their digits: so the sine of the size, with the sign of the angle.
 */
const sin: Rule<unknown> = (_attributes, _inputs, _output, { oddSine }) =>
  oddSine
    ? unaryStep('Sin')
    : several(['Abs', 'Less', 'Neg', 'Select', 'Sin'], (call, inputs) => {
        const x = operand(inputs, 0);
        const e = call('Sin', { x: call('Abs', { x }) });
        const condition = call('Less', { a: x, b: scalar(0) });
        return call('Select', { condition, t: call('Neg', { x: e }), e });
      });

/** Where the engine takes what is small, or NaN, for zero: 1 above zero less 1 below it. */
const sign: Rule<unknown> = (_attributes, [type], _output, { exactSign }) =>
  type?.dtype !== 'float32' || exactSign
    ? unaryStep('Sign')
    : several(['Cast', 'Less', 'NotEqual', 'Select', 'Sub'], (call, inputs) => {
        const [x, zero] = [operand(inputs, 0), scalar(0)];
        const [above, below] = [
          call('Less', { a: zero, b: x }),
          call('Less', { a: x, b: zero }),
        ].map((condition) => call('Cast', { x: condition }, { dtype: 'float32' }));
        const e = call('Sub', { a: above as Tensor, b: below as Tensor });
        return call('Select', { condition: call('NotEqual', { a: x, b: x }), t: x, e });
      });

/** The kernel wants one shape of all three, and not all kernels take bool. */
const select: Rule<unknown> = (_attributes, [, type]) =>
  type?.dtype === 'bool'
    ? several(['LogicalAnd', 'LogicalNot', 'LogicalOr'], (call, inputs) => {
        const [condition, t, e] = [0, 1, 2].map((i) => operand(inputs, i)) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        const otherwise = call('LogicalAnd', { a: call('LogicalNot', { x: condition }), b: e });
        return call('LogicalOr', { a: call('LogicalAnd', { a: condition, b: t }), b: otherwise });
      })
    : single('Select', (call, inputs) =>
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
  max: extremum('Maximum'),
  min: extremum('Minimum'),
  pow: binary('Pow'),
  neg: (_attributes, [type]) => (type?.dtype === 'float32' ? unaryStep('Neg') : negateWords),
  abs: (_attributes, [type]) => (type?.dtype === 'float32' ? unaryStep('Abs') : absWords),
  sign,
  floor: unary('Floor'),
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  sin,
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
