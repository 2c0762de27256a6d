/** Mutants that compute with fewer digits than float32 has. */
import type { Builder, Value } from '@chronograd/graph';
import type { Mutant } from './mutant.ts';
import { primitivesAs } from './programs.ts';
import { resultsAs } from './executables.ts';

/** Significant binary digits of a float64. */
const FLOAT64 = 53;

/**
 * Rounds to so many significant binary digits, the first included: `c - (c - x)` with
 * `c = (2^(53 - digits) + 1) x`, in the float64 of the reference backend (Dekker 1971, Veltkamp's
 * splitting).
 */
export function roundTo(b: Builder, x: Value, digits: number): Value {
  const c = b.mul(x, 2 ** (FLOAT64 - digits) + 1);
  return b.sub(c, b.sub(c, x));
}

/** Mutants of precision. */
export const precisionMutants: readonly Mutant[] = [
  {
    name: 'TF32',
    breaks: 'operands of matrix products are rounded to 10 binary digits after the first',
    change: primitivesAs(({ b, node, inputs }) => {
      const [x, y] = inputs;
      if (node.op !== 'matmul' || !x || !y) return undefined;
      return [b.matmul(roundTo(b, x, 11), roundTo(b, y, 11), node.attributes)];
    }),
    killedBy: [
      'primitives/matmul/two axes, A B',
      'primitives/matmul/sizes that no tile divides, gradient',
      'layers/dense/wide',
      'composites/lstm/from given states',
      'models/lstm/predict, gradient',
      'models/gru/1, 5 and 20 steps of Adam',
    ],
    spares: ['primitives/add/two operands', 'composites/softmax/over the last of three axes'],
  },
  {
    name: 'TF32 in three parts, of which one is forgotten',
    breaks: 'products of matrices are summed from rounded parts without the rest of the second',
    change: primitivesAs(({ b, node, inputs }) => {
      const [x, y] = inputs;
      if (node.op !== 'matmul' || !x || !y) return undefined;
      return [b.matmul(x, roundTo(b, y, 11), node.attributes)];
    }),
    killedBy: ['primitives/matmul/two axes, A B', 'layers/dense/wide', 'models/lstm/predict'],
    spares: ['primitives/add/two operands'],
  },
  {
    name: 'bfloat16 sums',
    breaks: 'what a matrix product adds up is rounded to 8 significant binary digits',
    change: primitivesAs(({ b, node, inputs }) => {
      const [x, y] = inputs;
      if (node.op !== 'matmul' || !x || !y) return undefined;
      return [roundTo(b, b.matmul(x, y, node.attributes), 8)];
    }),
    killedBy: ['primitives/matmul/a long inner axis of positive numbers', 'layers/dense/wide'],
    spares: ['primitives/add/two operands', 'primitives/reduceSum/a long axis'],
  },
  {
    name: 'half precision functions',
    breaks: 'tanh, sigmoid and exp are computed in float16',
    change: primitivesAs(({ b, node, inputs: [x] }) =>
      x && (node.op === 'tanh' || node.op === 'sigmoid' || node.op === 'exp')
        ? [roundTo(b, b[node.op](x), 11)]
        : undefined,
    ),
    killedBy: [
      'primitives/tanh/drawn numbers',
      'primitives/sigmoid/drawn numbers',
      'primitives/exp/drawn numbers',
      'composites/lstm/from given states',
    ],
    spares: ['primitives/sin/drawn numbers', 'layers/dense/relu'],
  },
  {
    name: 'sigmoid of a clamped argument',
    breaks: 'sigmoid is computed of its argument cut to ±8',
    change: primitivesAs(({ b, node, inputs: [x] }) =>
      x && node.op === 'sigmoid' ? [b.sigmoid(b.max(b.min(x, 8), -8))] : undefined,
    ),
    killedBy: [
      'primitives/sigmoid/saturating numbers',
      'layers/activation/sigmoid, saturated',
      'composites/gatedTanhSigmoid/saturated',
    ],
    spares: ['primitives/sigmoid/drawn numbers', 'composites/lstm/from given states'],
  },
  {
    name: 'half precision logarithms',
    breaks: 'logarithms are taken of numbers that are rounded to float16',
    change: primitivesAs(({ b, node, inputs: [x] }) =>
      x && node.op === 'log' ? [b.log(roundTo(b, x, 11))] : undefined,
    ),
    killedBy: ['primitives/log/close to one', 'layers/activation/softplus'],
    spares: ['layers/activation/sigmoid', 'primitives/exp/drawn numbers'],
  },
  {
    name: 'results in half precision',
    breaks: 'results are rounded to float16 when they are read',
    change: resultsAs((tensor) =>
      tensor.dtype === 'float32' ? { ...tensor, data: tensor.data.map(inHalfPrecision) } : tensor,
    ),
    killedBy: ['primitives/add/two operands', 'layers/dense/of vectors'],
    spares: ['primitives/equal/float32, some equal', 'primitives/argMax/a long axis'],
  },
];

/** A finite number of 11 significant binary digits. */
export function inHalfPrecision(value: number): number {
  if (!Number.isFinite(value)) return value;
  const c = value * (2 ** (FLOAT64 - 11) + 1);
  return c - (c - value);
}
