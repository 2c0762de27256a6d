import type { HostTensor } from '@chronograd/backend';
import { fromHost, interpret, toHost } from '@chronograd/backend-reference';
import { Builder, type DType, type PrimitiveName, type Shape, type Value } from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { noise, noisy, relativeError, runFunc } from '../testing/oracle.ts';

/** A function to run on inputs; what is not float32 must come out exactly. */
interface Case {
  readonly inputs: readonly HostTensor[];
  readonly build: (b: Builder, ...inputs: Value[]) => Value | Value[];
}

const f32 = (shape: Shape, values: readonly number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});
const i32 = (shape: Shape, values: readonly number[]): HostTensor => ({
  dtype: 'int32',
  shape,
  data: Int32Array.from(values),
});
const u32 = (shape: Shape, values: readonly number[]): HostTensor => ({
  dtype: 'uint32',
  shape,
  data: Uint32Array.from(values),
});
const bool = (shape: Shape, values: readonly number[]): HostTensor => ({
  dtype: 'bool',
  shape,
  data: Uint8Array.from(values),
});

const edges = f32([2, 5], [NaN, Infinity, -Infinity, 0, -0, 90, -90, 1e-40, 3e38, -0.5]);
const others = f32([2, 5], [1, Infinity, 2, -0, 0, 88, -91, 0, -3e38, -0.5]);
const positive = f32([2, 3], [0.25, 1, 2, 17, 1e-3, 3e5]);
const ints = i32([2, 3], [-7, 0, 3, 2147483647, -2147483648, 5]);
const moreInts = i32([2, 3], [-7, 1, 2, 1, 5, -5]);
const words = u32([2, 3], [0, 1, 4294967295, 7, 2147483648, 65537]);
const moreWords = u32([2, 3], [1, 4294967295, 4294967295, 9, 2147483648, 65537]);
const bits = bool([2, 2], [0, 1, 0, 1]);
const moreBits = bool([2, 2], [0, 0, 1, 1]);

const binary = (
  op: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow' | 'equal' | 'less',
  ...pairs: [HostTensor, HostTensor][]
): Case[] => [
  ...pairs.map((inputs): Case => ({ inputs, build: (b, x, y) => b[op](x as Value, y as Value) })),
  // Operands that repeat: along the first axis, along the last, along both.
  {
    inputs: [f32([3, 1], [0.5, 2, 3]), f32([4], [1, 2, 3, 4])],
    build: (b, x, y) => [b[op](x as Value, y as Value), b[op](y as Value, 2)],
  },
];
const unary = (
  op:
    | 'neg'
    | 'abs'
    | 'sign'
    | 'floor'
    | 'exp'
    | 'log'
    | 'sqrt'
    | 'sin'
    | 'cos'
    | 'tanh'
    | 'sigmoid'
    | 'erf',
  ...inputs: HostTensor[]
): Case[] => inputs.map((x) => ({ inputs: [x], build: (b, v) => b[op](v as Value) }));

const ramp = (shape: Shape, dtype: DType = 'float32'): HostTensor => {
  const size = shape.reduce((product, d) => product * d, 1);
  const values = Array.from({ length: size }, (_, i) => ((i * 7) % 11) - 4);
  if (dtype === 'int32') return i32(shape, values);
  if (dtype === 'uint32') return u32(shape, values);
  if (dtype === 'bool')
    return bool(
      shape,
      values.map((value) => Number(value > 0)),
    );
  return f32(
    shape,
    values.map((value) => value / 4),
  );
};
/** One case for each element type. */
const anyType = (shape: Shape, build: (b: Builder, x: Value) => Value | Value[]): Case[] =>
  (['float32', 'int32', 'uint32', 'bool'] as const).map((dtype) => ({
    inputs: [ramp(shape, dtype)],
    build: (b, x) => build(b, x as Value),
  }));
const matmuls = (lead: Shape): Case[] =>
  [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB): Case => ({
      inputs: [
        noisy([...lead, ...(transposeA ? [4, 3] : [3, 4])], 1),
        noisy([...lead, ...(transposeB ? [5, 4] : [4, 5])], 2),
      ],
      build: (b, x, y) => b.matmul(x as Value, y as Value, { transposeA, transposeB }),
    })),
  );

const one = (
  inputs: readonly HostTensor[],
  build: (b: Builder, x: Value, y: Value, z: Value) => Value | Value[],
): Case[] => [{ inputs, build: build as Case['build'] }];

