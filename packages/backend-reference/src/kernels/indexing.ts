/** Primitives that read or write rows by their numbers. */
import { BackendError } from '@chronograd/backend';
import { sizeOf, type Shape, type TensorType } from '@chronograd/graph';
import { allocate, type Data } from '../tensor.ts';
import { operand, type Kernel } from './kernel.ts';

/** @throws {@link BackendError} for an index outside of the table. */
function checkRows(op: string, indices: Data, shape: Shape): void {
  const rows = shape[0] as number;
  const outside = indices.findIndex((row) => row < 0 || row >= rows);
  if (outside < 0) return;
  throw new BackendError('run-failed', {
    backend: 'reference',
    subject: `${op}: index ${outside}`,
    expected: `a row from 0 to ${rows - 1}`,
    found: `${indices[outside]}`,
  });
}

/** Rows of a table. */
export const gather: Kernel<unknown> = (inputs, _attributes, [type]) => {
  const [table, indices] = [operand(inputs, 0), operand(inputs, 1)];
  checkRows('gather', indices.data, table.shape);
  const result = allocate(type as TensorType);
  const size = sizeOf(table.shape.slice(1));
  indices.data.forEach((row, i) =>
    result.data.set(table.data.subarray(row * size, (row + 1) * size), i * size),
  );
  return [result];
};

/** The base plus every update at its row. */
export const scatterAdd: Kernel<unknown> = (inputs) => {
  const [base, indices, updates] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
  checkRows('scatterAdd', indices.data, base.shape);
  const data = base.data.slice();
  const size = sizeOf(base.shape.slice(1));
  indices.data.forEach((row, i) => {
    for (let j = 0; j < size; j++)
      data[row * size + j] =
        (data[row * size + j] as number) + (updates.data[i * size + j] as number);
  });
  return [{ ...base, data }];
};
