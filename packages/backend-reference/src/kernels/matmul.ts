/** Matrix products, batched over leading axes. */
import type { PrimitiveAttributes, TensorType } from '@chronograd/graph';
import { allocate, type Data } from '../tensor.ts';
import { operand, type Kernel } from './kernel.ts';

/** The `index`-th matrix `[rows, columns]`, transposed to `[columns, rows]` if asked for. */
function matrix(
  data: Data,
  index: number,
  rows: number,
  columns: number,
  transposed: boolean,
): Data {
  const whole = data.subarray(index * rows * columns, (index + 1) * rows * columns);
  if (!transposed) return whole;
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = whole[i * columns + j] as number;
  return result;
}

/** `[…, m, k] x […, k, n] -> […, m, n]` */
export const matmul: Kernel<PrimitiveAttributes['matmul']> = (
  inputs,
  { transposeA, transposeB },
  [type],
) => {
  const [a, b] = [operand(inputs, 0), operand(inputs, 1)];
  const result = allocate(type as TensorType);
  const [m, n] = result.shape.slice(-2) as [number, number];
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)] as number;
  const y = result.data;
  for (let index = 0; index * m * n < y.length; index++) {
    // Both with the inner dimension last, so that both are read in the order in which they lie.
    const left = transposeA
      ? matrix(a.data, index, k, m, true)
      : matrix(a.data, index, m, k, false);
    const right = transposeB
      ? matrix(b.data, index, n, k, false)
      : matrix(b.data, index, k, n, true);
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0, l = i * k, r = j * k; p < k; p++)
          sum += (left[l + p] as number) * (right[r + p] as number);
        y[(index * m + i) * n + j] = sum;
      }
  }
  return [result];
};
