import '@tensorflow/tfjs-backend-cpu';
import {
  float32,
  int32,
  prepareFunc,
  scan,
  type Builder,
  type Func,
  type Value,
} from '@chronograd/graph';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { startEngine } from './engine.ts';
import { interpret } from './interpret.ts';
import { kernelsOf, planFunc } from './plan.ts';
import type { Traits } from './rule.ts';
import { SourceCache } from './sources.ts';
import { floats, funcOf } from './testing/programs.ts';

const faultless: Traits = {
  exactProducts: true,
  extremaKeepNaN: true,
  oddSine: true,
  exactSign: true,
};
/** An engine with every fault, for which every replacement runs. */
const faulty: Traits = {
  exactProducts: false,
  extremaKeepNaN: false,
  oddSine: false,
  exactSign: false,
};

/** The outputs of a function of one float32 input, and the names of the kernels that ran. */
async function run(
  func: Func,
  traits: Traits,
  x: ReturnType<typeof floats>,
): Promise<{ outputs: number[][]; kernels: Set<string>; declared: Set<string> }> {
  await startEngine('test', 'cpu');
  const plan = planFunc(prepareFunc(func), traits);
  const input = tf.tensor(x.data, [...x.shape], 'float32');
  const sources = new SourceCache();
  let tensors: tf.Tensor[] = [];
  const { kernelNames } = await tf.profile(() => {
    const step = interpret(plan, [input], sources).next([]);
    tensors = step.done ? step.value : [];
    return tensors;
  });
  const outputs = await Promise.all(tensors.map(async (each) => Array.from(await each.data())));
  return { outputs, kernels: new Set(kernelNames), declared: kernelsOf(plan) };
}

/** Every way to compute that depends on a trait or an element type. */
function everything(b: Builder, x: Value): readonly Value[] {
  const n = b.cast(b.mul(x, 3), 'int32');
  const w = b.cast(n, 'uint32');
  const positive = b.less(x, 0.5);
  const reversed = b.reverse(b.select(positive, b.not(positive), b.equal(n, 1)), [1]);
  const { carries, ys } = scan(
    b,
    { consts: [b.sin(x), n], init: [b.abs(n)], xs: [b.transpose(x, [1, 0])], length: 3 },
    (body, step) => {
      const [c, k] = step.consts as [Value, Value];
      const [h] = step.carries as [Value];
      const [slice] = step.xs as [Value];
      const row = body.broadcastTo(body.reshape(slice, [2, 1]), [2, 3]);
      return { carries: [body.mul(h, k)], ys: [body.erf(body.mul(c, row)), body.neg(h)] };
    },
  );
  return [
    b.mul(n, n),
    b.cast(b.mul(w, w), 'float32'),
    b.cast(b.mul(x, -1e9), 'uint32'),
    b.cast(b.less(w, b.reverse(w, [0])), 'int32'),
    b.min(b.max(x, 0), 1),
    b.sign(x),
    b.cast(reversed, 'float32'),
    b.pad(b.concat([x, b.floor(x)], 0), [0, 1], [1, 0], 2),
    b.scatterAdd(x, b.argMax(x, 0), b.gather(x, b.argMax(x, 0))),
    b.reduceMax(b.matmul(x, b.pow(b.exp(x), 2), { transposeB: true }), [1]),
    b.iota('int32', [2, 2], 1),
    ...carries,
    ...ys,
  ];
}

const x = floats([2, 3], (i) => [-1.25, 1e-9, 0.75, 2.5, -1e-9, -0.5][i] ?? 0);
const func = funcOf([float32(2, 3)], (b, [input]) => (input ? everything(b, input) : []));

describe.each([
  ['faultless', faultless],
  ['faulty', faulty],
])('a plan for a %s engine', (_name, traits) => {
  it('calls no kernel that it does not declare', async () => {
    const { kernels, declared } = await run(func, traits, x);
    expect([...kernels].filter((name) => !(declared as Set<string>).has(name))).toEqual([]);
  });
});

describe('replacements', () => {
  it('compute what the kernels do', async () => {
    const [a, b] = [await run(func, faultless, x), await run(func, faulty, x)];
    expect(a.outputs.map((values) => values.length)).toEqual([
      6, 6, 6, 6, 6, 6, 6, 20, 6, 2, 4, 6, 18, 18,
    ]);
    a.outputs.forEach((values, i) =>
      values.forEach((value, j) => expect(b.outputs[i]?.[j], `output ${i}`).toBeCloseTo(value, 6)),
    );
  });

  it('multiply int32 exactly where the engine goes through float64', async () => {
    const pairs = [
      [123456789, 987654321],
      [-2147483648, 2147483647],
      [2147483647, 2147483647],
      [-65537, 65537],
      [-1, -2147483648],
    ] as const;
    const product = funcOf([float32(1), int32(5), int32(5)], (b, [, p, q]) =>
      p && q ? [b.mul(p, q)] : [],
    );
    const plan = planFunc(product, faulty);
    await startEngine('test', 'cpu');
    const inputs = [
      tf.tensor1d([0]),
      ...[0, 1].map((side) =>
        tf.tensor1d(
          pairs.map((pair) => pair[side] ?? 0),
          'int32',
        ),
      ),
    ];
    const step = interpret(plan, inputs, new SourceCache()).next([]);
    const [result] = step.done ? step.value : [];
    expect(Array.from((await result?.data()) ?? [])).toEqual(
      pairs.map(([p, q]) => Math.imul(p, q)),
    );
  });
});

describe('sources', () => {
  it('are made once, and freed together', async () => {
    await startEngine('test', 'cpu');
    const constants = funcOf([float32(1)], (b, [input]) =>
      input ? [b.add(input, b.constant([1, 2, 3], [3])), b.iota('float32', [3], 0)] : [],
    );
    const plan = planFunc(constants, faultless);
    const sources = new SourceCache();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      const input = tf.tensor1d([i]);
      const step = interpret(plan, [input], sources).next([]);
      if (step.done) tf.dispose([input, ...step.value]);
    }
    const kept = tf.memory().numTensors;
    expect(kept).toBe(before + 2);
    sources.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
