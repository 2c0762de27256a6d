import { float32, type TensorType } from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { Checks, hostArrayNames } from './checks.ts';
import { hostZeros } from './host-arrays.ts';

const checks = new Checks('mine');
const expected = new Map<string, TensorType>([
  ['x', float32(2, 3)],
  ['key', { dtype: 'uint32', shape: [2] }],
]);
const x = hostZeros(float32(2, 3));
const key = hostZeros({ dtype: 'uint32', shape: [2] });

describe('Checks', () => {
  it('lets through what fits', () => {
    checks.allTensors('input', { key, x }, expected);
    checks.tensors('input', { x }, expected);
    checks.sharedState(expected, { x: float32(2, 3), other: float32(1) });
    checks.alive('backend', false, 'Make another');
    expect(checks.lookUp('input', 'x', expected)).toBe(expected.get('x'));
  });

  it.each([
    ['a missing tensor', { x }, 'mine: input "key": expected uint32[2], found only "x"'],
    ['no tensor at all', {}, 'input "x": expected float32[2,3], found only none'],
    ['an unknown name', { y: x }, 'input "y": expected one of "x", "key", found "y"'],
    ['a name of every object', { toString: x }, 'input "toString": expected one of "x", "key"'],
    [
      'another shape',
      { x: hostZeros(float32(3, 2)), key },
      'input "x": expected float32[2,3], found float32[3,2]',
    ],
    [
      'another element type',
      { x: hostZeros({ dtype: 'int32', shape: [2, 3] }), key },
      'input "x": expected float32[2,3], found int32[2,3]',
    ],
    [
      'another array',
      { x: { ...x, data: new Float64Array(6) }, key },
      'input "x": expected data in a Float32Array, found a Float64Array',
    ],
    [
      'too few elements',
      { x: { ...x, data: new Float32Array(5) }, key },
      'input "x": expected 6 elements for float32[2,3], found 5',
    ],
  ])('refuses %s', (_what, tensors, message) => {
    expect(() => checks.allTensors('input', tensors, expected)).toThrow(message);
    expect(() => checks.allTensors('input', tensors, expected)).toThrow(
      expect.objectContaining({ name: 'BackendError', code: 'bad-input' }),
    );
  });

  it('takes the arrays of a backend that computes with others', () => {
    const checks64 = new Checks('mine', { ...hostArrayNames, float32: 'Float64Array' });
    checks64.tensors('input', { x: { ...x, data: new Float64Array(6) } }, expected);
    expect(() => checks64.tensors('input', { x }, expected)).toThrow('data in a Float64Array');
  });

  it('refuses shared state of another type', () => {
    expect(() => checks.sharedState(expected, { x: float32(2, 4) })).toThrow(
      'state "x": expected float32[2,3], as in the executable that shares its state, found float32[2,4]',
    );
  });

  it('refuses what was disposed of', () => {
    expect(() => checks.alive('backend', true, 'Make another')).toThrow(
      expect.objectContaining({ code: 'disposed' }),
    );
  });
});

describe('hostZeros', () => {
  it.each(['float32', 'int32', 'uint32', 'bool'] as const)('makes %s', (dtype) => {
    const { data } = hostZeros({ dtype, shape: [3, 2] });
    expect(data.constructor.name).toBe(hostArrayNames[dtype]);
    expect(Array.from(data)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
