/** Functions written from lists of random numbers, to try passes on. */
import { Builder, sizeOf, type Func, type Shape, type Value } from '@chronograd/graph';
import { randomTensor } from '../gradients/check.ts';
import type { Tensor64 } from '../tensor.ts';

/** One decision: which operation, which operands, what else. */
export type Choice = readonly [number, number, number, number];

const shapes: readonly Shape[] = [[2, 3], [3], [2, 1], []];
/** Numbers that rewrites look for, and others. */
const numbers = [0, 1, -1, 2, 0.5] as const;
const unary = ['neg', 'abs', 'sin', 'tanh', 'sigmoid', 'stopGradient'] as const;
const binary = ['add', 'sub', 'mul', 'max', 'min'] as const;

const pick = <T>(list: readonly T[], choice: number): T => list[choice % list.length] as T;

/** Appends what a choice says; every value stays within [-10, 10] or so. */
function append(b: Builder, pool: Value[], [op, x, y, extra]: Choice, depth: number): Value[] {
  const [p, q] = [pick(pool, x), pick(pool, y)];
  const fits = (other: Value): Value => {
    // A value of the shape of `p`: summed up and spread again where it has another.
    const sum = sizeOf(other.type.shape) === 1 ? b.reshape(other, []) : b.sin(b.reduceSum(other));
    return other.type.shape.join() === p.type.shape.join()
      ? other
      : b.broadcastTo(sum, p.type.shape);
  };
  const [last = 0] = p.type.shape.slice(-1);
  switch (op % 16) {
    case 0:
    case 1:
    case 2:
      return [b[pick(binary, extra)](p, fits(q))];
    case 3:
      return [b[pick(binary, extra)](p, pick(numbers, y))];
    case 4:
      return [b[pick(binary, extra)](pick(numbers, y), p)];
    case 5:
      return [b[pick(unary, extra)](p)];
    case 6:
      return [b.div(p, pick([1, 2, -4], y))];
    case 7:
      return [b.reshape(b.reshape(p, [sizeOf(p.type.shape)]), p.type.shape)];
    case 8: {
      if (p.type.shape.length < 2)
        return [
          b.reverse(
            p,
            p.type.shape.map((_, axis) => axis),
          ),
        ];
      const turned = b.transpose(p, [1, 0]);
      return [extra % 2 === 0 ? b.transpose(turned, [1, 0]) : b.reshape(turned, p.type.shape)];
    }
    case 9:
      return [b.broadcastTo(b.constant(pick(numbers, y)), pick(shapes, extra))];
    case 10: {
      const size = sizeOf(pick(shapes, extra));
      const values = Array.from({ length: size }, (_, i) => ((x + i * (y + 1)) % 7) / 5 - 0.5);
      return [b.constant(values, pick(shapes, extra))];
    }
    case 11:
      return [b.select(b.less(p, fits(q)), p, pick(numbers, extra))];
    case 12: {
      if (last < 2) return [b.one('broadcastTo', [p], { shape: p.type.shape })];
      const axis = p.type.shape.length - 1;
      const [first, rest] = [b.sliceAxis(p, axis, 0, 1), b.sliceAxis(p, axis, 1, last)];
      return [b.concat(extra % 2 === 0 ? [first, rest] : [b.mul(rest, 2), b.neg(first)], axis)];
    }
    case 13:
      if (p.type.shape.length !== 2) return [b.cast(b.cast(p, 'bool'), 'float32')];
      return [b.tanh(b.matmul(b.matmul(p, p, { transposeB: true }), p))];
    case 14:
      return [
        b.cast(b.add(b.iota('int32', [3], 0), b.constant([5, y, extra], [3], 'int32')), 'float32'),
      ];
    default:
      return depth > 0 ? [...appendScan(b, pool, [op, x, y, extra], depth)] : [b.tanh(b.mul(p, p))];
  }
}

/** A scan of two carries, over two inputs of the pool and a const, whose body is random as well. */
function appendScan(b: Builder, pool: Value[], [, x, y, extra]: Choice, depth: number): Value[] {
  const body = new Builder();
  const k = pick(pool, x);
  const init = [pick(pool, y), pick(pool, y + extra)];
  const length = 1 + (extra % 3);
  const stack = (value: Value): Value => {
    const ramp = b.reshape(b.iota('float32', [length], 0), [
      length,
      ...value.type.shape.map(() => 1),
    ]);
    return b.add(b.sin(ramp), value);
  };
  const xs = [stack(pick(pool, x + y)), stack(pick(pool, x + extra))];
  const inner = [
    body.input(k.type),
    ...init.map(({ type }) => body.input(type)),
    ...xs.map(({ type }) => body.input({ ...type, shape: type.shape.slice(1) })),
  ];
  const carries = inner.slice(1, 3);
  const choices = Array.from({ length: 4 + (x % 8) }, (_, i): Choice => {
    const mix = (factor: number): number => (x * 31 + y * 17 + extra * 13 + i * factor * 7) % 251;
    return [mix(3), mix(5), mix(11), mix(19)];
  });
  const values = [...inner];
  for (const choice of choices) values.push(...append(body, values, choice, depth - 1));
  const like = (value: Value): Value =>
    [...values].reverse().find(({ type }) => type.shape.join() === value.type.shape.join()) ??
    value;
  const next = carries.map((carry, i) =>
    i === 0 ? body.tanh(like(carry)) : body.add(like(carry), 0.5),
  );
  const ys = values.slice(-3);
  const results = b.emit('scan', [k, ...init, ...xs], {
    body: body.finish([...next, ...ys]),
    length,
    consts: 1,
    carries: 2,
    reverse: extra % 2 === 1,
  });
  // All steps together again, so that no value has more axes than the inputs.
  return results.map((value, i) => (i < 2 ? value : b.sin(b.reduceSum(value, [0]))));
}

/** The function that a list of choices writes, and inputs for it. */
export function funcOfChoices(choices: readonly Choice[]): { func: Func; inputs: Tensor64[] } {
  const b = new Builder();
  const pool = shapes.map((shape) => b.input({ dtype: 'float32', shape }));
  for (const choice of choices) pool.push(...append(b, pool, choice, 2));
  return {
    func: b.finish(pool.slice(-5)),
    inputs: shapes.map((shape, i) => randomTensor(i, shape)),
  };
}
