/** Element by element, one operand: `neg abs sign floor exp log sqrt sin cos tanh sigmoid erf`. */
import type { PrimitiveCase, PrimitiveTable } from '../../kinds/primitive.ts';
import type { TensorData } from '../../data/draw.ts';
import type { ToleranceClass } from '../../tolerances.ts';
import { drawn, floats, ints, specials } from './inputs.ts';

type Unary =
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
  | 'erf';

/** One application to an input. */
function on(
  op: Unary,
  name: string,
  input: TensorData,
  tolerance: ToleranceClass,
  more: Partial<PrimitiveCase> = {},
): PrimitiveCase {
  return { name, inputs: [input], write: (b, x) => b[op](x), tolerance, ...more };
}

/** What all of them are tried with: drawn numbers, shapes, an own gradient. */
function plain(op: Unary, min: number, max: number, tolerance: ToleranceClass): PrimitiveCase[] {
  return [
    on(op, 'drawn numbers', drawn([4, 7], min, max), tolerance, { gradient: true, inScan: true }),
    on(op, 'a scalar', drawn([], min, max), tolerance, { gradient: true }),
    on(op, 'axes of size 1', drawn([1, 3, 1], min, max), tolerance),
    on(op, 'an empty tensor', floats([2, 0], []), 'exact'),
    on(op, 'a size that no vector length divides', drawn([259], min, max), tolerance),
    {
      // The chain rule through itself and a product, so that the cotangent is not constant.
      name: 'used twice',
      inputs: [drawn([3, 4], min, max)],
      write: (b, x) => b.mul(b[op](x), b.sub(b[op](b.mul(x, 0.5)), x)),
      tolerance: 'forward',
      gradient: true,
    },
  ];
}

const special = (op: Unary): PrimitiveCase => on(op, 'NaN and infinities', specials, 'elementwise');

/** Numbers where `exp` over- and underflows in float32, and where `tanh` and `erf` are flat. */
const extremes = floats(
  [2, 8],
  [90, -90, 200, -200, 20, -20, 9, -9, 5, -5, 3e38, -3e38, 1e4, -1e4, 0, -0],
);
const saturating = (op: Unary, gradient = false): PrimitiveCase =>
  on(op, 'saturating numbers', extremes, 'elementwise', { gradient, inScan: true });

/** Around zero a formula with a difference in it loses its digits. */
const small = (op: Unary): PrimitiveCase =>
  on(op, 'close to zero', drawn([3, 9], -0.02, 0.02), 'forward', { gradient: true });

const denormal = (op: Unary): PrimitiveCase =>
  on(op, 'denormal numbers', floats([4], [1e-40, -1e-40, 1e-45, -3e-39]), 'elementwise');

const integers = (op: 'neg' | 'abs' | 'sign'): PrimitiveCase =>
  on(op, 'int32', ints([2, 3], [-7, 0, 3, 2147483647, -2147483647, 5]), 'exact', { inScan: true });

/** Cases of the primitives of one operand. */
export const elementwise: PrimitiveTable<Unary> = {
  neg: [...plain('neg', -2, 2, 'exact'), special('neg'), denormal('neg'), integers('neg')],
  abs: [
    ...plain('abs', -2, 2, 'exact'),
    special('abs'),
    denormal('abs'),
    integers('abs'),
    on('abs', 'at its corner', floats([3], [0, -1, 2]), 'exact', { gradient: true }),
  ],
  sign: [
    ...plain('sign', -2, 2, 'exact'),
    on('sign', 'zeros and infinities', floats([4], [0, -0, Infinity, -Infinity]), 'elementwise'),
    integers('sign'),
  ],
  floor: [
    ...plain('floor', -3, 3, 'exact'),
    special('floor'),
    on(
      'floor',
      'whole numbers and just beside them',
      floats([2, 5], [1, -1, 0.99999994, -0.99999994, 2.5, -2.5, 8388609, -8388609, 1e10, 0.25]),
      'exact',
    ),
  ],
  exp: [
    ...plain('exp', -4, 4, 'elementwise'),
    special('exp'),
    denormal('exp'),
    saturating('exp'),
    on('exp', 'from -85 to 85', drawn([8, 8], -85, 85), 'elementwise'),
  ],
  log: [
    ...plain('log', 0.2, 6, 'forward'),
    on(
      'log',
      'from 1e-37 to 3e38',
      floats([6], [1e-37, 1e-20, 1e-3, 17, 1e20, 3e38]),
      'elementwise',
    ),
    on('log', 'close to one', drawn([3, 9], 0.95, 1.05), 'forward', { gradient: true }),
    on('log', 'zero, infinity and NaN', floats([3], [0, Infinity, NaN]), 'exact'),
    on('log', 'negative numbers', floats([3], [-1, -Infinity, -1e-3]), 'exact'),
  ],
  sqrt: [
    ...plain('sqrt', 0.2, 6, 'elementwise'),
    on(
      'sqrt',
      'from 1e-37 to 3e38',
      floats([6], [1e-37, 1e-20, 1e-3, 17, 1e20, 3e38]),
      'elementwise',
    ),
    on('sqrt', 'zero, infinity and NaN', floats([3], [0, Infinity, NaN]), 'exact'),
    on('sqrt', 'negative numbers', floats([2], [-1, -Infinity]), 'exact'),
  ],
  sin: [
    ...plain('sin', -3, 3, 'forward'),
    small('sin'),
    on('sin', 'many periods', drawn([6, 6], -40, 40), 'forward', { gradient: true }),
    on('sin', 'NaN and infinities', floats([3], [NaN, Infinity, -Infinity]), 'exact'),
  ],
  cos: [
    ...plain('cos', -3, 3, 'forward'),
    on('cos', 'many periods', drawn([6, 6], -40, 40), 'forward', { gradient: true }),
    on('cos', 'NaN and infinities', floats([3], [NaN, Infinity, -Infinity]), 'exact'),
  ],
  tanh: [
    ...plain('tanh', -3, 3, 'forward'),
    small('tanh'),
    special('tanh'),
    denormal('tanh'),
    saturating('tanh', true),
  ],
  sigmoid: [
    ...plain('sigmoid', -4, 4, 'elementwise'),
    special('sigmoid'),
    denormal('sigmoid'),
    // Far below zero engines are right to 1e-8 of one, not of the result: onnxruntime's is
    // constant below -18. So the norm, to which results near one belong.
    { ...saturating('sigmoid', true), tolerance: 'forward' },
    on('sigmoid', 'from -30 to 3', drawn([4, 8], -30, 3), 'forward', { gradient: true }),
  ],
  erf: [
    ...plain('erf', -3, 3, 'forward'),
    small('erf'),
    special('erf'),
    denormal('erf'),
    saturating('erf'),
  ],
};
