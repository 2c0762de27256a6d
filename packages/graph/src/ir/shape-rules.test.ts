import { describe, expect, it } from 'vitest';
import { Builder } from './builder.ts';
import { GraphError } from './errors.ts';
import type { PrimitiveAttributes, PrimitiveName, ScanAttributes } from './primitives.ts';
import { shapeRules, type ShapeRule } from './shape-rules.ts';
import { float32 as f, formatType, int32 as i32, type Shape, type TensorType } from './types.ts';

const u32 = (...shape: number[]): TensorType => ({ dtype: 'uint32', shape });
const bool = (...shape: number[]): TensorType => ({ dtype: 'bool', shape });

type Inputs = readonly TensorType[];
interface Rule<A> {
  /** Operands and attributes, and the types of the results. */
  readonly accepts: readonly (readonly [Inputs, A, ...TensorType[]])[];
  /** Operands and attributes, and the end of the message. */
  readonly refuses: readonly (readonly [Inputs, A, string])[];
}
type None = Readonly<Record<string, never>>;

const binary = (takes: TensorType, refused: TensorType, result = takes): Rule<None> => ({
  accepts: [[[takes, takes], {}, result]],
  refuses: [
    [[takes], {}, 'operands: expected 2, found 1'],
    [
      [takes, { ...takes, shape: [9] }],
      {},
      `input 1: expected ${formatType(takes)}, found ${takes.dtype}[9]`,
    ],
    [[refused, refused], {}, `found ${formatType(refused)}`],
  ],
});
const unary = (takes: TensorType, refused: TensorType): Rule<None> => ({
  accepts: [[[takes], {}, takes]],
  refuses: [
    [[], {}, 'operands: expected 1, found 0'],
    [[refused], {}, `found ${formatType(refused)}`],
  ],
});
const float = unary(f(2, 3), i32(2, 3));

const reduction: Rule<{ axes: readonly number[]; keepDims: boolean }> = {
  accepts: [
    [[f(2, 3, 4)], { axes: [0, 2], keepDims: false }, f(3)],
    [[i32(2, 3, 4)], { axes: [1], keepDims: true }, i32(2, 1, 4)],
    [[f()], { axes: [], keepDims: false }, f()],
  ],
  refuses: [
    [[f(2, 3)], { axes: [2], keepDims: false }, 'axes: expected an axis from 0 to 1, found 2'],
    [[f(2, 3)], { axes: [1, 0], keepDims: false }, 'axes: expected ascending axes, found [1,0]'],
    [[f(2, 3)], { axes: [1, 1], keepDims: false }, 'axes: expected ascending axes, found [1,1]'],
    [
      [bool(2)],
      { axes: [0], keepDims: false },
      'input 0: expected float32 or int32, found bool[2]',
    ],
  ],
};

function scanOf(change: Partial<ScanAttributes> = {}, carry: Shape = [2]): ScanAttributes {
  const b = new Builder();
  const [k, h, x] = [b.input(f(2)), b.input(f(2)), b.input(f(2))];
  const next = b.broadcastTo(b.reshape(b.reduceSum(b.add(b.mul(h, k), x)), []), carry);
  const body = b.finish([next, b.less(h, x)]);
  return { body, length: 5, consts: 1, carries: 1, reverse: false, ...change };
}

const matmul = (transposeA: boolean, transposeB: boolean) => ({ transposeA, transposeB });

