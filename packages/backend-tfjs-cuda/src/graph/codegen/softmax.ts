/** Softmax and its logarithm over the last axis. */
import type { CompositeGradientNode, CompositeNode } from '@chronograd/graph';
import { typed, type EmitContext, type GraphValue } from './context.ts';
import { arithmetic } from './elementwise.ts';

type Op = 'Softmax' | 'LogSoftmax';

/** Writes the operation. */
export function emitSoftmax(op: Op) {
  return (
    context: EmitContext,
    _node: CompositeNode,
    [x]: readonly GraphValue[],
  ): readonly GraphValue[] =>
    x ? [context.op(op, [context.full(x)], x.type, { T: { type: 'float32' } })] : [];
}

/**
 * Writes the gradient in terms of the result y and its cotangent g: `y (g - Σ g y)` for softmax,
 * `g - exp(y) Σ g` for its logarithm.
 */
export function emitSoftmaxGradient(op: Op) {
  return (
    context: EmitContext,
    _node: CompositeGradientNode,
    [, y, g]: readonly GraphValue[],
  ): readonly GraphValue[] => {
    if (!y || !g) return [];
    const apply = (name: string, ...operands: GraphValue[]): GraphValue =>
      arithmetic(context, name, operands);
    if (op === 'Softmax')
      return [apply('Mul', y, apply('Sub', g, sumOfLastAxis(context, apply('Mul', g, y))))];
    const share = apply('Mul', apply('Exp', y), sumOfLastAxis(context, g));
    return [apply('Sub', g, share)];
  };
}

/** The sum over the last axis, which stays with size 1. */
function sumOfLastAxis(context: EmitContext, value: GraphValue): GraphValue {
  const { shape } = value.type;
  const kept = shape.map((dimension, axis) => (axis === shape.length - 1 ? 1 : dimension));
  const operands = [context.full(value), context.writer.int32([shape.length - 1])];
  const sum = context.op('Sum', operands, typed('float32', kept), {
    T: { type: 'float32' },
    Tidx: { type: 'int32' },
    keep_dims: { bool: true },
  });
  return { ...sum, type: value.type };
}
