import { describe, expect, it } from 'vitest';
import { Builder, type Value } from './builder.ts';
import { GraphError } from './errors.ts';
import { float32, int32 } from './types.ts';

const ops = (b: Builder): string[] => b.nodes.map(({ op }) => op);

describe('broadcasting', () => {
  it.each([
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[], [4], [4]],
    [[1], [], [1]],
  ])('%j and %j become %j', (left, right, expected) => {
    const b = new Builder();
    const sum = b.add(b.input(float32(...left)), b.input(float32(...right)));
    expect(sum.type).toEqual(float32(...expected));
  });

  it('names the operation, both shapes and the argument where they do not go together', () => {
    const b = new Builder();
    const call = (): Value => b.mul(b.input(float32(2, 3)), b.input(float32(2)));
    expect(call).toThrow(GraphError);
    expect(call).toThrow('mul: input 1: expected a shape that goes with [2,3], found [2]');
  });

  it('writes a broadcastTo only where one is needed', () => {
    const b = new Builder();
    const x = b.input(float32(2, 3));
    b.add(x, x);
    expect(ops(b)).toEqual(['add']);
    b.add(x, b.input(float32(3)));
    expect(ops(b)).toEqual(['add', 'broadcastTo', 'add']);
  });

  it('takes the condition of a select along', () => {
    const b = new Builder();
    const condition = b.input({ dtype: 'bool', shape: [2, 1] });
    expect(b.select(condition, b.input(float32(3)), 0).type).toEqual(float32(2, 3));
    expect(b.select(condition, 1, 0).type).toEqual(float32(2, 1));
  });
});

describe('numbers as operands', () => {
  it('take the element type of the other operand', () => {
    const b = new Builder();
    expect(b.add(b.input(int32(2)), 1).type).toEqual(int32(2));
    expect(b.sub(1, b.input(float32(2))).type).toEqual(float32(2));
    expect(b.less(b.input(int32(2)), 3).type).toEqual({ dtype: 'bool', shape: [2] });
  });

  it('are kept in double precision', () => {
    const b = new Builder();
    b.add(b.input(float32()), 0.1);
    const [constant] = b.nodes;
    expect(constant?.op === 'constant' && constant.attributes.value).toEqual(Float64Array.of(0.1));
  });
});

describe('operations without effect', () => {
  it('write nothing', () => {
    const b = new Builder();
    const x = b.input(float32(2, 3));
    const same = [
      b.reshape(x, [2, 3]),
      b.transpose(x, [0, 1]),
      b.broadcastTo(x, [2, 3]),
      b.sliceAxis(x, 1, 0, 3),
      b.cast(x, 'float32'),
      b.concat([x], 0),
      b.reduceSum(x, []),
    ];
    expect(same.map(({ id }) => id)).toEqual(same.map(() => x.id));
    expect(b.nodes).toHaveLength(0);
  });
});

describe('shorthands', () => {
  it('split into equal slices', () => {
    const b = new Builder();
    const parts = b.split(b.input(float32(2, 6)), 1, 3);
    expect(parts.map(({ type }) => type)).toEqual([float32(2, 2), float32(2, 2), float32(2, 2)]);
    expect(() => b.split(b.input(float32(2, 5)), 1, 3)).toThrow(GraphError);
  });

  it('reduce over all axes unless some are given', () => {
    const b = new Builder();
    const x = b.input(float32(2, 3));
    expect(b.reduceSum(x).type).toEqual(float32());
    expect(b.reduceMax(x, [0], true).type).toEqual(float32(1, 3));
    expect(b.reduceMean(x, [1]).type).toEqual(float32(2));
  });
});

describe('functions', () => {
  it('find the node that made a value', () => {
    const b = new Builder();
    const x = b.input(float32(2));
    const y = b.exp(x);
    expect(b.producer(x.id)).toBeUndefined();
    expect(b.producer(y.id)).toMatchObject({ op: 'exp', inputs: [x.id] });
  });

  it('are inlined with other values for their inputs', () => {
    const inner = new Builder();
    const [p, q] = [inner.input(float32(2)), inner.input(float32(2))];
    const func = inner.finish([inner.sub(p, q), p]);
    const b = new Builder();
    const [x, y] = [b.input(float32(2)), b.input(float32(2))];
    const [difference, first] = b.inline(func, [y, x]);
    expect(first).toEqual(y);
    expect(b.producer(difference?.id ?? -1)).toMatchObject({ op: 'sub', inputs: [y.id, x.id] });
    expect(() => b.inline(func, [x])).toThrow('inline: inputs: expected 2, found 1');
  });

  it('become composites whose operands are checked', () => {
    const inner = new Builder();
    const func = inner.finish([inner.exp(inner.input(float32(2)))]);
    const b = new Builder();
    const [y] = b.composite('cell', { units: 2 }, func, [b.input(float32(2))]);
    expect(y?.type).toEqual(float32(2));
    const call = (): Value[] => b.composite('cell', {}, func, [b.input(float32(3))]);
    expect(call).toThrow('cell: input 0: expected float32[2], found float32[3]');
    expect(() => b.composite('cell', {}, func, [])).toThrow(
      'cell: input 0: expected float32[2], found none',
    );
  });

  it('keep the numbers of the outputs of a node that is extended', () => {
    const b = new Builder();
    const x = b.input(float32(2));
    const y = b.exp(x);
    b.neg(y);
    const [z] = b.extend(0, { op: 'exp', inputs: [x.id], outputs: [], attributes: {} }, [int32(3)]);
    expect(b.nodes[0]?.outputs).toEqual([y.id, z?.id]);
    expect(b.producer(z?.id ?? -1)).toBe(b.nodes[0]);
    expect(b.value(z?.id ?? -1).type).toEqual(int32(3));
    expect(() => b.value(99)).toThrow('builder: value: expected below 4, found 99');
  });
});
