/** The shape rule of every primitive: from operand types and attributes to result types. */
import { GraphError } from './errors.ts';
import type {
  NoAttributes,
  PrimitiveAttributes,
  PrimitiveName,
  ReduceAttributes,
} from './primitives.ts';
import {
  formatType,
  sameShape,
  sameType,
  sizeOf,
  type DType,
  type Shape,
  type TensorType,
} from './types.ts';

/** Result types of one primitive; throws {@link GraphError} for operands that do not fit. */
export type ShapeRule<A> = (inputs: readonly TensorType[], attributes: A) => TensorType[];

function operand(op: string, inputs: readonly TensorType[], index: number): TensorType {
  const type = inputs[index];
  if (!type) throw new GraphError(op, 'operands', `at least ${index + 1}`, `${inputs.length}`);
  return type;
}

function count(op: string, inputs: readonly TensorType[], expected: number): void {
  if (inputs.length !== expected)
    throw new GraphError(op, 'operands', `${expected}`, `${inputs.length}`);
}

function oneOf(op: string, index: number, type: TensorType, dtypes: readonly DType[]): void {
  if (!dtypes.includes(type.dtype))
    throw new GraphError(op, `input ${index}`, dtypes.join(' or '), formatType(type));
}

function binary(op: string, dtypes: readonly DType[], result?: DType): ShapeRule<NoAttributes> {
  return (inputs) => {
    count(op, inputs, 2);
    const a = operand(op, inputs, 0);
    const b = operand(op, inputs, 1);
    oneOf(op, 0, a, dtypes);
    if (!sameType(a, b)) throw new GraphError(op, 'input 1', formatType(a), formatType(b));
    return [{ dtype: result ?? a.dtype, shape: a.shape }];
  };
}

function unary(op: string, dtypes: readonly DType[] = ['float32']): ShapeRule<NoAttributes> {
  return (inputs) => {
    count(op, inputs, 1);
    const a = operand(op, inputs, 0);
    oneOf(op, 0, a, dtypes);
    return [a];
  };
}

function axisIn(op: string, name: string, axis: number, rank: number): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank)
    throw new GraphError(op, name, `an axis from 0 to ${rank - 1}`, `${axis}`);
}

function perAxis(op: string, name: string, values: readonly number[], rank: number): void {
  if (values.length !== rank || values.some((value) => !Number.isInteger(value)))
    throw new GraphError(op, name, `${rank} integers`, `[${values.join(',')}]`);
}

/** The shape that is left of another by a reduction. */
export function reducedShape(shape: Shape, { axes, keepDims }: ReduceAttributes): Shape {
  return keepDims
    ? shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
    : shape.filter((_, axis) => !axes.includes(axis));
}

function reduce(op: string): ShapeRule<ReduceAttributes> {
  return (inputs, { axes, keepDims }) => {
    count(op, inputs, 1);
    const a = operand(op, inputs, 0);
    oneOf(op, 0, a, ['float32', 'int32']);
    axes.forEach((axis, i) => {
      axisIn(op, 'axes', axis, a.shape.length);
      if (i > 0 && axis <= (axes[i - 1] ?? -1))
        throw new GraphError(op, 'axes', 'ascending axes', `[${axes.join(',')}]`);
    });
    return [{ dtype: a.dtype, shape: reducedShape(a.shape, { axes, keepDims }) }];
  };
}

function checkShape(op: string, shape: Shape): void {
  if (shape.some((dimension) => !Number.isInteger(dimension) || dimension < 0))
    throw new GraphError(op, 'shape', 'integers of at least 0', `[${shape.join(',')}]`);
}

const NUMERIC: readonly DType[] = ['float32', 'int32', 'uint32'];
const ANY: readonly DType[] = ['float32', 'int32', 'uint32', 'bool'];