/** What each primitive takes and what it refuses. A new primitive needs a line. */
const rules: { readonly [P in PrimitiveName]: Rule<PrimitiveAttributes[P]> } = {
  add: binary(i32(2, 3), bool(2)),
  sub: binary(f(2, 3), bool(2)),
  mul: binary(u32(2, 3), bool(2)),
  div: binary(f(2, 3), i32(2)),
  max: binary(i32(2, 3), u32(2)),
  min: binary(f(2, 3), bool(2)),
  pow: binary(f(2, 3), i32(2)),
  neg: unary(i32(2, 3), u32(2)),
  abs: unary(f(2, 3), bool(2)),
  sign: unary(i32(2, 3), u32(2)),
  floor: float,
  exp: float,
  log: float,
  sqrt: float,
  sin: float,
  cos: float,
  tanh: float,
  sigmoid: float,
  erf: float,
  equal: {
    accepts: [[[bool(2), bool(2)], {}, bool(2)]],
    refuses: [[[f(2), i32(2)], {}, 'input 1: expected float32[2], found int32[2]']],
  },
  less: binary(f(2, 3), bool(2), bool(2, 3)),
  and: binary(bool(2, 3), f(2)),
  not: unary(bool(2, 3), i32(2)),
  select: {
    accepts: [[[bool(2), u32(2), u32(2)], {}, u32(2)]],
    refuses: [
      [[f(2), f(2), f(2)], {}, 'input 0: expected bool[2], found float32[2]'],
      [[bool(), f(2), f(2)], {}, 'input 0: expected bool[2], found bool[]'],
      [[bool(2), f(2), i32(2)], {}, 'input 2: expected float32[2], found int32[2]'],
      [[bool(2), f(2)], {}, 'operands: expected 3, found 2'],
    ],
  },
  cast: {
    accepts: [[[f(2)], { to: 'bool' }, bool(2)]],
    refuses: [[[], { to: 'bool' }, 'operands: expected 1, found 0']],
  },
  reduceSum: reduction,
  reduceMax: reduction,
  argMax: {
    accepts: [[[f(2, 3)], { axis: 0 }, i32(3)]],
    refuses: [
      [[f(2, 3)], { axis: 2 }, 'axis: expected an axis from 0 to 1, found 2'],
      [[bool(2)], { axis: 0 }, 'input 0: expected float32 or int32, found bool[2]'],
    ],
  },
  matmul: {
    accepts: [
      [[f(2, 3), f(3, 4)], matmul(false, false), f(2, 4)],
      [[f(3, 2), f(4, 3)], matmul(true, true), f(2, 4)],
      [[f(5, 6, 2, 3), f(5, 6, 3, 4)], matmul(false, false), f(5, 6, 2, 4)],
    ],
    refuses: [
      [
        [f(2, 3), f(2, 4)],
        matmul(false, false),
        'input 1: expected inner dimension 3, found float32[2,4]',
      ],
      [
        [f(3), f(3, 4)],
        matmul(false, false),
        'input 0: expected rank of at least 2, found float32[3]',
      ],
      [
        [f(5, 2, 3), f(6, 3, 4)],
        matmul(false, false),
        'input 1: expected leading axes [5], found float32[6,3,4]',
      ],
      [
        [f(5, 2, 3), f(3, 4)],
        matmul(false, false),
        'input 1: expected leading axes [5], found float32[3,4]',
      ],
      [[f(2, 3), i32(3, 4)], matmul(false, false), 'input 1: expected float32, found int32[3,4]'],
    ],
  },
  reshape: {
    accepts: [[[i32(2, 3)], { shape: [3, 1, 2] }, i32(3, 1, 2)]],
    refuses: [
      [[f(2, 3)], { shape: [5] }, 'shape: expected 6 elements, found [5]'],
      [[f(2, 3)], { shape: [-2, -3] }, 'shape: expected integers of at least 0, found [-2,-3]'],
    ],
  },
  transpose: {
    accepts: [[[f(2, 3, 4)], { permutation: [2, 0, 1] }, f(4, 2, 3)]],
    refuses: [
      [
        [f(2, 3)],
        { permutation: [0, 0] },
        'permutation: expected each axis of float32[2,3] once, found [0,0]',
      ],
      [[f(2, 3)], { permutation: [0] }, 'found [0]'],
    ],
  },
  broadcastTo: {
    accepts: [[[f(2, 1)], { shape: [4, 2, 3] }, f(4, 2, 3)]],
    refuses: [
      [
        [f(2)],
        { shape: [2, 3] },
        'shape: expected a shape that float32[2] repeats to, found [2,3]',
      ],
      [
        [f(1, 3)],
        { shape: [3] },
        'shape: expected a shape that float32[1,3] repeats to, found [3]',
      ],
    ],
  },
  slice: {
    accepts: [[[f(4, 3)], { starts: [1, 0], limits: [3, 0] }, f(2, 0)]],
    refuses: [
      [
        [f(4)],
        { starts: [1], limits: [5] },
        'axis 0: expected 0 <= start <= limit <= 4, found 1 to 5',
      ],
      [[f(4)], { starts: [3], limits: [2] }, 'found 3 to 2'],
      [[f(4)], { starts: [0, 0], limits: [2] }, 'starts: expected 1 integers, found [0,0]'],
    ],
  },
  pad: {
    accepts: [[[f(2, 3)], { low: [1, 0], high: [0, 2], value: 0 }, f(3, 5)]],
    refuses: [
      [
        [f(2)],
        { low: [-1], high: [0], value: 0 },
        'low, high: expected at least 0, found [-1], [0]',
      ],
      [[f(2)], { low: [0], high: [], value: 0 }, 'high: expected 1 integers, found []'],
    ],
  },
  concat: {
    accepts: [[[f(2, 3), f(2, 1), f(2, 3)], { axis: 1 }, f(2, 7)]],
    refuses: [
      [
        [f(2, 3), f(3, 3)],
        { axis: 1 },
        'input 1: expected float32[2,3] except along axis 1, found float32[3,3]',
      ],
      [
        [f(2), i32(2)],
        { axis: 0 },
        'input 1: expected float32[2] except along axis 0, found int32[2]',
      ],
      [[f(2)], { axis: 1 }, 'axis: expected an axis from 0 to 0, found 1'],
      [[], { axis: 0 }, 'operands: expected at least 1, found 0'],
    ],
  },
  reverse: {
    accepts: [[[f(2, 3)], { axes: [1] }, f(2, 3)]],
    refuses: [[[f(2)], { axes: [1] }, 'axes: expected an axis from 0 to 0, found 1']],
  },
  gather: {
    accepts: [[[f(7, 3), i32(2, 4)], {}, f(2, 4, 3)]],
    refuses: [
      [[f(7, 3), f(2)], {}, 'input 1: expected int32, found float32[2]'],
      [[f(), i32(2)], {}, 'input 0: expected rank of at least 1, found float32[]'],
    ],
  },
  scatterAdd: {
    accepts: [[[f(7, 3), i32(2), f(2, 3)], {}, f(7, 3)]],
    refuses: [
      [[f(7, 3), i32(2), f(2, 4)], {}, 'input 2: expected float32[2,3], found float32[2,4]'],
      [[i32(7), i32(2), i32(2)], {}, 'input 0: expected float32, found int32[7]'],
    ],
  },
  constant: {
    accepts: [
      [[], { dtype: 'float32', shape: [2], value: Float64Array.of(1, 2) }, f(2)],
      [[], { dtype: 'bool', shape: [2, 3], value: Uint8Array.of(1) }, bool(2, 3)],
    ],
    refuses: [
      [
        [],
        { dtype: 'float32', shape: [3], value: Float64Array.of(1, 2) },
        'value: expected 3 elements or 1, found 2',
      ],
    ],
  },
  iota: {
    accepts: [[[], { dtype: 'int32', shape: [2, 3], axis: 1 }, i32(2, 3)]],
    refuses: [
      [[], { dtype: 'int32', shape: [2], axis: 1 }, 'axis: expected an axis from 0 to 0, found 1'],
    ],
  },
  randomBits: {
    accepts: [[[u32(2)], { shape: [5, 3], stream: 0 }, u32(5, 3)]],
    refuses: [
      [[u32(3)], { shape: [5], stream: 0 }, 'input 0: expected uint32[2], found uint32[3]'],
    ],
  },
  scan: {
    accepts: [[[f(2), f(2), f(5, 2)], scanOf(), f(2), bool(5, 2)]],
    refuses: [
      [[f(2), f(2)], scanOf(), 'operands: expected 3, found 2'],
      [[f(2), f(2), f(4, 2)], scanOf(), 'input 2: expected float32[5,2], found float32[4,2]'],
      [[f(2), f(3), f(5, 2)], scanOf(), 'input 1: expected float32[2], found float32[3]'],
      [
        [f(2), f(2), f(5, 2)],
        scanOf({}, [3]),
        'carry 0 of the body: expected float32[2], found float32[3]',
      ],
    ],
  },
  stopGradient: {
    accepts: [[[bool(2)], {}, bool(2)]],
    refuses: [[[], {}, 'operands: expected 1, found 0']],
  },
};

function apply(op: PrimitiveName, inputs: Inputs, attributes: unknown): TensorType[] {
  const rule = shapeRules[op] as ShapeRule<unknown>;
  return rule(inputs, attributes);
}

describe.each(Object.keys(rules) as PrimitiveName[])('shape rule of %s', (op) => {
  const { accepts, refuses } = rules[op] as Rule<unknown>;
  it.each(accepts.map((one, i) => [i, one] as const))('takes what fits (%i)', (_i, example) => {
    const [inputs, attributes, ...results] = example;
    expect(apply(op, inputs, attributes)).toEqual(results);
  });

  it.each(refuses.map((one, i) => [one[2], i] as const))('refuses: %s', (message, i) => {
    const [inputs, attributes] = refuses[i] as (typeof refuses)[number];
    expect(() => apply(op, inputs, attributes)).toThrow(GraphError);
    expect(() => apply(op, inputs, attributes)).toThrow(message);
    expect(() => apply(op, inputs, attributes)).toThrow(`${op}: `);
  });
});
