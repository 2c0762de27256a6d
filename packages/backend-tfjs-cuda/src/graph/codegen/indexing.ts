/** Rows by their numbers, constants and counting. */
import { isRepeated, sizeOf, type Shape } from '@chronograd/graph';
import { typed, type Emitter } from './context.ts';

const gather: Emitter<'gather'> = (context, _node, [table, indices]) => {
  if (!table || !indices) return [];
  const type = typed(table.type.dtype, [...indices.type.shape, ...table.type.shape.slice(1)]);
  const operands = [context.full(table), context.full(indices), context.writer.int32Scalar(0)];
  return [
    context.op('GatherV2', operands, type, {
      Tparams: { type: type.dtype },
      Tindices: { type: 'int32' },
      Taxis: { type: 'int32' },
      batch_dims: { int: 0 },
    }),
  ];
};

const scatterAdd: Emitter<'scatterAdd'> = (context, _node, [base, indices, updates]) => {
  if (!base || !indices || !updates) return [];
  // One list of rows: the operation has no single row.
  const count = sizeOf(indices.type.shape);
  const rows = context.reshaped(context.full(indices), [count, 1]);
  const values = context.reshaped(context.full(updates), [count, ...base.type.shape.slice(1)]);
  const operands = [context.full(base), rows, values];
  return [
    context.op('TensorScatterAdd', operands, base.type, {
      T: { type: base.type.dtype },
      Tindices: { type: 'int32' },
    }),
  ];
};

const constant: Emitter<'constant'> = (context, { attributes }) => {
  const { dtype, shape, value } = attributes;
  const type = typed(dtype, shape);
  return [
    isRepeated(value)
      ? context.splat(type, value[0] as number)
      : context.constant(type, shape, value),
  ];
};

const iota: Emitter<'iota'> = (context, { attributes: { dtype, shape, axis } }) => {
  // One column of numbers, which repeats along the axes before and after.
  const small: Shape = shape.slice(axis).map((dimension, at) => (at === 0 ? dimension : 1));
  const numbers = Array.from({ length: shape[axis] ?? 0 }, (_, i) => i);
  return [context.constant(typed(dtype, shape), small, numbers)];
};

/** Emitters of indexing and of sources. */
export const indexingEmitters = { gather, scatterAdd, constant, iota };