const cases: { readonly [P in Exclude<PrimitiveName, 'scan'>]: readonly Case[] } = {
  add: binary('add', [edges, others], [ints, moreInts], [words, moreWords]),
  sub: binary('sub', [edges, others], [ints, moreInts], [words, moreWords]),
  mul: binary('mul', [edges, others], [ints, moreInts], [words, moreWords]),
  div: binary('div', [edges, others]),
  max: binary('max', [edges, others], [others, edges], [ints, moreInts]),
  min: binary('min', [edges, others], [others, edges], [ints, moreInts]),
  pow: binary('pow', [positive, f32([2, 3], [2, -3, 0.5, 1.25, 2, -0.25])]),
  neg: unary('neg', edges, moreInts),
  abs: unary('abs', edges, moreInts),
  sign: unary('sign', edges, moreInts),
  floor: unary('floor', edges),
  exp: unary('exp', edges, ramp([2, 3])),
  log: unary('log', positive, f32([3], [0, Infinity, NaN])),
  sqrt: unary('sqrt', positive, f32([3], [0, Infinity, NaN])),
  sin: unary('sin', ramp([3, 4])),
  cos: unary('cos', ramp([3, 4])),
  tanh: unary('tanh', edges, ramp([3, 4])),
  sigmoid: unary('sigmoid', edges, ramp([3, 4])),
  erf: unary('erf', edges, ramp([3, 4])),
  equal: [
    ...binary('equal', [edges, others], [ints, moreInts], [words, moreWords], [bits, moreBits]),
  ],
  less: binary('less', [edges, others], [ints, moreInts], [words, moreWords]),
  and: one([bits, moreBits], (b, x, y) => b.and(x, y)),
  not: one([bits], (b, x) => b.not(x)),
  select: [
    ...one([bits, f32([2, 2], [1, NaN, 3, 4]), f32([2, 2], [5, 6, NaN, 8])], (b, c, x, y) =>
      b.select(c, x, y),
    ),
    ...one([bits, i32([2, 2], [1, 2, 3, 4]), i32([1, 2], [5, 6])], (b, c, x, y) =>
      b.select(c, x, y),
    ),
    ...one([bits, u32([2, 2], [1, 4294967295, 3, 4]), u32([2], [5, 6])], (b, c, x, y) =>
      b.select(c, x, y),
    ),
    ...one([bits, moreBits, bool([2, 1], [1, 0])], (b, c, x, y) => b.select(c, x, y)),
    ...one([bits], (b, c) => b.select(c, 0, b.constant(3))),
  ],
  cast: [
    ...one([f32([5], [1.9, -1.9, 0, -0.5, 2e9])], (b, x) => [
      b.cast(x, 'int32'),
      b.cast(x, 'bool'),
    ]),
    ...one([f32([3], [1.9, 4e9, 0])], (b, x) => b.cast(x, 'uint32')),
    ...one([ints], (b, x) => [b.cast(x, 'float32'), b.cast(x, 'uint32'), b.cast(x, 'bool')]),
    ...one([words], (b, x) => [b.cast(x, 'float32'), b.cast(x, 'int32'), b.cast(x, 'bool')]),
    ...one([bits], (b, x) => [b.cast(x, 'float32'), b.cast(x, 'int32'), b.cast(x, 'uint32')]),
  ],
  reduceSum: one([ramp([2, 3, 4]), ramp([2, 3], 'int32')], (b, x, n) => [
    b.reduceSum(x),
    b.reduceSum(x, [1]),
    b.reduceSum(x, [0, 2], true),
    b.reduceSum(n, [0]),
    b.reduceSum(b.broadcastTo(b.constant(0.5), [3, 4]), [1]),
    b.reduceSum(b.broadcastTo(b.reshape(b.constant(0.5), [1, 1]), [3, 4])),
    b.reduceSum(b.broadcastTo(x, [2, 2, 3, 4]), [0, 3]),
  ]),
  reduceMax: one([ramp([2, 3, 4]), ramp([2, 3], 'int32')], (b, x, n) => [
    b.reduceMax(x),
    b.reduceMax(x, [1]),
    b.reduceMax(x, [0, 2], true),
    b.reduceMax(n, [0]),
    b.reduceMax(b.broadcastTo(b.constant(0.5), [3, 4]), [1]),
  ]),
  argMax: one([ramp([2, 3, 4]), i32([4], [1, 5, 5, 0])], (b, x, n) => [
    b.argMax(x, 0),
    b.argMax(x, 2),
    b.argMax(n, 0),
  ]),
  matmul: [...matmuls([]), ...matmuls([2]), ...matmuls([2, 3])],
  reshape: anyType([2, 3, 4], (b, x) => [
    b.reshape(x, [4, 6]),
    b.reshape(x, [1, 2, 3, 4]),
    b.reshape(b.broadcastTo(b.reshape(b.sliceAxis(x, 0, 0, 1), [3, 4]), [5, 3, 4]), [15, 4]),
    b.reshape(b.constant(3, [1, 1, 1]), []),
  ]),
  transpose: anyType([2, 3, 1, 4], (b, x) => [
    b.transpose(x, [3, 1, 0, 2]),
    b.transpose(x, [0, 2, 1, 3]),
    b.transpose(b.constant(3, [2, 3]), [1, 0]),
  ]),
  broadcastTo: anyType([3, 1], (b, x) => [b.broadcastTo(x, [2, 3, 4]), b.broadcastTo(x, [3, 4])]),
  slice: anyType([4, 6], (b, x) => [
    b.sliceAxis(x, 0, 1, 3),
    b.one('slice', [x], { starts: [1, 2], limits: [4, 5] }),
    ...b.split(x, 3, 1),
    b.sliceAxis(b.constant(2, [4, 4]), 1, 1, 2),
  ]),
  pad: [
    ...anyType([2, 3], (b, x) => b.pad(x, [1, 0], [2, 3], 1)),
    ...one([ramp([2, 3])], (b, x) => b.pad(x, [0, 1], [0, 0], -0.5)),
  ],
  concat: anyType([2, 3], (b, x) => [
    b.concat([x, b.reverse(x, [0]), x], 0),
    b.concat([x, b.sliceAxis(x, 1, 0, 1)], 1),
    b.concat([b.constant(1, [1, 3]), b.constant(2, [2, 3])], 0),
  ]),
  reverse: anyType([3, 4], (b, x) => [b.reverse(x, [0]), b.reverse(x, [0, 1]), b.reverse(x, [1])]),
  gather: anyType([4, 3], (b, x) => b.gather(x, b.constant([3, 0, 0, 2, 1, 3], [2, 3], 'int32'))),
  scatterAdd: one(
    [ramp([4, 3]), i32([2, 3], [3, 0, 0, 2, 3, 3]), ramp([2, 3, 3])],
    (b, x, i, u) => [b.scatterAdd(x, i, u), b.scatterAdd(b.zeros(x.type), i, u)],
  ),
  constant: one([ramp([2, 3])], (b, x) => [
    b.constant([1, 2, 3], [3]),
    b.constant([-0, 0], [2]),
    b.constant(7, [2, 2], 'uint32'),
    b.constant([1, 0], [2], 'bool'),
    b.add(x, b.constant(0.1, [2, 3])),
  ]),
  iota: one([ramp([2, 3])], (b, x) => [
    b.iota('float32', [2, 3], 1),
    b.iota('int32', [3, 2], 0),
    b.mul(x, b.iota('float32', [2, 3], 0)),
  ]),
  randomBits: one([u32([2], [0xdeadbeef, 42])], (b, key) => [
    b.randomBits(key, [3, 5], 0),
    b.randomBits(key, [4], 7),
    b.randomBits(key, [], 8),
    b.cast(b.randomBits(key, [2, 2], 9), 'float32'),
  ]),
  stopGradient: anyType([2, 3], (b, x) => b.stopGradient(x)),
};

