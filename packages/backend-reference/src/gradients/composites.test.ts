import {
  Builder,
  combine,
  expandComposites,
  float32,
  gradients,
  prepare,
  scan,
  type Claims,
  type CompositeUse,
  type Func,
  type Shape,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { interpret } from '../interpret.ts';
import type { Tensor64 } from '../tensor.ts';
import { funcOf, gradientError, gradientFunc, randomTensor, relativeError } from './check.ts';

const size = 3;
const steps = 4;

function decomposition(
  shapes: readonly Shape[],
  write: (b: Builder, ...inputs: [Value, Value, Value]) => Value[],
): Func {
  const b = new Builder();
  const inputs = shapes.map((shape) => b.input(float32(...shape)));
  return b.finish(write(b, ...(inputs as [Value, Value, Value])));
}

/** `[x y, sin(x), x + y]` */
const three = decomposition([[size], [size]], (b, x, y) => [b.mul(x, y), b.sin(x), b.add(x, y)]);

/** A cell over `[steps, size]`: `[hidden states, last]`. */
const cell = decomposition([[steps, size], [size], [size]], (b, x, k, h) => {
  const operands = { consts: [k], init: [h], xs: [x], length: steps };
  const { carries, ys } = scan(b, operands, (body, values) => {
    const [inner] = body.composite('three', {}, three, [
      values.carries[0] as Value,
      values.consts[0] as Value,
    ]);
    const next = body.tanh(body.add(inner as Value, values.xs[0] as Value));
    return { carries: [next], ys: [next] };
  });
  return [ys[0] as Value, carries[0] as Value];
});

/** A composite that is made of another. */
const outer = decomposition([[size], [size]], (b, x, y) => {
  const [p, , r] = b.composite('three', { depth: 2 }, three, [x, y]);
  return [b.mul(b.exp(p as Value), r as Value)];
});

/** `[x y, x y]` */
const twice = decomposition([[size], [size]], (b, x, y) => {
  const product = b.mul(x, y);
  return [product, product];
});

interface Example {
  readonly inputs: readonly Tensor64[];
  readonly write: (b: Builder, ...inputs: [Value, Value, Value]) => Value[];
}
const x = randomTensor(1, [size]);
const y = randomTensor(2, [size]);
const examples: Readonly<Record<string, Example>> = {
  'all outputs used': {
    inputs: [x, y],
    write: (b, p, q) => b.composite('three', {}, three, [p, q]),
  },
  'outputs that nothing reads': {
    inputs: [x, y],
    write: (b, p, q) => b.composite('three', {}, three, [p, q]).slice(1, 2),
  },
  'one value passed twice': {
    inputs: [x],
    write: (b, p) => b.composite('three', {}, three, [p, p]),
  },
  'an output passed to the next': {
    inputs: [x, y],
    write: (b, p, q) => {
      const [first, second] = b.composite('three', {}, three, [p, q]);
      return b.composite('three', {}, three, [second as Value, first as Value]);
    },
  },
  'an output used more than once': {
    inputs: [x, y],
    write: (b, p, q) => {
      const [first, second] = b.composite('three', {}, three, [p, q]);
      return [b.mul(first as Value, first as Value), b.mul(first as Value, second as Value)];
    },
  },
  'two outputs that are one value': {
    inputs: [x, y],
    write: (b, p, q) => b.composite('twice', {}, twice, [p, q]),
  },
  'one in another': { inputs: [x, y], write: (b, p, q) => b.composite('outer', {}, outer, [p, q]) },
  'a scan with one in its body': {
    inputs: [randomTensor(3, [steps, size]), x, y],
    write: (b, xs, k, h) => b.composite('cell', {}, cell, [xs, k, h]),
  },
  'one after a scan, in a scan': {
    inputs: [randomTensor(4, [2, size]), x, y],
    write: (b, xs, k, h) => {
      const operands = { consts: [k], init: [h], xs: [xs], length: 2 };
      const { carries } = scan(b, operands, (body, values) => {
        const tiled = body.broadcastTo(values.xs[0] as Value, [steps, size]);
        const [, last] = body.composite('cell', {}, cell, [
          tiled,
          values.consts[0] as Value,
          values.carries[0] as Value,
        ]);
        return { carries: [last as Value], ys: [] };
      });
      return carries;
    },
  },
};

describe.each(Object.entries(examples))('composite: %s', (_name, { inputs, write }) => {
  const func = funcOf(inputs, (b, ...values) => write(b, ...(values as [Value, Value, Value])));

  it('has the gradient of finite differences', () => {
    expect(gradientError(func, inputs)).toBeLessThan(1e-8);
  });

  it('gives the same expanded and then differentiated', () => {
    const expected = interpret(gradientFunc(func), inputs);
    interpret(gradientFunc(expandComposites(func)), inputs).forEach((gradient, i) =>
      expect(relativeError(gradient, expected[i] as Tensor64)).toBeLessThan(1e-14),
    );
  });

  it('has a second derivative once it is expanded', () => {
    expect(gradientError(expandComposites(gradientFunc(func)), inputs)).toBeLessThan(1e-7);
  });

  it('gives the same where only the forward pass is claimed', () => {
    // What a backend claims stays; a second round expands it for the interpreter.
    const claims: Claims = ({ pass }) => pass === 'forward';
    const derived = gradientFunc(func);
    const expanded = expandComposites(derived, claims);
    expect(ops(expanded)).toContain('composite');
    expect(ops(expanded)).not.toContain('compositeGradient');
    const expected = interpret(derived, inputs);
    interpret(expandComposites(expanded), inputs).forEach((gradient, i) =>
      expect(relativeError(gradient, expected[i] as Tensor64)).toBeLessThan(1e-14),
    );
  });
});

/** The operations of a function and of the bodies of its scans. */
function ops(func: Func): string[] {
  return func.nodes.flatMap((node) =>
    node.op === 'scan' ? [node.op, ...ops(node.attributes.body)] : [node.op],
  );
}

describe('expandComposites', () => {
  const derived = (): Func => {
    const b = new Builder();
    const [p, q] = [b.input(float32(size)), b.input(float32(size))];
    const [, , r] = b.composite('three', { depth: 1 }, three, [p, q]);
    const [s] = b.composite('outer', {}, outer, [r as Value, q]);
    return b.finish(gradients(b, b.reduceSum(s as Value), [p]));
  };

  it('asks about each composite, forward and backward', () => {
    const asked = new Set<string>();
    const record = ({ name, options, pass, differentiated }: CompositeUse): boolean => {
      asked.add(`${name} ${JSON.stringify(options)} ${pass} ${differentiated}`);
      return false;
    };
    const func = expandComposites(derived(), record);
    expect(ops(func)).not.toContain('composite');
    expect(asked).toEqual(
      new Set([
        'three {"depth":1} forward true',
        'three {"depth":1} backward true',
        'outer {} forward true',
        'outer {} backward true',
        'three {"depth":2} forward true',
        'three {"depth":2} backward true',
      ]),
    );
  });

  it('leaves what is claimed', () => {
    const func = expandComposites(derived(), ({ name }) => name === 'three');
    const left = func.nodes.flatMap((node) =>
      node.op === 'composite' || node.op === 'compositeGradient'
        ? [`${node.op} ${node.attributes.name}`]
        : [],
    );
    expect(left).toEqual([
      'composite three',
      'composite three',
      'compositeGradient three',
      'compositeGradient three',
    ]);
  });

  it('names only the inputs that a gradient is wanted for', () => {
    const [gradient] = derived().nodes.filter((node) => node.op === 'compositeGradient');
    expect(gradient?.op === 'compositeGradient' && gradient.attributes).toMatchObject({
      name: 'outer',
      wrt: [0],
      cotangents: [0],
    });
  });

  it('is what prepare does first', () => {
    const type = float32(size);
    const func = derived();
    const entry = {
      inputs: ['p', 'q'].map((name) => ({ name, type })),
      reads: [],
      outputs: [{ name: 'gradient', type }],
      writes: [],
      func,
    };
    const prepared = prepare({ state: {}, entries: { gradient: entry } });
    const found = prepared.entries['gradient']?.func as Func;
    expect(ops(found)).not.toContain('composite');
    const [expected] = interpret(func, [x, y]);
    const [result] = interpret(found, [x, y]);
    expect(relativeError(result as Tensor64, expected as Tensor64)).toBeLessThan(1e-14);
  });
});

describe('combine', () => {
  const parts = (
    b: Builder,
    value: Value,
    slices: readonly (readonly [number, number])[],
  ): Value[] =>
    slices.map(([start, limit]) =>
      b.pad(b.sliceAxis(value, 0, start, limit), [start], [size - limit]),
    );

  it.each([
    [
      'tiles in order',
      [
        [0, 1],
        [1, 3],
      ],
      true,
    ],
    [
      'tiles out of order',
      [
        [2, 3],
        [0, 2],
      ],
      true,
    ],
    [
      'with a gap',
      [
        [0, 1],
        [2, 3],
      ],
      false,
    ],
    [
      'overlapping',
      [
        [0, 2],
        [1, 3],
      ],
      false,
    ],
  ] as const)('%s', (_name, slices, tiled) => {
    const func = funcOf([x], (b, ...[value]) => combine(b, parts(b, value as Value, slices)));
    expect(ops(func).includes('concat')).toBe(tiled);
    const added = Float64Array.from(x.data, (element, i) =>
      slices.reduce((sum, [start, limit]) => sum + (i >= start && i < limit ? element : 0), 0),
    );
    expect(interpret(func, [x])[0]?.data).toEqual(added);
  });
});
