/** Rows by their numbers, constants and counting. */
import { isRepeated, type Shape } from '@chronograd/graph';
import { typed, type Emitter } from './context.ts';

const gather: Emitter<'gather'> = (context, _node, [table, indices]) => {
  if (!table || !indices) return [];
  const type = typed(table.type.dtype, [...indices.type.shape, ...table.type.shape.slice(1)]);
  const operands = [context.full(table), context.full(indices)];
  return [context.op('Gather', operands, type, { attributes: { axis: { int: 0 } } })];
};

const scatterAdd: Emitter<'scatterAdd'> = (context, _node, [base, indices, updates]) => {
  if (!base || !indices || !updates) return [];
  const at = [...indices.type.shape, 1];
  const column = context.reshaped(context.full(indices), at);
  const rows = context.raw('Cast', [column.name], 'int64', at, { attributes: { to: { int: 7 } } });
  const operands = [context.full(base), rows, context.full(updates)];
  const attributes = { reduction: { string: 'add' } };
  return [context.op('ScatterND', operands, base.type, { attributes })];
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
  const count = shape[axis] ?? 0;
  return [
    context.constant(
      typed(dtype, shape),
      small,
      Array.from({ length: count }, (_, i) => i),
    ),
  ];
};

/** Emitters of indexing and of sources. */
export const indexingEmitters = { gather, scatterAdd, constant, iota };
