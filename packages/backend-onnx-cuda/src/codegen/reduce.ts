/** Reductions. */
import { reducedShape, sizeOf, type ReduceAttributes } from '@chronograd/graph';
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';
import { elementwise } from './elementwise.ts';

function reduce(
  context: EmitContext,
  op: string,
  value: GraphValue,
  attributes: ReduceAttributes,
): GraphValue {
  const type = typed(value.type.dtype, reducedShape(value.type.shape, attributes));
  const operands = [context.full(value), context.writer.int64(attributes.axes)];
  const keepdims = { int: attributes.keepDims ? 1 : 0 };
  return context.op(op, operands, type, { attributes: { keepdims } });
}

const reduceSum: Emitter<'reduceSum'> = (context, { attributes }, [a]) => {
  if (!a) return [];
  const type = typed(a.type.dtype, reducedShape(a.type.shape, attributes));
  if (sizeOf(a.shape) !== 1) return [reduce(context, 'ReduceSum', a, attributes)];
  // A repeated number, times how often it is added.
  const count = attributes.axes.reduce((product, axis) => product * (a.type.shape[axis] ?? 1), 1);
  const one = context.asScalar(a, typed(a.type.dtype, []));
  const sum = elementwise(context, 'Mul', [one, context.splat(one.type, count)], a.type.dtype);
  return [{ ...sum, type }];
};

const reduceMax: Emitter<'reduceMax'> = (context, { attributes }, [a]) => {
  if (!a) return [];
  const type = typed(a.type.dtype, reducedShape(a.type.shape, attributes));
  if (sizeOf(a.shape) === 1) return [context.asScalar(a, type)];
  const greatest = reduce(context, 'ReduceMax', a, attributes);
  if (a.type.dtype !== 'float32') return [greatest];
  // onnxruntime's ReduceMax passes over every NaN but the first element: the sum of all NaN, and
  // of zeros elsewhere, brings them back.
  const whole = context.full(a);
  const isNaN = elementwise(context, 'IsNaN', [whole], 'bool');
  const zero = context.splat(whole.type, 0);
  const nans = elementwise(context, 'Where', [isNaN, whole, zero], 'float32');
  const sum = reduce(context, 'ReduceSum', nans, attributes);
  return [elementwise(context, 'Add', [greatest, sum], 'float32')];
};

const argMax: Emitter<'argMax'> = (context, { attributes: { axis } }, [a]) => {
  if (!a) return [];
  const shape = a.type.shape.filter((_, at) => at !== axis);
  const attributes = { axis: { int: axis }, keepdims: { int: 0 } };
  const index = context.raw('ArgMax', [context.full(a).name], 'int64', shape, { attributes });
  return [castIndex(context, index, shape)];
};

function castIndex(context: EmitContext, name: string, shape: readonly number[]): GraphValue {
  return context.op('Cast', [name], typed('int32', shape), { attributes: { to: { int: 6 } } });
}

/** Emitters of the reductions. */
export const reduceEmitters = { reduceSum, reduceMax, argMax };
