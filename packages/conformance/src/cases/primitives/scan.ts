/** The recurrence: directions, nesting, one step, many steps, and what may be carried. */
import { Builder, scan as writeScan, type Value } from '@chronograd/graph';
import type { PrimitiveCase, PrimitiveTable } from '../../kinds/primitive.ts';
import { drawn, ints, words } from './inputs.ts';

/** `h' = tanh(x + h R + k)`, `s' = s + t`: gives `h'`, `s'` and a product of each step. */
const recurrence =
  (length: number, reverse: boolean): PrimitiveCase['write'] =>
  (b, x, r, h0, t, k) => {
    const operands = {
      consts: [r, k as Value],
      init: [h0, b.constant(0.25)],
      xs: [x, t as Value, b.broadcastTo(k as Value, [length, 3, 4])],
      length,
      reverse,
    };
    const { carries, ys } = writeScan(b, operands, (body, step) => {
      const [w, scale] = step.consts as [Value, Value];
      const [h, s] = step.carries as [Value, Value];
      const [xt, time, same] = step.xs as [Value, Value, Value];
      const shift = body.mul(body.mul(scale, same), time);
      const next = body.tanh(body.add(body.add(xt, body.matmul(h, w)), shift));
      const sum = body.add(s, time);
      return {
        carries: [next, sum],
        ys: [next, sum, body.mul(next, body.iota('float32', [3, 4], 1))],
      };
    });
    return [...carries, ...ys];
  };

/** The recurrence over a number of steps, `[length, 3, 4]`. */
const over = (length: number, reverse: boolean, more: Partial<PrimitiveCase> = {}) => ({
  name: `${length} step${length === 1 ? '' : 's'}${reverse ? ', from the last to the first' : ''}`,
  inputs: [
    drawn([length, 3, 4]),
    drawn([4, 4], -0.5, 0.5),
    drawn([3, 4]),
    drawn([length]),
    drawn([4], 0.2, 0.8),
  ],
  write: recurrence(length, reverse),
  tolerance: 'forward' as const,
  gradient: true,
  ...more,
});

