import { fromHost, interpret, toHost } from '@chronograd/backend-reference';
import {
  Builder,
  eliminateDeadCode,
  float32,
  gradients,
  scan,
  type Func,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import type { OnnxBackendOptions } from '../backend.ts';
import { noisy, relativeError, runFunc } from '../testing/oracle.ts';

/** h' = tanh(x + h R + k t), s' = s + t; gives h' and the scalar s' of each step. */
function recurrence(b: Builder, length: number, reverse: boolean) {
  const x = b.input(float32(length, 3, 4));
  const r = b.input(float32(4, 4));
  const h0 = b.input(float32(3, 4));
  const t = b.input(float32(length));
  const k = b.constant(0.5, [3, 4]);
  const result = scan(
    b,
    {
      consts: [r, k],
      init: [h0, b.constant(0)],
      xs: [x, t, b.broadcastTo(k, [length, 3, 4])],
      length,
      reverse,
    },
    (body, { consts: [w, scale], carries: [h, s], xs: [xt, time, same] }) => {
      const product = body.matmul(h as Value, w as Value);
      const next = body.tanh(
        body.add(
          body.add(xt as Value, product),
          body.mul(body.mul(scale as Value, same as Value), time as Value),
        ),
      );
      const sum = body.add(s as Value, time as Value);
      return {
        carries: [next, sum],
        ys: [next, sum, body.mul(next, body.iota('float32', [3, 4], 1))],
      };
    },
  );
  return { inputs: [x, r, h0, t], ...result };
}

function forward(length: number, reverse: boolean): Func {
  const b = new Builder();
  const { carries, ys } = recurrence(b, length, reverse);
  return b.finish([...carries, ...ys]);
}

function backward(length: number, reverse: boolean): Func {
  const b = new Builder();
  const { inputs, carries, ys } = recurrence(b, length, reverse);
  const [y, s, z] = ys as [Value, Value, Value];
  const loss = b.reduceSum(
    b.add(
      b.reduceSum(b.mul(y, b.mul(y, z))),
      b.mul(b.reduceSum(b.mul(s, s)), b.reduceSum(carries[0] as Value)),
    ),
  );
  return eliminateDeadCode(b.finish([loss, ...gradients(b, loss, inputs)]));
}

const inputs = (length: number) => [
  noisy([length, 3, 4], 1),
  noisy([4, 4], 2),
  noisy([3, 4], 3),
  noisy([length], 4),
];

const realisations: [string, OnnxBackendOptions][] = [
  ['unrolled', { codegen: { unrollLimit: 1e9 } }],
  ['looped', { codegen: { unrollLimit: 0 } }],
];

describe.each(realisations)('scan, %s', (_name, options) => {
  it.each([
    [7, false],
    [7, true],
    [6, true],
    [1, false],
  ])('agrees with the interpreter (%i steps, reverse: %s)', async (length, reverse) => {
    for (const func of [forward(length, reverse), backward(length, reverse)]) {
      const expected = interpret(func, inputs(length).map(fromHost)).map(toHost);
      const found = await runFunc(func, inputs(length), options);
      found.forEach(({ shape, data }, i) => {
        expect(shape).toEqual(expected[i]?.shape);
        expect(relativeError(data, expected[i]?.data ?? [])).toBeLessThan(1e-5);
      });
    }
  });

  it('agrees with the interpreter where nothing is scanned', async () => {
    const b = new Builder();
    const x = b.input(float32(3));
    const { carries, ys } = scan(b, { consts: [], init: [x], xs: [], length: 5 }, (body, step) => {
      const next = body.mul(step.carries[0] as Value, 1.5);
      return { carries: [next], ys: [next] };
    });
    const func = b.finish([...carries, ...ys]);
    const x0 = noisy([3], 1);
    const found = await runFunc(func, [x0], options);
    interpret(func, [fromHost(x0)]).forEach(({ shape, data }, i) => {
      expect(found[i]?.shape).toEqual(shape);
      expect(relativeError(found[i]?.data ?? [], data)).toBeLessThan(1e-6);
    });
  });
});