describe.each(Object.entries(cases))('%s', (_op, list) => {
  it.each(list.map((each, i) => [i, each.inputs.map(({ dtype }) => dtype).join(), each] as const))(
    'agrees with the interpreter (%i: %s)',
    async (_i, _dtypes, { inputs, build }) => {
      const b = new Builder();
      const values = inputs.map(({ dtype, shape }) => b.input({ dtype, shape }));
      const func = b.finish([build(b, ...values)].flat());
      const expected = interpret(func, inputs.map(fromHost)).map(toHost);
      const found = await runFunc(func, inputs);
      found.forEach((tensor, i) => expectClose(tensor, expected[i] as HostTensor));
    },
  );
});

/** Within 1e-5 in norm; what is not a finite float32 must be equal. */
function expectClose(found: HostTensor, expected: HostTensor): void {
  expect(found.dtype).toBe(expected.dtype);
  expect(found.shape).toEqual(expected.shape);
  if (expected.dtype !== 'float32') {
    expect(found.data).toEqual(expected.data);
    return;
  }
  const special = (x: number): number | undefined =>
    Number.isFinite(x) && Math.abs(x) < 1e30 ? undefined : Math.abs(x) > 3.3e38 ? x * 2 : x;
  expect(Array.from(found.data, special)).toEqual(Array.from(expected.data, special));
  const finite = (_: number, i: number): boolean => special(expected.data[i] ?? NaN) === undefined;
  const [a, e] = [found, expected].map(({ data }) => Array.from(data).filter(finite));
  expect(relativeError(a ?? [], e ?? [])).toBeLessThan(1e-5);
}

describe('noise', () => {
  it('does not repeat itself', () => {
    expect(new Set(noise(100)).size).toBe(100);
  });
});
