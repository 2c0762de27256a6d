import { describe, expect, it } from 'vitest';
import { gatePermutation, reorderGates } from './gates.ts';

describe('gatePermutation', () => {
  it('says for each gate of the target where it stands in the source', () => {
    expect(gatePermutation('lstm', 'keras', 'onnx')).toEqual([0, 3, 1, 2]);
    expect(gatePermutation('lstm', 'onnx', 'keras')).toEqual([0, 2, 3, 1]);
    expect(gatePermutation('lstm', 'keras', 'pytorch')).toEqual([0, 1, 2, 3]);
    expect(gatePermutation('gru', 'keras', 'onnx')).toEqual([0, 1, 2]);
    expect(gatePermutation('gru', 'keras', 'pytorch')).toEqual([1, 0, 2]);
  });
});

describe('reorderGates', () => {
  // Two rows of an lstm with three units: row, gate and unit can be read off each number.
  const keras = Float32Array.from([
    ...[110, 111, 112, 120, 121, 122, 130, 131, 132, 140, 141, 142],
    ...[210, 211, 212, 220, 221, 222, 230, 231, 232, 240, 241, 242],
  ]);

  it('moves whole gates within each row', () => {
    // i f c o becomes i o f c.
    expect([...reorderGates(keras, 3, 'lstm', 'keras', 'onnx')]).toEqual([
      ...[110, 111, 112, 140, 141, 142, 120, 121, 122, 130, 131, 132],
      ...[210, 211, 212, 240, 241, 242, 220, 221, 222, 230, 231, 232],
    ]);
  });

  it('can be undone', () => {
    const onnx = reorderGates(keras, 3, 'lstm', 'keras', 'onnx');
    expect(reorderGates(onnx, 3, 'lstm', 'onnx', 'keras')).toEqual(keras);
  });

  it('makes r z n of z r h', () => {
    const zrh = Float32Array.from([10, 11, 20, 21, 30, 31]);
    expect([...reorderGates(zrh, 2, 'gru', 'keras', 'pytorch')]).toEqual([20, 21, 10, 11, 30, 31]);
  });

  it('refuses what holds no whole rows', () => {
    expect(() => reorderGates(new Float32Array(7), 2, 'gru', 'keras', 'onnx')).toThrow(
      'Expected rows of 6 entries (gru), found 7 entries',
    );
  });
});
