import { Builder, float32, type Program } from '@chronograd/graph';
import { expect, it } from 'vitest';
import { onnxBackend } from '../backend.ts';

it('gives NaN as the greatest of elements of which one is NaN, wherever it stands', async () => {
  const b = new Builder();
  const x = b.input(float32(4, 3));
  const func = b.finish([b.reduceMax(x, [1])]);
  const program: Program = {
    state: {},
    entries: {
      f: {
        inputs: [{ name: 'x', type: float32(4, 3) }],
        reads: [],
        outputs: [{ name: 'y', type: float32(4) }],
        writes: [],
        func,
      },
    },
  };
  const executable = await onnxBackend({ device: 'cpu' }).compile(program);
  const data = Float32Array.of(NaN, 1, 2, 3, NaN, 1, -Infinity, 2, NaN, -3, -Infinity, -1);
  const { y } = await executable.run('f', { x: { dtype: 'float32', shape: [4, 3], data } });
  expect(Array.from((await y?.data())?.data ?? [])).toEqual([NaN, NaN, NaN, -1]);
});
