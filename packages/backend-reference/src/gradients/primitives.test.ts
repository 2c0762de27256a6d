import {
  Builder,
  float32,
  gradientRules,
  gradients,
  type Func,
  type PrimitiveName,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';
import { funcOf, gradientError, gradientFunc, randomTensor } from './check.ts';

type Three = [Value, Value, Value];
interface Example {
  readonly inputs: readonly Tensor64[];
  readonly func: Func;
}

function example(
  inputs: readonly Tensor64[],
  write: (b: Builder, ...inputs: Three) => Value | readonly Value[],
): Example {
  return { inputs, func: funcOf(inputs, (b, ...values) => write(b, ...(values as Three))) };
}

const rows = (...indices: number[]): Tensor64 => ({
  dtype: 'int32',
  shape: [indices.length],
  data: Int32Array.from(indices),
});

const x23 = randomTensor(1, [2, 3]);
const y23 = randomTensor(2, [2, 3]);
/** Away from 0, where quotients and logarithms are steep. */
const positive23 = randomTensor(3, [2, 3], 0.8, 1.5);
const x423 = randomTensor(4, [4, 2, 3]);

const unary = (
  op: 'neg' | 'abs' | 'exp' | 'sin' | 'cos' | 'tanh' | 'sigmoid' | 'erf',
): Example[] => [example([x23], (b, x) => b[op](x))];

const matmuls = ([false, true] as const).flatMap((transposeA) =>
  ([false, true] as const).flatMap((transposeB) => [
    example(
      [
        randomTensor(5, transposeA ? [4, 2] : [2, 4]),
        randomTensor(6, transposeB ? [3, 4] : [4, 3]),
      ],
      (b, x, y) => b.matmul(x, y, { transposeA, transposeB }),
    ),
    example(
      [
        randomTensor(7, [5, ...(transposeA ? [4, 2] : [2, 4])]),
        randomTensor(8, [5, ...(transposeB ? [3, 4] : [4, 3])]),
      ],
      (b, x, y) => b.matmul(x, y, { transposeA, transposeB }),
    ),
  ]),
);

/** What has no gradient, and why; or functions to differentiate. A new primitive needs a line. */
const table: { readonly [P in PrimitiveName]: readonly Example[] | string } = {
  add: [example([x23, y23], (b, x, y) => b.add(x, y)), example([x23], (b, x) => b.add(x, x))],
  sub: [example([x23, y23], (b, x, y) => b.sub(x, y)), example([x23], (b, x) => b.sub(1, x))],
  mul: [example([x23, y23], (b, x, y) => b.mul(x, y)), example([x23], (b, x) => b.mul(x, x))],
  div: [
    example([x23, positive23], (b, x, y) => b.div(x, y)),
    example([positive23], (b, x) => b.div(2, x)),
  ],
  max: [example([x23, y23], (b, x, y) => b.max(x, y)), example([x23], (b, x) => b.max(0.1, x))],
  min: [example([x23, y23], (b, x, y) => b.min(x, y)), example([x23], (b, x) => b.min(x, 0.1))],
  pow: [
    example([positive23, y23], (b, x, y) => b.pow(x, y)),
    example([y23], (b, y) => b.pow(0.9, y)),
    example([positive23], (b, x) => b.pow(x, 3)),
  ],
  neg: unary('neg'),
  abs: unary('abs'),
  sign: 'its derivative is 0 where it has one',
  floor: 'its derivative is 0 where it has one',
  exp: unary('exp'),
  log: [example([positive23], (b, x) => b.log(x))],
  sqrt: [example([positive23], (b, x) => b.sqrt(x))],
  sin: unary('sin'),
  cos: unary('cos'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  erf: unary('erf'),
  equal: 'gives bool',
  less: 'gives bool',
  and: 'of bool',
  not: 'of bool',
  select: [
    example([x23, y23], (b, x, y) => b.select(b.less(x, y), b.mul(x, x), b.exp(y))),
    example([x23, y23], (b, x, y) => b.select(b.less(x, y), x, 3)),
  ],
  cast: [
    example([x23], (b, x) => b.one('cast', [b.mul(x, x)], { to: 'float32' })),
    example([x23, y23], (b, x, y) => b.add(x, b.cast(b.cast(b.mul(y, 10), 'int32'), 'float32'))),
  ],
  reduceSum: [
    example([x423], (b, x) => b.reduceSum(x, [0, 2])),
    example([x423], (b, x) => b.reduceSum(x, [1], true)),
    example([x423], (b, x) => b.reduceSum(b.mul(x, x))),
  ],
  reduceMax: [
    example([x423], (b, x) => b.reduceMax(x, [0, 2])),
    example([x423], (b, x) => b.reduceMax(x, [1], true)),
  ],
  argMax: 'gives int32',
  matmul: [...matmuls, example([randomTensor(9, [3, 3])], (b, x) => b.matmul(x, x))],
  reshape: [example([x423], (b, x) => b.reshape(b.sin(x), [6, 4]))],
  transpose: [example([x423], (b, x) => b.transpose(b.sin(x), [2, 0, 1]))],
  broadcastTo: [
    example([randomTensor(10, [2, 1])], (b, x) => b.broadcastTo(x, [4, 2, 3])),
    example([randomTensor(11, [])], (b, x) => b.broadcastTo(x, [2, 1])),
    example([randomTensor(12, [1, 3])], (b, x) => b.broadcastTo(x, [1, 1, 3])),
  ],
  slice: [
    example([x423], (b, x) => b.one('slice', [x], { starts: [1, 0, 1], limits: [3, 2, 2] })),
    example([x423], (b, x) => [b.sliceAxis(x, 0, 0, 2), b.sliceAxis(x, 0, 1, 4)]),
    // Slices that tile an axis, whose gradient is one concat.
    example([x423], (b, x) => b.split(x, 0, 2).map((part, i) => b.mul(part, i + 1))),
    example([x423], (b, x) => b.split(x, 0, 2).map((part) => b.mul(part, b.sliceAxis(x, 0, 1, 3)))),
  ],
  pad: [
    example([x23], (b, x) => b.pad(x, [1, 0], [2, 1])),
    example([x23], (b, x) => b.mul(b.pad(x, [0, 1], [0, 0], 7), b.pad(x, [0, 0], [0, 1], 5))),
  ],
  concat: [
    example([x23, randomTensor(13, [2, 1])], (b, x, y) => b.concat([x, y, x], 1)),
    example([x23], (b, x) => b.one('concat', [x], { axis: 0 })),
  ],
  reverse: [example([x423], (b, x) => b.reverse(b.sin(x), [0, 2]))],
  gather: [
    example([randomTensor(14, [5, 2]), rows(4, 1, 1)], (b, x, i) => b.gather(x, i)),
    example([randomTensor(15, [5])], (b, x) =>
      b.gather(x, b.constant([3, 0, 3, 3], [2, 2], 'int32')),
    ),
  ],
  scatterAdd: [
    example([randomTensor(16, [5, 2]), rows(4, 1, 1), randomTensor(17, [3, 2])], (b, x, i, u) =>
      b.scatterAdd(b.sin(x), i, b.cos(u)),
    ),
  ],
  constant: 'has no operand',
  iota: 'has no operand',
  randomBits: 'of uint32',
  scan: [
    example([randomTensor(18, [2]), randomTensor(19, [4, 2])], (b, c, x) => {
      const body = new Builder();
      const [carry, slice] = [body.input(float32(2)), body.input(float32(2))];
      const next = body.tanh(body.add(body.mul(carry, slice), slice));
      const func = body.finish([next, body.mul(next, carry)]);
      return b.emit('scan', [c, x], {
        body: func,
        length: 4,
        consts: 0,
        carries: 1,
        reverse: false,
      });
    }),
  ],
  stopGradient: 'lets none through',
};

describe('gradients of primitives', () => {
  for (const [op, examples] of Object.entries(table)) {
    if (typeof examples === 'string') continue;
    it.each(examples.map((one, i) => [i, one] as const))(`${op} %i`, (_i, { inputs, func }) => {
      expect(func.nodes.map((node) => node.op)).toContain(op);
      expect(gradientError(func, inputs)).toBeLessThan(1e-8);
    });
  }

  it.each(
    Object.entries(table).filter(([, examples]) => typeof examples === 'string') as [
      PrimitiveName,
      string,
    ][],
  )('%s has none: it %s', (op) => {
    expect(gradientRules[op]).toBe(gradientRules.constant);
  });

  const zeros = [
    ['sign', (b: Builder, x: Value) => b.sign(x)],
    ['floor', (b: Builder, x: Value) => b.floor(x)],
    ['stopGradient', (b: Builder, x: Value) => b.stopGradient(x)],
  ] as const;
  it.each(zeros)('%s stops gradients', (_op, write) => {
    const func = funcOf([x23], (b, x) => b.mul(write(b as Builder, x as Value), x as Value));
    const [gradient] = interpret(gradientFunc(func), [x23]);
    const [value] = interpret(
      funcOf([x23], (b, x) => write(b, x as Value)),
      [x23],
    );
    const [one] = interpret(gradientFunc(funcOf([x23], (b, x) => b.mul(1, x as Value))), [x23]);
    const expected = Float64Array.from(
      (one as Tensor64).data,
      (g, i) => g * ((value as Tensor64).data[i] as number),
    );
    expect(gradient).toEqual({ ...x23, data: expected });
  });

  it('shares the gradient among those that tie', () => {
    const x = float64([2], [3, 5]);
    const tie = (write: (b: Builder, x: Value, y: Value) => Value): number[][] => {
      const b = new Builder();
      const [p, q] = [b.input(float32(2)), b.input(float32(2))];
      const loss = b.reduceSum(write(b, p, q));
      // Two inputs of the same elements.
      const [g, h] = interpret(b.finish(gradients(b, loss, [p, q])), [x, x]);
      return [[...(g as Tensor64).data], [...(h as Tensor64).data]];
    };
    expect(tie((b, p, q) => b.max(p, q))).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    expect(tie((b, p, q) => b.min(p, q))).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    expect(tie((b, p, q) => b.reduceMax(b.concat([p, q], 0)))).toEqual([
      [0, 0.5],
      [0, 0.5],
    ]);
  });
});
