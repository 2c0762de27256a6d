/** Reductions. */
import { reducedShape, sizeOf, type ReduceAttributes } from '@chronograd/graph';
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';
import { arithmetic } from './elementwise.ts';

function reduce(
  context: EmitContext,
  op: string,
  value: GraphValue,
  attributes: ReduceAttributes,
): GraphValue {
  const { dtype } = value.type;
  const operands = [context.full(value), context.writer.int32(attributes.axes)];
  return context.op(op, operands, typed(dtype, reducedShape(value.type.shape, attributes)), {
    T: { type: dtype },
    Tidx: { type: 'int32' },
    keep_dims: { bool: attributes.keepDims },
  });
}

/** Whether one element stands for all, and there are elements. */
function isRepeated({ shape, type }: GraphValue): boolean {
  return sizeOf(shape) === 1 && sizeOf(type.shape) > 0;
}

const reduceSum: Emitter<'reduceSum'> = (context, { attributes }, [a]) => {
  if (!a) return [];
  if (!isRepeated(a)) return [reduce(context, 'Sum', a, attributes)];
  // A repeated number, times how often it is added.
  const type = typed(a.type.dtype, reducedShape(a.type.shape, attributes));
  const count = attributes.axes.reduce((product, axis) => product * (a.type.shape[axis] ?? 1), 1);
  const one = context.asScalar(a, typed(a.type.dtype, []));
  const sum = arithmetic(context, 'Mul', [one, context.splat(one.type, count)]);
  return [{ ...sum, type }];
};

const reduceMax: Emitter<'reduceMax'> = (context, { attributes }, [a]) => {
  if (!a) return [];
  if (!isRepeated(a)) return [reduce(context, 'Max', a, attributes)];
  return [context.asScalar(a, typed(a.type.dtype, reducedShape(a.type.shape, attributes)))];
};

const argMax: Emitter<'argMax'> = (context, { attributes: { axis } }, [a]) => {
  if (!a) return [];
  const shape = a.type.shape.filter((_, at) => at !== axis);
  const operands = [context.full(a), context.writer.int32Scalar(axis)];
  return [
    context.op('ArgMax', operands, typed('int32', shape), {
      T: { type: a.type.dtype },
      Tidx: { type: 'int32' },
      output_type: { type: 'int32' },
    }),
  ];
};

/** Emitters of the reductions. */
export const reduceEmitters = { reduceSum, reduceMax, argMax };
