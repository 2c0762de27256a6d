/** Primitives that move elements. */
import { sameShape, sizeOf, type Shape } from '@chronograd/graph';
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';

/** Slice's "to the very beginning" when it steps backwards. */
const BEFORE_FIRST = Number.MIN_SAFE_INTEGER;

const withoutLeadingOnes = (shape: Shape): Shape => {
  const first = shape.findIndex((dimension) => dimension !== 1);
  return first < 0 ? [] : shape.slice(first);
};

/** The same elements in another shape; a repeated number stays one number. */
export function reshape(context: EmitContext, value: GraphValue, shape: Shape): GraphValue {
  const type = typed(value.type.dtype, shape);
  if (sizeOf(value.shape) === 1) {
    return value.shape.length <= shape.length ? { ...value, type } : context.asScalar(value, type);
  }
  // Leading axes of size 1 come with broadcasting.
  if (
    value.shape.length <= shape.length &&
    sameShape(withoutLeadingOnes(value.type.shape), withoutLeadingOnes(shape))
  )
    return { ...value, type };
  return context.reshaped(context.full(value), shape);
}

const transpose: Emitter<'transpose'> = (context, { attributes: { permutation } }, [a]) => {
  if (!a) return [];
  const type = typed(
    a.type.dtype,
    permutation.map((axis) => a.type.shape[axis] ?? 0),
  );
  if (sizeOf(a.shape) === 1) return [{ ...a, type }];
  const operand = context.full(a);
  // Moving axes of size 1 around moves no element.
  const moved = permutation.filter((axis) => a.type.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > (moved[i - 1] ?? -1)))
    return [context.reshaped(operand, type.shape)];
  return [
    context.op('Transpose', [operand], type, { attributes: { perm: { ints: permutation } } }),
  ];
};

const slice: Emitter<'slice'> = (context, { attributes: { starts, limits } }, [a]) => {
  if (!a) return [];
  const type = typed(
    a.type.dtype,
    starts.map((start, axis) => (limits[axis] ?? 0) - start),
  );
  if (sizeOf(a.shape) === 1 && a.shape.length <= type.shape.length && sizeOf(type.shape) > 0)
    return [{ ...a, type }];
  const axes = starts.flatMap((_, axis) => (type.shape[axis] === a.type.shape[axis] ? [] : [axis]));
  if (axes.length === 0) return [{ ...a, type }];
  const at = (values: readonly number[]): string =>
    context.writer.int64(axes.map((axis) => values[axis] ?? 0));
  const operands = [context.full(a), at(starts), at(limits), context.writer.int64(axes)];
  return [context.op('Slice', operands, type)];
};

const pad: Emitter<'pad'> = (context, { attributes: { low, high, value } }, [a]) => {
  if (!a) return [];
  const { dtype, shape } = a.type;
  const type = typed(
    dtype,
    shape.map((dimension, axis) => dimension + (low[axis] ?? 0) + (high[axis] ?? 0)),
  );
  const pads = context.writer.int64([...low, ...high]);
  const fill = context.writer.scalar(dtype, value);
  return [context.op('Pad', [context.full(a), pads, fill], type)];
};

const concat: Emitter<'concat'> = (context, { attributes: { axis } }, inputs) => {
  const [first] = inputs;
  if (!first) return [];
  const total = inputs.reduce((sum, { type }) => sum + (type.shape[axis] ?? 0), 0);
  const shape = first.type.shape.map((dimension, at) => (at === axis ? total : dimension));
  return [concatenate(context, inputs, axis, shape)];
};

/** Values after each other along an axis. */
export function concatenate(
  context: EmitContext,
  values: readonly GraphValue[],
  axis: number,
  shape: Shape,
): GraphValue {
  const dtype = values[0]?.type.dtype ?? 'float32';
  const operands = values.map((value) => context.full(value));
  return context.op('Concat', operands, typed(dtype, shape), {
    attributes: { axis: { int: axis } },
  });
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
  const each = (at: number): string => context.writer.int64(axes.map(() => at));
  const bounds = [each(-1), each(BEFORE_FIRST), context.writer.int64(axes), each(-1)];
  return context.op('Slice', [value, ...bounds], value.type);
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
  const names = context.writer.node('Split', [value.name, context.writer.int64(sizes)], types, {
    attributes: { axis: { int: axis } },
  });
  return types.map((type, i) => ({ name: names[i] as string, shape: type.shape, type }));
}

/** Emitters of the primitives that move elements. */
export const shapeEmitters = {
  reshape: ((context, { attributes }, [a]) =>
    a ? [reshape(context, a, attributes.shape)] : []) satisfies Emitter<'reshape'>,
  broadcastTo: ((_context, { attributes: { shape } }, [a]) =>
    a ? [{ ...a, type: typed(a.type.dtype, shape) }] : []) satisfies Emitter<'broadcastTo'>,
  transpose,
  slice,
  pad,
  concat,
  reverse,
};
