import {
  Builder,
  eliminateDeadCode,
  scan,
  type Func,
  type ScanOperands,
  type ScanStep,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { interpret } from '../interpret.ts';
import type { Tensor64 } from '../tensor.ts';
import { funcOf, gradientError, gradientFunc, randomTensor, relativeError } from './check.ts';

// Sizes that all differ, so that a mistaken axis does not fit.
const steps = 5;
const batch = 2;
const units = 3;
const features = 4;

interface Body {
  /** Shapes of what is the same at each step, carried, scanned (without the steps). */
  readonly consts: readonly (readonly number[])[];
  readonly carries: readonly (readonly number[])[];
  readonly xs: readonly (readonly number[])[];
  readonly length?: number;
  readonly reverse?: boolean;
  readonly step: (b: Builder, values: Values) => { carries: Value[]; ys: Value[] };
  /** What of the scan is used; carries then ys unless given. */
  readonly outputs?: (carries: Value[], ys: Value[], b: Builder) => Value[];
}
interface Values {
  readonly consts: [Value, Value, Value];
  readonly carries: [Value, Value, Value];
  readonly xs: [Value, Value, Value];
}

const bodies: Readonly<Record<string, Body>> = {
  'a recurrent cell with bias and input projection in the body': {
    consts: [[features, units], [units, units], [units]],
    carries: [[batch, units]],
    xs: [[batch, features]],
    step: (b, { consts: [kernel, recurrent, bias], carries: [h], xs: [x] }) => {
      const next = b.tanh(b.add(b.add(b.matmul(x, kernel), b.matmul(h, recurrent)), bias));
      return { carries: [next], ys: [next] };
    },
  },
  'weights transposed in the body': {
    consts: [
      [units, features],
      [units, units],
    ],
    carries: [[batch, units]],
    xs: [[batch, features]],
    step: (b, { consts: [kernel, recurrent], carries: [h], xs: [x] }) => {
      const projected = b.matmul(x, kernel, { transposeB: true });
      const next = b.sin(b.add(projected, b.matmul(h, recurrent, { transposeB: true })));
      return { carries: [next], ys: [] };
    },
  },
  'a carry transposed in the body': {
    consts: [[units, batch]],
    carries: [[batch, units]],
    xs: [[batch, units]],
    step: (b, { consts: [kernel], carries: [h], xs: [x] }) => {
      // [batch, batch]: the carry on the left, transposed; a weight on the left, both transposed.
      const mixed = b.matmul(h, kernel);
      const crossed = b.matmul(kernel, h, { transposeA: true, transposeB: true });
      const next = b.tanh(b.add(b.matmul(b.add(mixed, crossed), h, { transposeA: true }), x));
      return { carries: [next], ys: [mixed] };
    },
  },
  'gates sliced of one product': {
    consts: [[units, 2 * units], [2 * units]],
    carries: [
      [batch, units],
      [batch, units],
    ],
    xs: [[batch, 2 * units]],
    step: (b, { consts: [recurrent, bias], carries: [h, c], xs: [x] }) => {
      const [i, o] = b.split(b.add(b.add(x, b.matmul(h, recurrent)), bias), 1, 2) as [Value, Value];
      const cell = b.add(b.mul(b.sigmoid(i), c), b.tanh(i));
      const hidden = b.mul(b.sigmoid(o), b.tanh(cell));
      return { carries: [hidden, cell], ys: [hidden, b.mul(cell, o)] };
    },
  },
  'the last step first': {
    consts: [[units]],
    carries: [[units]],
    xs: [[units]],
    reverse: true,
    step: (b, { consts: [k], carries: [h], xs: [x] }) => {
      const next = b.add(b.mul(h, k), x);
      return { carries: [next], ys: [b.sin(next), h] };
    },
  },
  'one step': {
    consts: [[units]],
    carries: [[units]],
    xs: [[units]],
    length: 1,
    step: (b, { consts: [k], carries: [h], xs: [x] }) => {
      const next = b.add(b.mul(h, k), x);
      return { carries: [next], ys: [b.sin(next)] };
    },
  },
  'outputs that nothing reads': {
    consts: [[units]],
    carries: [[units], [units]],
    xs: [[units], [units]],
    step: (b, { consts: [k], carries: [h, g], xs: [x, y] }) => {
      const next = b.add(b.mul(h, k), b.sin(x));
      return { carries: [next, b.add(g, b.mul(next, y))], ys: [b.sin(next), b.mul(g, y)] };
    },
    outputs: (_carries, ys) => [ys[0] as Value],
  },
  'only the last carry': {
    consts: [[units]],
    carries: [[units], [units]],
    xs: [[units]],
    step: (b, { consts: [k], carries: [h, g], xs: [x] }) => {
      const next = b.add(b.mul(h, k), b.sin(x));
      return { carries: [next, b.add(g, b.mul(next, x))], ys: [b.sin(next)] };
    },
    outputs: (carries) => [carries[1] as Value],
  },
  'values used outside as well as inside': {
    consts: [[units]],
    carries: [[units]],
    xs: [[units]],
    step: (b, { consts: [k], carries: [h], xs: [x] }) => {
      const next = b.tanh(b.add(b.mul(h, k), x));
      return { carries: [next], ys: [next] };
    },
    outputs: ([h], [y], b) => [b.mul(h as Value, b.reduceSum(y as Value, [0])), b.exp(y as Value)],
  },
  'comparisons in the body': {
    consts: [[units]],
    carries: [[units]],
    xs: [[units]],
    step: (b, { consts: [k], carries: [h], xs: [x] }) => {
      const odd = b.less(b.reduceSum(h), b.reduceSum(x));
      const next = b.select(b.broadcastTo(odd, [units]), b.mul(h, k), b.add(h, x));
      return { carries: [next], ys: [b.mul(b.cast(odd, 'float32'), b.reduceSum(next))] };
    },
  },
  'no carries': {
    consts: [[units]],
    carries: [],
    xs: [[units], [2, units]],
    step: (b, { consts: [k], xs: [x, y] }) => ({
      carries: [],
      ys: [b.matmul(y, b.matmul(y, b.reshape(b.mul(k, x), [units, 1])), { transposeA: true })],
    }),
  },
  'a product of two values that both change': {
    consts: [],
    carries: [[batch, batch]],
    xs: [
      [batch, units],
      [units, batch],
    ],
    step: (b, { carries: [h], xs: [x, y] }) => {
      const next = b.tanh(b.add(b.matmul(x, y), h));
      return { carries: [next], ys: [b.matmul(next, x)] };
    },
  },
  'a weight in a product, and element by element': {
    consts: [[units, units]],
    carries: [[units, units]],
    xs: [[units, units]],
    step: (b, { consts: [weights], carries: [h], xs: [x] }) => {
      const next = b.tanh(b.add(b.matmul(h, weights), b.mul(weights, x)));
      return { carries: [next], ys: [b.mul(next, b.reduceSum(b.mul(weights, h), [0]))] };
    },
  },
  'carries that swap': {
    consts: [[units]],
    carries: [[units], [units]],
    xs: [],
    step: (b, { consts: [k], carries: [h, g] }) => ({ carries: [b.mul(g, k), b.sin(h)], ys: [h] }),
  },
  'a const as an output and as a carry': {
    consts: [[units]],
    carries: [[units]],
    xs: [[units]],
    step: (_b, { consts: [k], carries: [h], xs: [x] }) => ({ carries: [k], ys: [h, k, x, x] }),
  },
  'a carry and a slice that are one output twice': {
    consts: [],
    carries: [[units], [units]],
    xs: [[units]],
    step: (b, { carries: [h, g], xs: [x] }) => {
      const next = b.mul(b.add(h, x), g);
      return { carries: [next, next], ys: [next, next] };
    },
  },
  'a scan in the body': {
    consts: [[units], [units, units]],
    carries: [[batch, units]],
    xs: [[features, units]],
    step: (b, { consts: [k, weights], carries: [h], xs: [x] }) => {
      const inner = scan(b, { consts: [k, weights], init: [h], xs: [x], length: features }, nested);
      return {
        carries: [inner.carries[0] as Value],
        ys: [b.reduceSum(inner.ys[0] as Value, [0])],
      };
    },
  },
  'a scan the other way in the body, over what the carry gives': {
    consts: [[units], [units, units]],
    carries: [[batch, units]],
    xs: [[units]],
    step: (b, { consts: [k, weights], carries: [h], xs: [x] }) => {
      const xs = b.mul(b.broadcastTo(x, [batch, units]), h);
      const init = b.mul(h, 0.5);
      const operands = {
        consts: [k, weights],
        init: [init],
        xs: [xs],
        length: batch,
        reverse: true,
      };
      const { carries, ys } = scan(b, operands, nested);
      return { carries: [b.add(carries[0] as Value, x)], ys: [ys[0] as Value] };
    },
  },
};

function nested(b: Builder, { consts, carries, xs }: ScanStep): { carries: Value[]; ys: Value[] } {
  const [k, weights] = consts as [Value, Value];
  const [h] = carries as [Value];
  const [x] = xs as [Value];
  const next = b.tanh(b.add(b.matmul(b.mul(h, k), weights), x));
  return { carries: [next], ys: [b.mul(next, h)] };
}

/** A scan as it was written, from which nothing was taken out. */
function plainScan(
  b: Builder,
  { consts, init, xs, length, reverse = false }: ScanOperands,
  step: (b: Builder, values: ScanStep) => { carries: readonly Value[]; ys: readonly Value[] },
): { carries: Value[]; ys: Value[] } {
  const body = new Builder();
  const sliceOf = ({ type }: Value) =>
    body.input({ dtype: type.dtype, shape: type.shape.slice(1) });
  const values = {
    consts: consts.map(({ type }) => body.input(type)),
    carries: init.map(({ type }) => body.input(type)),
    xs: xs.map(sliceOf),
  };
  const { carries, ys } = step(body, values);
  const results = b.emit('scan', [...consts, ...init, ...xs], {
    body: body.finish([...carries, ...ys]),
    length,
    consts: consts.length,
    carries: init.length,
    reverse,
  });
  return { carries: results.slice(0, init.length), ys: results.slice(init.length) };
}

function inputsOf({ consts, carries, xs, length = steps }: Body): Tensor64[] {
  const shapes = [...consts, ...carries, ...xs.map((shape) => [length, ...shape])];
  return shapes.map((shape, i) => randomTensor(100 + i, shape, 0.9));
}

function funcOfBody(body: Body, write: typeof scan | typeof plainScan): Func {
  const { consts, carries, length = steps, reverse = false } = body;

  return funcOf(inputsOf(body), (b, ...inputs) => {
    const operands = {
      consts: inputs.slice(0, consts.length),
      init: inputs.slice(consts.length, consts.length + carries.length),
      xs: inputs.slice(consts.length + carries.length),
      length,
      reverse,
    };
    const result = write(b, operands, (inner, values) =>
      body.step(inner, values as unknown as Values),
    );
    return body.outputs?.(result.carries, result.ys, b) ?? [...result.carries, ...result.ys];
  });
}

describe.each(Object.entries(bodies))('scan of %s', (_name, body) => {
  const inputs = inputsOf(body);
  const hoisted = funcOfBody(body, scan);
  const plain = funcOfBody(body, plainScan);

  it('gives the same when what it can is taken out of it', () => {
    const expected = interpret(plain, inputs);
    interpret(hoisted, inputs).forEach((output, i) =>
      expect(relativeError(output, expected[i] as Tensor64)).toBeLessThan(1e-14),
    );
  });

  it('has the gradient of finite differences', () => {
    expect(gradientError(hoisted, inputs)).toBeLessThan(1e-8);
  });

  it('has it also when nothing was taken out', () => {
    expect(gradientError(plain, inputs)).toBeLessThan(1e-8);
  });

  it('has it when what is not needed is removed', () => {
    expect(gradientError(hoisted, inputs, eliminateDeadCode(gradientFunc(hoisted)))).toBeLessThan(
      1e-8,
    );
  });

  it('has a second derivative', () => {
    expect(gradientError(gradientFunc(hoisted), inputs)).toBeLessThan(1e-7);
  });
});

describe('scan', () => {
  it('carries integers beside what it differentiates', () => {
    const x = randomTensor(50, [steps, units]);
    const func = funcOf([x], (b, ...[xs]) => {
      const init = [b.constant(0, [], 'int32'), b.constant(0, [units])];
      const { carries, ys } = scan(
        b,
        { consts: [], init, xs: [xs as Value], length: steps },
        (body, values) => {
          const [n, h] = values.carries as [Value, Value];
          const [slice] = values.xs as [Value];
          const next = body.add(n, body.constant(1, [], 'int32'));
          const scaled = body.mul(slice, body.cast(next, 'float32'));
          return { carries: [next, body.add(body.mul(h, h), scaled)], ys: [next] };
        },
      );
      return [...carries, ...ys];
    });
    expect(gradientError(func, [x])).toBeLessThan(1e-8);
    expect(interpret(func, [x])[2]?.data).toEqual(Int32Array.of(1, 2, 3, 4, 5));
  });

  it('gives no gradient to what only a stopped path reaches', () => {
    const x = randomTensor(51, [steps, units]);
    const func = funcOf([x], (b, ...[xs]) => {
      const operands = {
        consts: [],
        init: [b.constant(1, [units])],
        xs: [xs as Value],
        length: steps,
      };
      return scan(b, operands, (body, values) => {
        const [h] = values.carries as [Value];
        const next = body.stopGradient(body.mul(h, values.xs[0] as Value));
        return { carries: [next], ys: [] };
      }).carries;
    });
    expect(interpret(gradientFunc(func), [x])[0]?.data.every((g) => g === 0)).toBe(true);
  });

  it('takes an input projection out of the body', () => {
    const body = bodies['a recurrent cell with bias and input projection in the body'] as Body;
    const node = funcOfBody(body, scan).nodes.find(({ op }) => op === 'scan');
    const inside = node?.op === 'scan' ? node.attributes.body.nodes.map(({ op }) => op) : [];
    expect(inside.filter((op) => op === 'matmul')).toHaveLength(1);
  });

  it('adds up the gradient of a weight after the scan, not in it', () => {
    const body = bodies['a recurrent cell with bias and input projection in the body'] as Body;
    const func = eliminateDeadCode(gradientFunc(funcOfBody(body, scan)));
    const backward = func.nodes.filter(({ op }) => op === 'scan')[1];
    const inside =
      backward?.op === 'scan' ? backward.attributes.body.nodes.map(({ op }) => op) : [];
    expect(inside.filter((op) => op === 'matmul')).toHaveLength(1);
    expect(inside).not.toContain('reduceSum');
  });
});
