import { float64, interpret, type Tensor64 } from '@chronograd/backend-reference';
import {
  Builder,
  countNodes,
  float32,
  gradients,
  optimize,
  prepareFunc,
  scan,
  type Func,
  type Node,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { noise } from '../testing/noise.ts';
import { accumulateInScans } from './accumulate.ts';
import { joinProducts } from './block-products.ts';
import { narrowProducts } from './narrow-products.ts';
import { takeJoins, takePieces } from './pieces.ts';
import { shareFactors } from './share-factors.ts';
import { sinkIntoScans } from './sink.ts';
import { splitProducts } from './split-products.ts';
import { transposeScans } from './transpose-scans.ts';

const TIME = 4;
const BATCH = 2;
const FEATURES = 3;
const UNITS = 5;

const shapes = {
  x: [BATCH, TIME, FEATURES],
  kernel: [FEATURES, 3 * UNITS],
  bias: [3 * UNITS],
  recurrent: [UNITS, 3 * UNITS],
  h: [BATCH, UNITS],
};
const inputs: Tensor64[] = Object.values(shapes).map((shape, i) =>
  float64(
    shape,
    noise(
      shape.reduce((size, d) => size * d, 1),
      i + 1,
    ),
  ),
);

/** A cell of gates f, g, o, `c' = sigmoid(f) c + tanh(g)`, `h' = sigmoid(o) tanh(c')`; the last h. */
function cell(b: Builder): { values: Value[]; last: Value } {
  const values = Object.values(shapes).map((shape) => b.input(float32(...shape)));
  const [x, kernel, bias, recurrent, h] = values as [Value, Value, Value, Value, Value];
  const flat = b.add(
    b.matmul(b.reshape(b.transpose(x, [1, 0, 2]), [TIME * BATCH, FEATURES]), kernel),
    bias,
  );
  const operands = {
    consts: [recurrent],
    init: [h, h],
    xs: [b.reshape(flat, [TIME, BATCH, 3 * UNITS])],
    length: TIME,
  };
  const { carries } = scan(b, operands, (body, { consts: [u], carries: [old, c], xs: [given] }) => {
    const gates = body.add(given as Value, body.matmul(old as Value, u as Value));
    const [f, g, o] = body.split(gates, 1, 3) as [Value, Value, Value];
    const next = body.add(body.mul(body.sigmoid(f), c as Value), body.tanh(g));
    return { carries: [body.mul(body.sigmoid(o), body.tanh(next)), next], ys: [] };
  });
  return { values, last: carries[0] as Value };
}

function expectSame(before: Func, after: Func, operands: readonly Tensor64[] = inputs): void {
  const found = interpret(after, operands);
  interpret(before, operands).forEach(({ shape, data }, i) => {
    expect(found[i]?.shape).toEqual(shape);
    Array.from(data).forEach((value, at) => expect(found[i]?.data[at]).toBeCloseTo(value, 12));
  });
}

const scansOf = (func: Func): (Node & { op: 'scan' })[] =>
  func.nodes.flatMap((node) => (node.op === 'scan' ? [node] : []));

/** The gradient of the sum of squares of the last h, after the products of the cell are joined. */
function gradient(): Func {
  const forward = new Builder();
  const { last } = cell(forward);
  const joined = joinProducts(forward.finish([last]));
  const b = new Builder();
  const values = Object.values(shapes).map((shape) => b.input(float32(...shape)));
  const [end] = b.inline(joined, values) as [Value];
  const loss = b.reduceSum(b.mul(end, end));
  return prepareFunc(b.finish([loss, ...gradients(b, loss, values.slice(1, 4))]));
}

describe('joinProducts', () => {
  it('gives a step one product of state, features and one', () => {
    const b = new Builder();
    const func = b.finish([cell(b).last]);
    const joined = joinProducts(func);
    expectSame(func, joined);
    expect(joined.nodes.filter(({ op }) => op === 'matmul')).toEqual([]);
    const [loop] = scansOf(joined);
    expect(loop?.attributes.body.nodes.map(({ op }) => op).slice(0, 2)).toEqual([
      'concat',
      'matmul',
    ]);
  });

  it('leaves a projection of as many features as units', () => {
    const b = new Builder();
    const [x, h, w] = [[TIME, BATCH, UNITS], shapes.h, [UNITS, UNITS]].map((shape) =>
      b.input(float32(...shape)),
    ) as [Value, Value, Value];
    const flat = b.matmul(b.reshape(x, [TIME * BATCH, UNITS]), w);
    const operands = {
      consts: [w],
      init: [h],
      xs: [b.reshape(flat, [TIME, BATCH, UNITS])],
      length: TIME,
    };
    const { carries } = scan(b, operands, (body, { consts: [u], carries: [old], xs: [given] }) => {
      const next = body.add(given as Value, body.matmul(old as Value, u as Value));
      return { carries: [next], ys: [] };
    });
    const joined = joinProducts(b.finish(carries));
    expect(countNodes(joined, 'concat')).toBe(0);
  });
});

describe('the gradient of a cell', () => {
  const before = gradient();

  it('takes what a body joins from its scan, adds up weights in the loop, and is transposed', () => {
    const pieces = optimize(takePieces(takeJoins(splitProducts(before))));
    const joined = optimize(sinkIntoScans(narrowProducts(pieces)));
    expectSame(before, joined);
    const summed = optimize(accumulateInScans(joined));
    expectSame(before, summed);
    const [, backward] = scansOf(summed);
    // The cotangents of h and c, and the gradient of the block [U; W; b].
    expect(backward?.attributes.carries).toBe(3);
    expect(summed.nodes.filter(({ op }) => op === 'matmul')).toEqual([]);
    const transposed = transposeScans(summed);
    expectSame(before, transposed);
    for (const { attributes } of scansOf(transposed))
      for (const node of attributes.body.nodes)
        if (node.op === 'concat') expect(node.attributes.axis).toBe(0);
  });

  it('stays as it is where transposing would move more', () => {
    // Without the sums in the loop, stacks would have to be transposed after it.
    expect(transposeScans(before)).toBe(before);
  });
});

describe('takePieces', () => {
  it('knows a piece of a concat, and no other slice of it', () => {
    const b = new Builder();
    const [p, q] = [b.input(float32(2, 3)), b.input(float32(4, 3))] as [Value, Value];
    const whole = b.concat([p, q], 0);
    const func = b.finish([b.sliceAxis(whole, 0, 2, 6), b.sliceAxis(whole, 0, 1, 3)]);
    const taken = takePieces(func);
    expectSame(func, taken, [float64([2, 3], noise(6)), float64([4, 3], noise(12, 2))]);
    expect(taken.outputs[0]).toBe(taken.inputs[1]);
    expect(countNodes(taken, 'slice')).toBe(1);
  });
});

describe('shareFactors', () => {
  /** A scan that gives out f and `y - y f`, and one back that multiplies u by both. */
  function pair(isShared: boolean): Func {
    const b = new Builder();
    const [x, c] = [b.input(float32(TIME, 3)), b.input(float32(3))] as [Value, Value];
    const forward = scan(
      b,
      { consts: [], init: [c], xs: [x], length: TIME },
      (body, { carries: [old], xs: [given] }) => {
        const f = body.sigmoid(body.add(given as Value, old as Value));
        const y = body.mul(f, old as Value);
        return { carries: [y], ys: [f, body.sub(y, body.mul(y, f))] };
      },
    );
    const [f, p] = forward.ys as [Value, Value];
    const back = scan(
      b,
      { consts: [], init: [c], xs: [f, p], length: TIME, reverse: true },
      (body, { carries: [u], xs: [factor, product] }) => {
        const first = isShared
          ? body.mul(u as Value, factor as Value)
          : body.add(u as Value, factor as Value);
        return { carries: [first], ys: [body.mul(u as Value, product as Value)] };
      },
    );
    return b.finish([...back.carries, ...back.ys]);
  }
  const operands = [float64([TIME, 3], noise(12)), float64([3], noise(3, 2))];

  it('divides a factor by one that is multiplied by as well', () => {
    const before = pair(true);
    const after = optimize(shareFactors(before));
    expectSame(before, after, operands);
    expect(countNodes(after)).toBe(countNodes(before) - 1);
  });

  it('leaves it where the shared product is not there', () => {
    const before = pair(false);
    expect(shareFactors(before)).toBe(before);
  });
});
