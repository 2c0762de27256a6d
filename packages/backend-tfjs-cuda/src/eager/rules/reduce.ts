/** Primitives that make one element of many: reductions and matrix products. */
import { zeros } from '@tensorflow/tfjs-core';
import { sizeOf, type PrimitiveAttributes, type ReduceAttributes } from '@chronograd/graph';
import { filled } from '../tensors.ts';
import { operand, several, single, type Rule, type RuleTable } from '../rule.ts';

const reduceSum: Rule<ReduceAttributes> = ({ axes, keepDims }, [type], output) =>
  type && sizeOf(type.shape) === 0
    ? several([], () => filled(output, 0))
    : single('Sum', (call, inputs) =>
        call('Sum', { x: operand(inputs, 0) }, { axis: [...axes], keepDims }),
      );

/** The greatest of none is the least number of the type. */
const reduceMax: Rule<ReduceAttributes> = ({ axes, keepDims }, [type], output) =>
  type && sizeOf(type.shape) === 0
    ? several([], () => filled(output, output.dtype === 'float32' ? -Infinity : -(2 ** 31)))
    : single('Max', (call, inputs) =>
        call('Max', { x: operand(inputs, 0) }, { reductionIndices: [...axes], keepDims }),
      );

const argMax: Rule<PrimitiveAttributes['argMax']> = ({ axis }) =>
  single('ArgMax', (call, inputs) => call('ArgMax', { x: operand(inputs, 0) }, { axis }));

const matmul: Rule<PrimitiveAttributes['matmul']> = ({ transposeA, transposeB }, [left], output) =>
  left && sizeOf(left.shape) === 0
    ? several([], () => zeros([...output.shape]))
    : single('BatchMatMul', (call, inputs) =>
        call(
          'BatchMatMul',
          { a: operand(inputs, 0), b: operand(inputs, 1) },
          { transposeA, transposeB },
        ),
      );

/** Rules of reductions and products. */
export const reduceRules: RuleTable<'reduceSum' | 'reduceMax' | 'argMax' | 'matmul'> = {
  reduceSum,
  reduceMax,
  argMax,
  matmul,
};