/** Cases of the recurrence. */
export const scan: PrimitiveTable<'scan'> = {
  scan: [
    over(7, false),
    over(7, true),
    over(6, true),
    over(2, false),
    over(1, false),
    over(1, true),
    over(200, false),
    over(200, true),
    over(1000, false, { quick: false }),
    {
      name: 'nothing scanned, only carried',
      inputs: [drawn([3])],
      write: (b, x) => {
        const { carries, ys } = writeScan(
          b,
          { consts: [], init: [x], xs: [], length: 5 },
          (body, step) => {
            const next = body.mul(body.sin(step.carries[0] as Value), 1.5);
            return { carries: [next], ys: [next] };
          },
        );
        return [...carries, ...ys];
      },
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'nothing carried, a map over slices',
      inputs: [drawn([5, 2, 3]), drawn([3, 4])],
      write: (b, x, w) =>
        writeScan(b, { consts: [w], init: [], xs: [x], length: 5 }, (body, step) => ({
          carries: [],
          ys: [body.tanh(body.matmul(step.xs[0] as Value, step.consts[0] as Value))],
        })).ys,
      tolerance: 'forward',
      gradient: true,
    },
    {
      // A carry that is overwritten before the other reads it gives another sequence.
      name: 'carries that change places',
      inputs: [drawn([3]), drawn([3]), drawn([6, 3])],
      write: (b, p, q, x) => {
        const { carries, ys } = writeScan(
          b,
          { consts: [], init: [p, q], xs: [x], length: 6 },
          (body, step) => {
            const [first, second] = step.carries as [Value, Value];
            const sum = body.add(first, body.mul(second, step.xs[0] as Value));
            return { carries: [second, sum], ys: [first, second] };
          },
        );
        return [...carries, ...ys];
      },
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'values of before the step and after it',
      inputs: [drawn([4, 2]), drawn([2])],
      write: (b, x, h0) =>
        writeScan(b, { consts: [], init: [h0], xs: [x], length: 4 }, (body, step) => {
          const [h] = step.carries as [Value];
          const next = body.add(body.mul(h, 0.5), step.xs[0] as Value);
          return { carries: [next], ys: [h, next, body.sub(next, h)] };
        }).ys,
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'inputs and constants passed through as they are',
      inputs: [drawn([4, 2]), drawn([2]), drawn([2])],
      write: (b, x, c, h0) => {
        const { carries, ys } = writeScan(
          b,
          { consts: [c], init: [h0], xs: [x], length: 4 },
          (body, step) => ({
            carries: [step.xs[0] as Value],
            ys: [step.xs[0] as Value, step.consts[0] as Value, body.constant([3, -4], [2])],
          }),
        );
        return [...carries, ...ys];
      },
      tolerance: 'exact',
      gradient: true,
    },
    {
      name: 'a carry that no step changes, one output twice',
      inputs: [drawn([4, 2]), drawn([2])],
      write: (b, x, h0) => {
        const { carries, ys } = writeScan(
          b,
          { consts: [], init: [h0, h0], xs: [x], length: 4 },
          (body, step) => {
            const [h, same] = step.carries as [Value, Value];
            const next = body.tanh(body.add(body.mul(h, same), step.xs[0] as Value));
            return { carries: [next, same], ys: [next, next] };
          },
        );
        return [...carries, ...ys];
      },
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'the last carry alone',
      inputs: [drawn([9, 3]), drawn([3])],
      write: (b, x, h0) =>
        writeScan(b, { consts: [], init: [h0], xs: [x], length: 9 }, (body, step) => {
          const next = body.tanh(body.add(step.carries[0] as Value, step.xs[0] as Value));
          return { carries: [next], ys: [next] };
        }).carries,
      tolerance: 'forward',
      gradient: true,
    },
    {
      name: 'one after the other, the second from the last to the first',
      inputs: [drawn([6, 3]), drawn([3]), drawn([3])],
      write: (b, x, p, q) => {
        const cell = (body: Builder, step: { carries: readonly Value[]; xs: readonly Value[] }) => {
          const next = body.tanh(body.add(step.carries[0] as Value, step.xs[0] as Value));
          return { carries: [next], ys: [next] };
        };
        const there = writeScan(b, { consts: [], init: [p], xs: [x], length: 6 }, cell);
        const operands = { consts: [], init: [q], xs: there.ys, length: 6, reverse: true };
        const back = writeScan(b, operands, cell);
        return [...there.carries, ...back.carries, ...back.ys];
      },
      tolerance: 'forward',
      gradient: true,
    },
    ...[false, true].map((reverse): PrimitiveCase => ({
      name: reverse ? 'one inside another, against its direction' : 'one inside another',
      inputs: [drawn([3, 4, 2]), drawn([2]), drawn([2], 0.2, 0.8)],
      write: (b, x, h0, w) => {
        const { carries, ys } = writeScan(
          b,
          { consts: [w], init: [h0], xs: [x], length: 3 },
          (outer, { consts, carries: [h], xs: [rows] }) => {
            const inner = writeScan(
              outer,
              { consts, init: [h as Value], xs: [rows as Value], length: 4, reverse },
              (body, step) => {
                const product = body.mul(step.carries[0] as Value, step.consts[0] as Value);
                const next = body.tanh(body.add(product, step.xs[0] as Value));
                return { carries: [next], ys: [next] };
              },
            );
            return { carries: inner.carries, ys: inner.ys };
          },
        );
        return [...carries, ...ys];
      },
      tolerance: 'forward',
      gradient: true,
    })),
    {
      name: 'integers and bool carried',
      inputs: [ints([5, 3], [1, 2, 3, -4, 5, 6, 7, -8, 9, 10, 11, -12, 13, 14, 15]), drawn([3])],
      write: (b, n, h0) => {
        const { carries, ys } = writeScan(
          b,
          {
            consts: [],
            init: [b.constant(0, [3], 'int32'), b.less(h0, 0), h0],
            xs: [n],
            length: 5,
          },
          (body, step) => {
            const [count, flag, h] = step.carries as [Value, Value, Value];
            const [k] = step.xs as [Value];
            const next = body.select(flag, body.mul(h, 0.5), body.add(h, 1));
            const total = body.add(count, k);
            return { carries: [total, body.less(k, 0), next], ys: [total, flag] };
          },
        );
        return [...carries, ...ys];
      },
      tolerance: 'forward',
    },
    {
      name: 'random bits by the key of the step',
      inputs: [words([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), drawn([3])],
      write: (b, keys, h0) => {
        const { carries, ys } = writeScan(
          b,
          { consts: [], init: [h0], xs: [keys], length: 4 },
          (body, step) => {
            const bits = body.randomBits(step.xs[0] as Value, [3], 2);
            const kept = body.less(body.cast(bits, 'float32'), 2 ** 31);
            return { carries: [body.select(kept, step.carries[0] as Value, 0)], ys: [bits] };
          },
        );
        return [...carries, ...ys];
      },
      tolerance: 'exact',
    },
    {
      name: 'scalars',
      inputs: [drawn([6], 0.5, 1.5), drawn([])],
      write: (b, x, h0) => {
        const { carries, ys } = writeScan(
          b,
          { consts: [], init: [h0], xs: [x], length: 6 },
          (body, step) => {
            const next = body.sin(body.mul(step.carries[0] as Value, step.xs[0] as Value));
            return { carries: [next], ys: [next] };
          },
        );
        return [...carries, ...ys];
      },
      tolerance: 'forward',
      gradient: true,
    },
  ],
};