/** The shape rule of every primitive. */
export const shapeRules: { readonly [P in PrimitiveName]: ShapeRule<PrimitiveAttributes[P]> } = {
  add: binary('add', NUMERIC),
  sub: binary('sub', NUMERIC),
  mul: binary('mul', NUMERIC),
  div: binary('div', ['float32']),
  max: binary('max', ['float32', 'int32']),
  min: binary('min', ['float32', 'int32']),
  pow: binary('pow', ['float32']),
  neg: unary('neg', ['float32', 'int32']),
  abs: unary('abs', ['float32', 'int32']),
  sign: unary('sign', ['float32', 'int32']),
  floor: unary('floor'),
  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  sin: unary('sin'),
  cos: unary('cos'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  erf: unary('erf'),
  equal: binary('equal', ANY, 'bool'),
  less: binary('less', NUMERIC, 'bool'),
  and: binary('and', ['bool'], 'bool'),
  not: unary('not', ['bool']),
  select(inputs) {
    count('select', inputs, 3);
    const [condition, a, b] = [0, 1, 2].map((i) => operand('select', inputs, i)) as [
      TensorType,
      TensorType,
      TensorType,
    ];
    const expected: TensorType = { dtype: 'bool', shape: a.shape };
    if (!sameType(condition, expected))
      throw new GraphError('select', 'input 0', formatType(expected), formatType(condition));
    if (!sameType(a, b)) throw new GraphError('select', 'input 2', formatType(a), formatType(b));
    return [a];
  },
  cast(inputs, { to }) {
    count('cast', inputs, 1);
    return [{ dtype: to, shape: operand('cast', inputs, 0).shape }];
  },
  reduceSum: reduce('reduceSum'),
  reduceMax: reduce('reduceMax'),
  argMax(inputs, { axis }) {
    count('argMax', inputs, 1);
    const a = operand('argMax', inputs, 0);
    oneOf('argMax', 0, a, ['float32', 'int32']);
    axisIn('argMax', 'axis', axis, a.shape.length);
    return [{ dtype: 'int32', shape: a.shape.filter((_, i) => i !== axis) }];
  },
  matmul(inputs, { transposeA, transposeB }) {
    count('matmul', inputs, 2);
    const a = operand('matmul', inputs, 0);
    const b = operand('matmul', inputs, 1);
    const rank = a.shape.length;
    oneOf('matmul', 0, a, ['float32']);
    oneOf('matmul', 1, b, ['float32']);
    if (rank < 2) throw new GraphError('matmul', 'input 0', 'rank of at least 2', formatType(a));
    if (b.shape.length !== rank || !sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)))
      throw new GraphError(
        'matmul',
        'input 1',
        `leading axes [${a.shape.slice(0, -2).join(',')}]`,
        formatType(b),
      );
    const at = (type: TensorType, last: number): number => type.shape[rank - 1 - last] ?? 0;
    const [m, k] = transposeA ? [at(a, 0), at(a, 1)] : [at(a, 1), at(a, 0)];
    const [inner, n] = transposeB ? [at(b, 0), at(b, 1)] : [at(b, 1), at(b, 0)];
    if (inner !== k)
      throw new GraphError('matmul', 'input 1', `inner dimension ${k}`, formatType(b));
    return [{ dtype: 'float32', shape: [...a.shape.slice(0, -2), m, n] }];
  },
  reshape(inputs, { shape }) {
    count('reshape', inputs, 1);
    const a = operand('reshape', inputs, 0);
    checkShape('reshape', shape);
    if (sizeOf(a.shape) !== sizeOf(shape))
      throw new GraphError(
        'reshape',
        'shape',
        `${sizeOf(a.shape)} elements`,
        `[${shape.join(',')}]`,
      );
    return [{ dtype: a.dtype, shape }];
  },
  transpose(inputs, { permutation }) {
    count('transpose', inputs, 1);
    const a = operand('transpose', inputs, 0);
    const sorted = [...permutation].sort((x, y) => x - y);
    if (sorted.length !== a.shape.length || sorted.some((axis, i) => axis !== i))
      throw new GraphError(
        'transpose',
        'permutation',
        `each axis of ${formatType(a)} once`,
        `[${permutation.join(',')}]`,
      );
    return [{ dtype: a.dtype, shape: permutation.map((axis) => a.shape[axis] ?? 0) }];
  },
  broadcastTo(inputs, { shape }) {
    count('broadcastTo', inputs, 1);
    const a = operand('broadcastTo', inputs, 0);
    checkShape('broadcastTo', shape);
    const lead = shape.length - a.shape.length;
    if (
      lead < 0 ||
      a.shape.some((dimension, i) => dimension !== 1 && dimension !== shape[lead + i])
    )
      throw new GraphError(
        'broadcastTo',
        'shape',
        `a shape that ${formatType(a)} repeats to`,
        `[${shape.join(',')}]`,
      );
    return [{ dtype: a.dtype, shape }];
  },
  slice(inputs, { starts, limits }) {
    count('slice', inputs, 1);
    const a = operand('slice', inputs, 0);
    perAxis('slice', 'starts', starts, a.shape.length);
    perAxis('slice', 'limits', limits, a.shape.length);
    const shape = a.shape.map((dimension, axis) => {
      const start = starts[axis] ?? 0;
      const limit = limits[axis] ?? 0;
      if (start < 0 || limit < start || limit > dimension)
        throw new GraphError(
          'slice',
          `axis ${axis}`,
          `0 <= start <= limit <= ${dimension}`,
          `${start} to ${limit}`,
        );
      return limit - start;
    });
    return [{ dtype: a.dtype, shape }];
  },
  pad(inputs, { low, high }) {
    count('pad', inputs, 1);
    const a = operand('pad', inputs, 0);
    perAxis('pad', 'low', low, a.shape.length);
    perAxis('pad', 'high', high, a.shape.length);
    if ([...low, ...high].some((n) => n < 0))
      throw new GraphError('pad', 'low, high', 'at least 0', `[${low.join()}], [${high.join()}]`);
    return [
      { dtype: a.dtype, shape: a.shape.map((d, axis) => d + (low[axis] ?? 0) + (high[axis] ?? 0)) },
    ];
  },
  concat(inputs, { axis }) {
    const first = operand('concat', inputs, 0);
    axisIn('concat', 'axis', axis, first.shape.length);
    let total = 0;
    inputs.forEach((type, i) => {
      const rest = type.shape.map((d, at) => (at === axis ? (first.shape[axis] ?? 0) : d));
      if (type.dtype !== first.dtype || !sameShape(rest, first.shape))
        throw new GraphError(
          'concat',
          `input ${i}`,
          `${formatType(first)} except along axis ${axis}`,
          formatType(type),
        );
      total += type.shape[axis] ?? 0;
    });
    return [{ dtype: first.dtype, shape: first.shape.map((d, at) => (at === axis ? total : d)) }];
  },
  reverse(inputs, { axes }) {
    count('reverse', inputs, 1);
    const a = operand('reverse', inputs, 0);
    axes.forEach((axis) => axisIn('reverse', 'axes', axis, a.shape.length));
    return [a];
  },
  gather(inputs) {
    count('gather', inputs, 2);
    const table = operand('gather', inputs, 0);
    const indices = operand('gather', inputs, 1);
    if (table.shape.length < 1)
      throw new GraphError('gather', 'input 0', 'rank of at least 1', formatType(table));
    oneOf('gather', 1, indices, ['int32']);
    return [{ dtype: table.dtype, shape: [...indices.shape, ...table.shape.slice(1)] }];
  },
  scatterAdd(inputs) {
    count('scatterAdd', inputs, 3);
    const base = operand('scatterAdd', inputs, 0);
    const indices = operand('scatterAdd', inputs, 1);
    const updates = operand('scatterAdd', inputs, 2);
    oneOf('scatterAdd', 0, base, ['float32']);
    oneOf('scatterAdd', 1, indices, ['int32']);
    const expected = { dtype: base.dtype, shape: [...indices.shape, ...base.shape.slice(1)] };
    if (!sameType(updates, expected))
      throw new GraphError('scatterAdd', 'input 2', formatType(expected), formatType(updates));
    return [base];
  },
  constant(inputs, { dtype, shape, value }) {
    count('constant', inputs, 0);
    checkShape('constant', shape);
    if (value.length !== sizeOf(shape) && value.length !== 1)
      throw new GraphError(
        'constant',
        'value',
        `${sizeOf(shape)} elements or 1`,
        `${value.length}`,
      );
    return [{ dtype, shape }];
  },
  iota(inputs, { dtype, shape, axis }) {
    count('iota', inputs, 0);
    checkShape('iota', shape);
    axisIn('iota', 'axis', axis, shape.length);
    return [{ dtype, shape }];
  },
  randomBits(inputs, { shape }) {
    count('randomBits', inputs, 1);
    const key = operand('randomBits', inputs, 0);
    const expected: TensorType = { dtype: 'uint32', shape: [2] };
    if (!sameType(key, expected))
      throw new GraphError('randomBits', 'input 0', formatType(expected), formatType(key));
    checkShape('randomBits', shape);
    return [{ dtype: 'uint32', shape }];
  },
  scan(inputs, { body, length, consts, carries }) {
    count('scan', inputs, body.inputs.length);
    const typeOf = (id: number): TensorType => body.types[id] ?? { dtype: 'float32', shape: [] };
    inputs.forEach((type, i) => {
      const slice = typeOf(body.inputs[i] ?? -1);
      const expected =
        i < consts + carries ? slice : { dtype: slice.dtype, shape: [length, ...slice.shape] };
      if (!sameType(type, expected))
        throw new GraphError('scan', `input ${i}`, formatType(expected), formatType(type));
    });
    return body.outputs.map((id, i) => {
      const type = typeOf(id);
      if (i >= carries) return { dtype: type.dtype, shape: [length, ...type.shape] };
      const initial = operand('scan', inputs, consts + i);
      if (!sameType(type, initial))
        throw new GraphError(
          'scan',
          `carry ${i} of the body`,
          formatType(initial),
          formatType(type),
        );
      return type;
    });
  },
  stopGradient: unary('stopGradient', ANY),
};
