import { describe, expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { checkFinite, tensor, toTensorData } from './tensor.ts';

describe('tensor', () => {
  it('takes elements row by row and gives them nested', () => {
    const value = tensor([1, 2, 3, 4, 5, 6], [3, 1, 2]);
    expect(value).toMatchObject({ dtype: 'float32', shape: [3, 1, 2] });
    expect(value.toArray()).toEqual([[[1, 2]], [[3, 4]], [[5, 6]]]);
    expect(tensor([7], []).toArray()).toBe(7);
    expect(tensor([], [0, 2]).toArray()).toEqual([]);
  });

  it('keeps integers and does not copy float32', () => {
    expect(tensor(Int32Array.of(1, 2), [2]).dtype).toBe('int32');
    const data = Float32Array.of(1, 2);
    expect(tensor(data, [2]).data).toBe(data);
  });

  it('refuses a shape of another size', () => {
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow(
      'tensor: expected 4 elements for the shape [2, 2], found 3',
    );
    expect(() => tensor([1], [-1])).toThrow(DataError);
  });
});

describe('toTensorData', () => {
  it('takes nested arrays, typed arrays, and elements with a shape', () => {
    expect(
      toTensorData('x', [
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ).toMatchObject({ shape: [2, 3] });
    expect(toTensorData('x', Float32Array.of(1, 2))).toMatchObject({ shape: [2] });
    expect(toTensorData('x', { data: [1, 2], shape: [1, 2] })).toMatchObject({ shape: [1, 2] });
    expect(toTensorData('x', [])).toMatchObject({ shape: [0] });
  });

  it.each<[value: unknown, message: string]>([
    [[[1, 2], [3]], 'x[1]: expected an array of 2, as its neighbours are, found one of 1'],
    [[[1], 3], 'x[1]: expected an array of 1, as its neighbours are, found 3'],
    [[1, [2]], 'x[1]: expected a number, found an array of 1'],
    [[[1], ['a']], 'x[1][0]: expected a number, found the string "a"'],
    [[null], 'x[0]: expected a number, found null'],
    ['abc', 'found the string "abc"'],
    [undefined, 'found undefined'],
    [new Map(), 'found a Map'],
    [new BigInt64Array(2), 'found a BigInt64Array'],
    [{ data: 'abc', shape: [3] }, 'x: expected data of numbers'],
  ])('refuses what is none (%#)', (value, message) => {
    expect(() => toTensorData('x', value)).toThrow(DataError);
    expect(() => toTensorData('x', value)).toThrow(message);
  });
});

describe('checkFinite', () => {
  it('names the element that is not finite', () => {
    const data = Float32Array.from({ length: 12 }, (_, i) => i);
    data[10] = Number.NaN;
    expect(() => checkFinite('inputs', { data, shape: [2, 3, 2] })).toThrow(
      'inputs[1, 2, 0]: expected a finite number, found NaN. Fill in',
    );
    expect(() => checkFinite('x', { data: [1, 1e300], shape: [2] })).toThrow(
      'x[1]: expected a finite number, found 1e+300, beyond the range of float32',
    );
  });
});
