import { float64, interpret, type Tensor64 } from '@chronograd/backend-reference';
import {
  Builder,
  countNodes,
  float32,
  optimize,
  scan,
  type Func,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { noise } from '../testing/noise.ts';
import { distribute } from './distribute.ts';
import { narrowProducts } from './narrow-products.ts';
import { sinkIntoScans } from './sink.ts';
import { splitProducts } from './split-products.ts';

const tensor = (seed: number, ...shape: number[]): Tensor64 =>
  float64(
    shape,
    noise(
      shape.reduce((size, d) => size * d, 1),
      seed,
    ),
  );

function expectSame(before: Func, after: Func, inputs: readonly Tensor64[]): void {
  const found = interpret(after, inputs);
  interpret(before, inputs).forEach(({ shape, data }, i) => {
    expect(found[i]?.shape).toEqual(shape);
    Array.from(data).forEach((value, at) => expect(found[i]?.data[at]).toBeCloseTo(value, 12));
  });
}

/** A scan of `length` 4 whose y is `tanh(h + x)`, `[4, 2, 3]`. */
function scanned(b: Builder): { inputs: Value[]; ys: Value } {
  const inputs = [b.input(float32(2, 3)), b.input(float32(4, 2, 3))];
  const operands = { consts: [], init: inputs.slice(0, 1), xs: inputs.slice(1), length: 4 };
  const { ys } = scan(b, operands, (body, { carries: [h], xs: [x] }) => {
    const next = body.tanh(body.add(h as Value, x as Value));
    return { carries: [next], ys: [next] };
  });
  return { inputs, ys: ys[0] as Value };
}

const inputs = [tensor(1, 2, 3), tensor(2, 4, 2, 3)];

describe('sinkIntoScans', () => {
  it('moves element-wise work and concats into the body, and drops what nobody reads any more', () => {
    const b = new Builder();
    const { ys } = scanned(b);
    const square = b.mul(ys, ys);
    const func = b.finish([b.concat([b.sub(1, square), b.mul(square, 2)], 2), b.reduceSum(square)]);
    const sunk = sinkIntoScans(func);
    expectSame(func, sunk, inputs);
    expect(sunk.nodes.map(({ op }) => op).filter((op) => op !== 'constant')).toEqual([
      'scan',
      'reduceSum',
    ]);
    // The carry, the square and the concat, but not y itself.
    expect(sunk.nodes.find(({ op }) => op === 'scan')?.outputs).toHaveLength(3);
  });

  it('leaves what mixes steps, or reads what comes later', () => {
    const b = new Builder();
    const {
      ys,
      inputs: [, x],
    } = scanned(b);
    const func = b.finish([
      b.concat([ys, ys], 0),
      b.mul(ys, x as Value),
      b.mul(ys, b.reduceSum(ys)),
    ]);
    expect(sinkIntoScans(func)).toEqual(func);
  });
});

describe('splitProducts', () => {
  it('cuts the weights of a product that is read in pieces, in and outside of a body', () => {
    const b = new Builder();
    const [h, x] = [b.input(float32(2, 3)), b.input(float32(4, 2, 5))];
    const [kernel, recurrent, bias] = [float32(5, 6), float32(3, 6), float32(6)].map((type) =>
      b.input(type),
    ) as [Value, Value, Value];
    const flat = b.add(b.matmul(b.reshape(x, [8, 5]), kernel), bias);
    const operands = {
      consts: [recurrent],
      init: [h],
      xs: [b.reshape(flat, [4, 2, 6])],
      length: 4,
    };
    const { carries } = scan(b, operands, (body, { consts: [w], carries: [s], xs: [xt] }) => {
      const gates = body.add(xt as Value, body.matmul(s as Value, w as Value));
      const [p, q] = body.split(gates, 1, 2) as [Value, Value];
      return { carries: [body.mul(body.sigmoid(p), body.tanh(q))], ys: [] };
    });
    const func = b.finish(carries);
    const cut = optimize(splitProducts(func));
    const values = [
      tensor(1, 2, 3),
      tensor(2, 4, 2, 5),
      tensor(3, 5, 6),
      tensor(4, 3, 6),
      tensor(5, 6),
    ];
    expectSame(func, cut, values);
    const body = cut.nodes.flatMap((node) =>
      node.op === 'scan' ? node.attributes.body.nodes : [],
    );
    expect(body.map(({ op }) => op).sort()).toEqual(
      ['matmul', 'matmul', 'add', 'add', 'sigmoid', 'tanh', 'mul'].sort(),
    );
    expect(countNodes(cut, 'matmul')).toBe(4);
  });

  it('leaves a product that is also read as a whole', () => {
    const b = new Builder();
    const product = b.matmul(b.input(float32(2, 3)), b.input(float32(3, 4)));
    const func = b.finish([...b.split(product, 1, 2), b.tanh(product)]);
    expect(countNodes(splitProducts(func), 'matmul')).toBe(1);
  });
});

describe('distribute', () => {
  const [x, y] = [tensor(1, 2, 3), tensor(2, 2, 3)];

  it('multiplies out where the product is there', () => {
    const b = new Builder();
    const [p, q] = [b.input(float32(2, 3)), b.input(float32(2, 3))];
    const product = b.mul(p, q);
    const square = b.mul(q, q);
    const func = b.finish([product, b.mul(p, b.sub(1, square)), b.mul(b.sub(q, square), p)]);
    const distributed = optimize(distribute(func));
    expectSame(func, distributed, [x, y]);
    expect(distributed.nodes.map(({ op }) => op)).toEqual(['mul', 'mul', 'sub', 'sub']);
  });

  it('leaves a product with a difference that is read elsewhere, or without the product', () => {
    const b = new Builder();
    const [p, q] = [b.input(float32(2, 3)), b.input(float32(2, 3))];
    const difference = b.sub(1, b.mul(q, q));
    const alone = optimize(b.finish([b.mul(p, difference)]));
    expect(countNodes(distribute(alone))).toBe(countNodes(alone));
    const func = optimize(b.finish([b.mul(p, q), difference, b.mul(p, difference)]));
    expect(countNodes(distribute(func))).toBe(countNodes(func));
  });
});

describe('narrowProducts', () => {
  it('multiplies the pieces of a scanned concat one by one, of different sizes', () => {
    const b = new Builder();
    const h = b.input(float32(2, 5));
    const [p, q] = [b.input(float32(4, 2, 3)), b.input(float32(4, 2, 2))];
    const operands = { consts: [], init: [h], xs: [b.concat([p, q], 2)], length: 4, reverse: true };
    const { carries } = scan(b, operands, (body, { carries: [s], xs: [x] }) => {
      const [left, right] = [0, 3].map((at) =>
        body.tanh(body.sliceAxis(s as Value, 1, at, at === 0 ? 3 : 5)),
      ) as [Value, Value];
      return { carries: [body.mul(body.concat([left, right], 1), x as Value)], ys: [] };
    });
    const func = b.finish(carries);
    const narrow = narrowProducts(func);
    expectSame(func, narrow, [tensor(1, 2, 5), tensor(2, 4, 2, 3), tensor(3, 4, 2, 2)]);
    expect(narrow.nodes.map(({ op }) => op)).toEqual(['scan']);
    expect(countNodes(narrow, 'mul')).toBe(2);
  });
});
