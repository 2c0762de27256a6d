import { describe, expect, it } from 'vitest';
import type { TensorData } from '../tensors/tensor.ts';
import type { Dataset } from './dataset.ts';
import { gatherFeeds } from './gather.ts';

const SAMPLES = 5;
const ORDER = [3, 0, 4, 1, 2];

function datasetOf(x: TensorData): Dataset {
  return { samples: SAMPLES, inputShapes: {}, weightAxes: 0, tensors: new Map([['x', x]]) };
}

/** Rows of the order from its second on, counted from the definition. */
function rowsOf(data: ArrayLike<number>, width: number, count: number): number[] {
  return Array.from(
    { length: count * width },
    (_, i) => data[(ORDER[1 + Math.floor(i / width)] as number) * width + (i % width)] as number,
  );
}

// Wide rows are copied as blocks, narrow ones and those of plain arrays element by element.
describe.each([1, 23, 24, 61])('gatherFeeds of rows of %i', (width) => {
  const length = SAMPLES * width;
  const values = Array.from({ length }, (_, i) => (i * 7) % 1009);
  const rows = { order: ORDER, start: 1, count: 3 };

  it.each([
    ['Float32Array', Float32Array.from(values)],
    ['Float64Array', Float64Array.from(values)],
    ['Int32Array', Int32Array.from(values)],
    ['Uint8Array', Uint8Array.from(values)],
    ['Array', values],
  ])('takes them from a %s, as either type', (_name, data) => {
    const dataset = datasetOf({ data, shape: [SAMPLES, width] });
    for (const dtype of ['float32', 'int32'] as const) {
      const { x } = gatherFeeds(dataset, [{ name: 'x', type: { dtype, shape: [3, width] } }], rows);
      expect(x).toMatchObject({ dtype, shape: [3, width] });
      expect([...(x?.data ?? [])]).toEqual(rowsOf(data, width, 3));
    }
  });

  it('takes no fraction for an integer', () => {
    const data = Float32Array.from(values);
    data[4 * width] = 0.5;
    const dataset = datasetOf({ data, shape: [SAMPLES, width] });
    const inputs = [{ name: 'x', type: { dtype: 'int32', shape: [3, width] } }] as const;
    expect(() => gatherFeeds(dataset, inputs, rows)).toThrow('x[4, 0]: expected a whole number');
  });
});
