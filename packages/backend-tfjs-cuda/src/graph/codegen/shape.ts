/** Primitives that move elements. */
import { sameShape, sizeOf, type Shape } from '@chronograd/graph';
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';

const withoutLeadingOnes = (shape: Shape): Shape => {
  const first = shape.findIndex((dimension) => dimension !== 1);
  return first < 0 ? [] : shape.slice(first);
};

const reshape: Emitter<'reshape'> = (context, { attributes: { shape } }, [value]) => {
  if (!value) return [];
  const type = typed(value.type.dtype, shape);
  if (sizeOf(value.shape) === 1)
    return [
      value.shape.length <= shape.length ? { ...value, type } : context.asScalar(value, type),
    ];
  // Leading axes of size 1 come with broadcasting.
  if (
    value.shape.length <= shape.length &&
    sameShape(withoutLeadingOnes(value.type.shape), withoutLeadingOnes(shape))
  )
    return [{ ...value, type }];
  return [context.reshaped(context.full(value), shape)];
};

const transpose: Emitter<'transpose'> = (context, { attributes: { permutation } }, [a]) => {
  if (!a) return [];
  const shape = permutation.map((axis) => a.type.shape[axis] ?? 0);
  if (sizeOf(a.shape) === 1) return [{ ...a, type: typed(a.type.dtype, shape) }];
  return [transposed(context, context.full(a), permutation)];
};

/** A value held in full with its axes in another order. */
export function transposed(
  context: EmitContext,
  value: GraphValue,
  permutation: readonly number[],
): GraphValue {
  const { dtype, shape } = value.type;
  const type = typed(
    dtype,
    permutation.map((axis) => shape[axis] ?? 0),
  );
  // Moving axes of size 1 around moves no element.
  const moved = permutation.filter((axis) => shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > (moved[i - 1] ?? -1)))
    return context.reshaped(value, type.shape);
  return context.op('Transpose', [value, context.writer.int32(permutation)], type, {
    T: { type: dtype },
    Tperm: { type: 'int32' },
  });
}

const slice: Emitter<'slice'> = (context, { attributes: { starts, limits } }, [a]) => {
  if (!a) return [];
  const sizes = starts.map((start, axis) => (limits[axis] ?? 0) - start);
  const type = typed(a.type.dtype, sizes);
  if (sizeOf(a.shape) === 1 && a.shape.length <= type.shape.length && sizeOf(sizes) > 0)
    return [{ ...a, type }];
  if (sameShape(sizes, a.type.shape)) return [{ ...a, type }];
  const operands = [context.full(a), context.writer.int32(starts), context.writer.int32(sizes)];
  const attributes = { T: { type: type.dtype }, Index: { type: 'int32' } } as const;
  return [context.op('Slice', operands, type, attributes)];
};

const pad: Emitter<'pad'> = (context, { attributes: { low, high, value } }, [a]) => {
  if (!a) return [];
  const { dtype, shape } = a.type;
  const type = typed(
    dtype,
    shape.map((dimension, axis) => dimension + (low[axis] ?? 0) + (high[axis] ?? 0)),
  );
  if (sameShape(type.shape, shape)) return [{ ...a, type }];
  const counts = Int32Array.from(shape.flatMap((_, axis) => [low[axis] ?? 0, high[axis] ?? 0]));
  const paddings = context.writer.constant('int32', [shape.length, 2], counts);
  const fill = context.splat(typed(dtype, []), value);
  return [
    context.op('PadV2', [context.full(a), paddings, fill], type, {
      T: { type: dtype },
      Tpaddings: { type: 'int32' },
    }),
  ];
};

const concat: Emitter<'concat'> = (context, { attributes: { axis } }, inputs) =>
  inputs.length === 0 ? [] : [concatenate(context, inputs, axis)];

/** Values after each other along an axis. */
export function concatenate(
  context: EmitContext,
  values: readonly GraphValue[],
  axis: number,
): GraphValue {
  const [first] = values;
  if (!first) throw new TypeError('tensorflow: nothing to put after each other');
  if (values.length === 1) return first;
  const total = values.reduce((sum, { type }) => sum + (type.shape[axis] ?? 0), 0);
  const shape = first.type.shape.map((dimension, at) => (at === axis ? total : dimension));
  const operands = values.map((value) => context.full(value));
  const { dtype } = first.type;
  return context.op(
    'ConcatV2',
    [...operands, context.writer.int32Scalar(axis)],
    typed(dtype, shape),
    {
      N: { int: values.length },
      T: { type: dtype },
      Tidx: { type: 'int32' },
    },
  );
}

const reverse: Emitter<'reverse'> = (context, { attributes: { axes } }, [a]) => {
  if (!a) return [];
  const moved = axes.filter((axis) => (a.type.shape[axis] ?? 1) > 1);
  if (moved.length === 0 || sizeOf(a.shape) === 1) return [a];
  return [reversed(context, context.full(a), moved)];
};

/** A value held in full, last element first along axes. */
export function reversed(
  context: EmitContext,
  value: GraphValue,
  axes: readonly number[],
): GraphValue {
  return context.op('ReverseV2', [value, context.writer.int32(axes)], value.type, {
    T: { type: value.type.dtype },
    Tidx: { type: 'int32' },
  });
}

/** Cuts a value held in full into pieces of these sizes along an axis. */
export function splitAlong(
  context: EmitContext,
  value: GraphValue,
  axis: number,
  sizes: readonly number[],
): GraphValue[] {
  const { dtype, shape } = value.type;
  const types = sizes.map((size) =>
    typed(
      dtype,
      shape.map((dimension, at) => (at === axis ? size : dimension)),
    ),
  );
  const along = context.writer.int32Scalar(axis);
  const common = { T: { type: dtype }, num_split: { int: sizes.length } } as const;
  if (sizes.every((size) => size === sizes[0]))
    return context.ops('Split', [along, value], types, common);
  return context.ops('SplitV', [value, context.writer.int32(sizes), along], types, {
    ...common,
    Tlen: { type: 'int32' },
  });
}

/** Emitters of the primitives that move elements. */
export const shapeEmitters = {
  reshape,
  broadcastTo: ((_context, { attributes: { shape } }, [a]) =>
    a ? [{ ...a, type: typed(a.type.dtype, shape) }] : []) satisfies Emitter<'broadcastTo'>,
  transpose,
  slice,
  pad,
  concat,
  reverse,
};
