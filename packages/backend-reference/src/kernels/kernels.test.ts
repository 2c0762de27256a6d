import { BackendError } from '@chronograd/backend';
import {
  Builder,
  elementsOf,
  type DType,
  type PrimitiveName,
  type Shape,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { interpret } from '../interpret.ts';
import type { Tensor64 } from '../tensor.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function tensor(dtype: DType, shape: Shape, values: readonly number[]): Tensor64 {
  return { dtype, shape, data: elementsOf(dtype, values) };
}
const f = (shape: Shape, ...values: number[]): Tensor64 => tensor('float32', shape, values);
const i32 = (shape: Shape, ...values: number[]): Tensor64 => tensor('int32', shape, values);
const u32 = (shape: Shape, ...values: number[]): Tensor64 => tensor('uint32', shape, values);
const bool = (...values: number[]): Tensor64 => tensor('bool', [values.length], values);

interface Example {
  readonly inputs: readonly Tensor64[];
  readonly write: (b: Builder, ...inputs: Value[]) => Value | Value[];
  readonly outputs: readonly Tensor64[];
}
const example = (
  inputs: readonly Tensor64[],
  write: (b: Builder, ...inputs: [Value, Value, Value]) => Value | Value[],
  ...outputs: Tensor64[]
): Example => ({ inputs, write: write as Example['write'], outputs });

