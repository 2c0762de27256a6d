import { describe, expect, it } from 'vitest';
import { Builder, type Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { float32, type CompositeNode, type Func, type TensorType } from '../ir/types.ts';
import { validateFunc } from '../ir/validate.ts';
import { causalConv1d } from './conv1d.ts';
import { gatedTanhSigmoid } from './gated-activation.ts';
import { layerNorm } from './layer-norm.ts';
import { recurrent } from './recurrent.ts';

/** The only node of a function of inputs of these types. */
function compositeOf(
  types: readonly TensorType[],
  write: (b: Builder, ...inputs: Value[]) => Value,
): CompositeNode['attributes'] & { readonly result: TensorType } {
  const b = new Builder();
  const result = write(b, ...types.map((type) => b.input(type)));
  const func = b.finish([result]);
  validateFunc(func);
  const [node] = func.nodes;
  if (node?.op !== 'composite' || func.nodes.length > 1) throw new TypeError('one composite');
  return { ...node.attributes, result: result.type };
}

function ops({ nodes }: Func): string[] {
  return nodes.map(({ op }) => op).filter((op) => op !== 'broadcastTo' && op !== 'constant');
}

/** What the error says of a call, without where it comes from. */
function refusal(write: (b: Builder) => unknown): string {
  try {
    write(new Builder());
  } catch (error) {
    if (error instanceof GraphError) return error.message;
    throw error;
  }
  return 'none';
}

describe('causalConv1d', () => {
  const convolution = (time: number, width: number, dilation?: number) =>
    compositeOf([float32(2, time, 3), float32(width, 3, 5), float32(5)], (b, x, kernel, bias) =>
      causalConv1d(
        b,
        { x: x as Value, kernel: kernel as Value, ...(bias ? { bias } : {}) },
        dilation === undefined ? {} : { dilation },
      ),
    );

  it('says what an engine needs to know', () => {
    const { name, options, result } = convolution(7, 2);
    expect({ name, options, result }).toEqual({
      name: 'conv1d',
      options: { low: 1, high: 0, strides: 1, dilation: 1, groups: 1, useBias: true },
      result: float32(2, 7, 5),
    });
  });

  it('is shifted slices and one matmul', () => {
    expect(ops(convolution(7, 3, 2).decomposition)).toEqual(
      'slice pad slice pad concat reshape reshape matmul add reshape'.split(' '),
    );
  });

  it('does nothing for taps that see padding only', () => {
    const found = ops(convolution(7, 3, 4).decomposition);
    expect(found).toEqual('slice pad slice concat reshape reshape matmul add reshape'.split(' '));
    expect(ops(convolution(7, 3, 7).decomposition)).toEqual(
      'slice reshape reshape matmul add reshape'.split(' '),
    );
  });

  it.each([
    ['x', float32(7, 3), float32(2, 3, 5), 1, 'float32[batch,time,channels]', 'float32[7,3]'],
    ['kernel', float32(2, 7, 3), float32(2, 4, 5), 1, 'float32[width,3,filters]', 'float32[2,4,5]'],
    ['dilation', float32(2, 7, 3), float32(2, 3, 5), 0, 'a whole number above 0', '0'],
    ['dilation', float32(2, 7, 3), float32(2, 3, 5), 1.5, 'a whole number above 0', '1.5'],
  ])('refuses a wrong %s', (argument, x, kernel, dilation, expected, found) => {
    const message = refusal((b) =>
      causalConv1d(b, { x: b.input(x), kernel: b.input(kernel) }, { dilation }),
    );
    expect(message).toBe(`conv1d: ${argument}: expected ${expected}, found ${found}`);
  });

  it('refuses a bias of another size', () => {
    const message = refusal((b) =>
      causalConv1d(b, {
        x: b.input(float32(2, 7, 3)),
        kernel: b.input(float32(2, 3, 5)),
        bias: b.input(float32(3)),
      }),
    );
    expect(message).toBe('conv1d: bias: expected float32[5], found float32[3]');
  });
});

describe('gatedTanhSigmoid', () => {
  it('halves the last axis', () => {
    const { name, options, result } = compositeOf([float32(2, 3, 8)], (b, x) =>
      gatedTanhSigmoid(b, x as Value),
    );
    expect({ name, options, result }).toEqual({
      name: 'gatedTanhSigmoid',
      options: {},
      result: float32(2, 3, 4),
    });
  });

  it.each([[float32(2, 3)], [float32()], [{ dtype: 'int32', shape: [2] } as const]])(
    'refuses what has no halves: %o',
    (type) => {
      expect(refusal((b) => gatedTanhSigmoid(b, b.input(type)))).toContain(
        'gatedTanhSigmoid: x: expected float32 with an even last axis',
      );
    },
  );
});

describe('layerNorm', () => {
  it('has the scale and the shift that it is given', () => {
    const types = [float32(2, 3, 4), float32(4)];
    const scaled = compositeOf(types, (b, x, gamma) =>
      layerNorm(b, { x: x as Value, gamma: gamma as Value }),
    );
    expect(scaled.options).toEqual({ epsilon: 1e-3, scale: true, center: false });
    const shifted = compositeOf(types, (b, x, beta) =>
      layerNorm(b, { x: x as Value, beta: beta as Value }, { epsilon: 1e-5 }),
    );
    expect(shifted.options).toEqual({ epsilon: 1e-5, scale: false, center: true });
    expect(ops(scaled.decomposition).filter((op) => op === 'div')).toHaveLength(1);
  });

  it('refuses operands that do not fit', () => {
    const x = float32(2, 4);
    expect(refusal((b) => layerNorm(b, { x: b.input(x), gamma: b.input(float32(2, 4)) }))).toBe(
      'layerNorm: gamma: expected float32[4], found float32[2,4]',
    );
    expect(refusal((b) => layerNorm(b, { x: b.input(x), beta: b.input(float32(2)) }))).toBe(
      'layerNorm: beta: expected float32[4], found float32[2]',
    );
    expect(refusal((b) => layerNorm(b, { x: b.input(x) }, { epsilon: 0 }))).toBe(
      'layerNorm: epsilon: expected a number above 0, found 0',
    );
  });
});

describe('recurrent', () => {
  const layer = (b: Builder, mask?: TensorType) => {
    const [x, kernel, recurrentKernel, h] = [
      float32(2, 5, 3),
      float32(3, 4),
      float32(4, 4),
      float32(2, 4),
    ].map((type) => b.input(type)) as [Value, Value, Value, Value];
    const masks = mask ? { timeMask: b.input(mask) } : {};
    return recurrent(
      b,
      'simpleRnn',
      { x, kernel, recurrentKernel, states: [h], ...masks },
      {
        units: 4,
        activation: 'tanh',
        recurrentActivation: 'sigmoid',
        useBias: false,
        resetAfter: false,
        goBackwards: false,
      },
    );
  };

  it.each([[undefined], [{ dtype: 'bool', shape: [2, 5] } as const]])(
    'says which masks there are: %o',
    (mask) => {
      const { options } = compositeOf([], (b) => layer(b, mask).sequence);
      expect(options).toMatchObject({
        inputMask: false,
        recurrentMask: false,
        timeMask: mask !== undefined,
      });
    },
  );

  it('refuses a mask of time of another type', () => {
    expect(refusal((b) => layer(b, float32(2, 5)))).toBe(
      'simpleRnn: timeMask: expected bool[2,5], found float32[2,5]',
    );
    expect(refusal((b) => layer(b, { dtype: 'bool', shape: [5, 2] }))).toBe(
      'simpleRnn: timeMask: expected bool[2,5], found bool[5,2]',
    );
  });
});