/** What each primitive gives; the expected numbers are written by hand. */
const examples: { readonly [P in PrimitiveName]: readonly Example[] } = {
  add: [
    example([f([2], 1.5, -2), f([2], 4, 0.5)], (b, x, y) => b.add(x, y), f([2], 5.5, -1.5)),
    example(
      [i32([1], 2 ** 31 - 1), i32([1], 2)],
      (b, x, y) => b.add(x, y),
      i32([1], -(2 ** 31) + 1),
    ),
  ],
  sub: [
    example([f([2], 1.5, -2), f([2], 4, 0.5)], (b, x, y) => b.sub(x, y), f([2], -2.5, -2.5)),
    example([u32([1], 1), u32([1], 3)], (b, x, y) => b.sub(x, y), u32([1], 2 ** 32 - 2)),
  ],
  mul: [
    example([f([2], 1.5, -2), f([2], 4, 0.5)], (b, x, y) => b.mul(x, y), f([2], 6, -1)),
    example(
      [u32([1], 0x9e3779b9), u32([1], 0x7f4a7c15)],
      (b, x, y) => b.mul(x, y),
      u32([1], Number((0x9e3779b9n * 0x7f4a7c15n) & 0xffffffffn)),
    ),
  ],
  div: [
    example([f([3], 3, -1, 1), f([3], 2, 4, 0)], (b, x, y) => b.div(x, y), f([3], 1.5, -0.25, inf)),
  ],
  max: [
    example([f([3], 3, -1, nan), f([3], 2, 4, 0)], (b, x, y) => b.max(x, y), f([3], 3, 4, nan)),
  ],
  min: [example([i32([2], 3, -1), i32([2], 2, 4)], (b, x, y) => b.min(x, y), i32([2], 2, -1))],
  pow: [example([f([2], 9, 2), f([2], 0.5, -2)], (b, x, y) => b.pow(x, y), f([2], 3, 0.25))],
  neg: [example([f([2], 9, -2)], (b, x) => b.neg(x), f([2], -9, 2))],
  abs: [example([i32([2], 9, -2)], (b, x) => b.abs(x), i32([2], 9, 2))],
  sign: [example([f([3], 9, -2, 0)], (b, x) => b.sign(x), f([3], 1, -1, 0))],
  floor: [example([f([3], 1.7, -1.2, 4)], (b, x) => b.floor(x), f([3], 1, -2, 4))],
  exp: [example([f([2], 0, 1)], (b, x) => b.exp(x), f([2], 1, Math.E))],
  log: [example([f([2], 1, Math.E)], (b, x) => b.log(x), f([2], 0, 1))],
  sqrt: [example([f([2], 9, 2)], (b, x) => b.sqrt(x), f([2], 3, Math.SQRT2))],
  sin: [example([f([2], 0, Math.PI / 2)], (b, x) => b.sin(x), f([2], 0, 1))],
  cos: [example([f([2], 0, Math.PI)], (b, x) => b.cos(x), f([2], 1, -1))],
  tanh: [example([f([3], 0, 1000, Math.log(2))], (b, x) => b.tanh(x), f([3], 0, 1, 0.6))],
  sigmoid: [
    example([f([4], 0, 1000, -1000, Math.log(3))], (b, x) => b.sigmoid(x), f([4], 0.5, 1, 0, 0.75)),
  ],
  erf: [example([f([2], 0, -1)], (b, x) => b.erf(x), f([2], 0, -0.8427007929497149))],
  equal: [
    example([f([3], 1, 2, nan), f([3], 1, 3, nan)], (b, x, y) => b.equal(x, y), bool(1, 0, 0)),
  ],
  less: [example([f([3], 1, 2, nan), f([3], 1, 3, 0)], (b, x, y) => b.less(x, y), bool(0, 1, 0))],
  and: [example([bool(0, 0, 1, 1), bool(0, 1, 0, 1)], (b, x, y) => b.and(x, y), bool(0, 0, 0, 1))],
  not: [example([bool(0, 1)], (b, x) => b.not(x), bool(1, 0))],
  select: [
    example(
      [bool(0, 1), f([2], 1, 2), f([2], 3, 4)],
      (b, c, x, y) => b.select(c, x, y),
      f([2], 3, 2),
    ),
  ],
  cast: [
    example([f([3], -1.7, 0, 2.9)], (b, x) => b.cast(x, 'int32'), i32([3], -1, 0, 2)),
    example([f([3], -1.7, 0, 0.3)], (b, x) => b.cast(x, 'bool'), bool(1, 0, 1)),
    example([u32([1], 2 ** 32 - 1)], (b, x) => b.cast(x, 'float32'), f([1], 2 ** 32 - 1)),
  ],
  reduceSum: [
    example([f([2, 3], 1, 2, 3, 4, 5, 7)], (b, x) => b.reduceSum(x, [0]), f([3], 5, 7, 10)),
    example([f([2, 3], 1, 2, 3, 4, 5, 7)], (b, x) => b.reduceSum(x, [1], true), f([2, 1], 6, 16)),
    example([i32([2, 1, 2], 1, 2, 3, 4)], (b, x) => b.reduceSum(x, [0, 2]), i32([1], 10)),
  ],
  reduceMax: [
    example([f([2, 3], -1, 2, -3, -4, 1, -7)], (b, x) => b.reduceMax(x, [0]), f([3], -1, 2, -3)),
    example([i32([2, 2], -5, -4, -3, -9)], (b, x) => b.reduceMax(x, [1]), i32([2], -4, -3)),
    example([f([0, 2])], (b, x) => b.reduceMax(x, [0]), f([2], -inf, -inf)),
  ],
  argMax: [
    example([f([2, 3], 1, 3, 3, -1, -5, -7)], (b, x) => b.argMax(x, 1), i32([2], 1, 0)),
    example([f([2, 3], 1, 3, 3, -1, -5, 7)], (b, x) => b.argMax(x, 0), i32([3], 0, 0, 1)),
  ],
  matmul: [
    example(
      [f([2, 3], 1, 2, 3, 4, 5, 6), f([3, 1], 1, 10, 100)],
      (b, x, y) => b.matmul(x, y),
      f([2, 1], 321, 654),
    ),
    example(
      [f([3, 2], 1, 4, 2, 5, 3, 6), f([1, 3], 1, 10, 100)],
      (b, x, y) => b.matmul(x, y, { transposeA: true, transposeB: true }),
      f([2, 1], 321, 654),
    ),
    example(
      [f([2, 1, 2], 1, 2, 3, 4), f([2, 2, 1], 1, 10, 100, 1000)],
      (b, x, y) => b.matmul(x, y),
      f([2, 1, 1], 21, 4300),
    ),
  ],
  reshape: [
    example(
      [f([2, 3], 1, 2, 3, 4, 5, 6)],
      (b, x) => b.reshape(x, [3, 2]),
      f([3, 2], 1, 2, 3, 4, 5, 6),
    ),
  ],
  transpose: [
    example(
      [f([1, 2, 3], 1, 2, 3, 4, 5, 6)],
      (b, x) => b.transpose(x, [2, 0, 1]),
      f([3, 1, 2], 1, 4, 2, 5, 3, 6),
    ),
  ],
  broadcastTo: [
    example(
      [f([2, 1], 1, 2)],
      (b, x) => b.broadcastTo(x, [2, 2, 3]),
      f([2, 2, 3], 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2),
    ),
    example([f([], 3)], (b, x) => b.broadcastTo(x, [2]), f([2], 3, 3)),
  ],
  slice: [
    example(
      [f([3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9)],
      (b, x) => b.one('slice', [x], { starts: [1, 0], limits: [3, 2] }),
      f([2, 2], 4, 5, 7, 8),
    ),
  ],
  pad: [
    example([f([1, 2], 1, 2)], (b, x) => b.pad(x, [1, 0], [0, 1], 9), f([2, 3], 9, 9, 9, 1, 2, 9)),
  ],
  concat: [
    example(
      [f([2, 1], 1, 2), f([2, 2], 3, 4, 5, 6)],
      (b, x, y) => b.concat([x, y], 1),
      f([2, 3], 1, 3, 4, 2, 5, 6),
    ),
  ],
  reverse: [
    example(
      [f([2, 3], 1, 2, 3, 4, 5, 6)],
      (b, x) => b.reverse(x, [1]),
      f([2, 3], 3, 2, 1, 6, 5, 4),
    ),
    example([f([2, 2], 1, 2, 3, 4)], (b, x) => b.reverse(x, [0, 1]), f([2, 2], 4, 3, 2, 1)),
  ],
  gather: [
    example(
      [f([3, 2], 1, 2, 3, 4, 5, 6), i32([2], 2, 0)],
      (b, x, y) => b.gather(x, y),
      f([2, 2], 5, 6, 1, 2),
    ),
  ],
  scatterAdd: [
    example(
      [f([3, 2], 1, 2, 3, 4, 5, 6), i32([2], 2, 2), f([2, 2], 10, 20, 100, 200)],
      (b, x, y, z) => b.scatterAdd(x, y, z),
      f([3, 2], 1, 2, 3, 4, 115, 226),
    ),
  ],
  constant: [
    example([], (b) => b.constant([1, 2.5, 3], [3]), f([3], 1, 2.5, 3)),
    example([], (b) => b.constant(7, [2], 'int32'), i32([2], 7, 7)),
  ],
  iota: [
    example([], (b) => b.iota('int32', [2, 3], 1), i32([2, 3], 0, 1, 2, 0, 1, 2)),
    example([], (b) => b.iota('float32', [2, 3], 0), f([2, 3], 0, 0, 0, 1, 1, 1)),
  ],
  randomBits: [
    // The first vector of Random123's known answers for threefry2x32 of 20 rounds.
    example(
      [u32([2], 0, 0)],
      (b, key) => b.randomBits(key, [2], 0),
      u32([2], 0x6b200159, 0x99ba4efe),
    ),
  ],
  scan: [
    example(
      [f([], 10), f([], 1), f([3], 1, 2, 3)],
      (b, k, c, x) => scanOf(b, [k, c, x], false),
      f([], 1123),
      f([3], 1, 11, 112),
    ),
    example(
      [f([], 10), f([], 1), f([3], 1, 2, 3)],
      (b, k, c, x) => scanOf(b, [k, c, x], true),
      f([], 1321),
      f([3], 132, 13, 1),
    ),
  ],
  stopGradient: [example([f([2], 1, 2)], (b, x) => b.stopGradient(x), f([2], 1, 2))],
};

/** The carry becomes `k * carry + x`; what it was before the step is given out. */
function scanOf(b: Builder, inputs: readonly Value[], reverse: boolean): Value[] {
  const body = new Builder();
  const [k, c, x] = [0, 1, 2].map(() => body.input({ dtype: 'float32', shape: [] })) as [
    Value,
    Value,
    Value,
  ];
  const next = body.add(body.mul(k, c), x);
  const func = body.finish([next, c]);
  return b.emit('scan', inputs, { body: func, length: 3, consts: 1, carries: 1, reverse });
}

describe('kernels', () => {
  for (const [op, list] of Object.entries(examples))
    it.each(list.map((one, i) => [i, one] as const))(
      `${op} %i`,
      (_i, { inputs, write, outputs }) => {
        const b = new Builder();
        const result = write(b, ...inputs.map(({ dtype, shape }) => b.input({ dtype, shape })));
        const found = interpret(b.finish([result].flat()), inputs);
        found.forEach((value, i) => {
          const expected = outputs[i] as Tensor64;
          expect({ ...value, data: value.data.constructor.name }).toEqual({
            ...expected,
            data: expected.data.constructor.name,
          });
          expected.data.forEach((x, at) => {
            if (Number.isFinite(x)) expect(value.data[at]).toBeCloseTo(x, 12);
            else expect(value.data[at]).toBe(x);
          });
        });
      },
    );

  it.each(['gather', 'scatterAdd'] as const)('%s refuses rows that are not there', (op) => {
    const b = new Builder();
    const table = b.input({ dtype: 'float32', shape: [3] });
    const rows = b.input({ dtype: 'int32', shape: [2] });
    const updates = b.constant([1, 2], [2]);
    const func = b.finish([
      op === 'gather' ? b.gather(table, rows) : b.scatterAdd(table, rows, updates),
    ]);
    const call = (...indices: number[]) => interpret(func, [f([3], 1, 2, 3), i32([2], ...indices)]);
    expect(() => call(0, 3)).toThrow(BackendError);
    expect(() => call(0, 3)).toThrow(
      `reference: ${op}: index 1: expected a row from 0 to 2, found 3`,
    );
    expect(() => call(-1, 0)).toThrow('found -1');
  });
});
