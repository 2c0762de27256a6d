/** Rows of a dataset as the feeds of a program. */
import type { HostTensor } from '@chronograd/backend';
import { sizeOf, type NamedType } from '@chronograd/graph';
import { DataError, formatShape } from '../errors.ts';
import { Tensor, indexOf, type TensorData } from '../tensors/tensor.ts';
import type { Dataset } from './dataset.ts';

/** Samples of a dataset by their numbers; all of them in their order where it is missing. */
export interface Rows {
  readonly order?: ArrayLike<number>;
  readonly start: number;
  readonly count: number;
}

/**
 * The rows of every tensor that the program's inputs name, as the type that the program wants.
 * @param inputs the entry's inputs; those that the dataset does not hold are left out
 * @throws {@link DataError} where a tensor's shape is not what the program takes.
 */
export function gatherFeeds(
  dataset: Dataset,
  inputs: readonly NamedType[],
  rows: Rows,
): Record<string, HostTensor> {
  const feeds: Record<string, HostTensor> = {};
  for (const input of inputs) {
    const source = dataset.tensors.get(input.name);
    if (source) feeds[input.name] = gatherRows(source, input, rows);
  }
  return feeds;
}

function gatherRows(source: TensorData, { name, type }: NamedType, rows: Rows): HostTensor {
  const wanted = type.shape.slice(1);
  const found = source.shape.slice(1);
  if (wanted.length !== found.length || wanted.some((size, axis) => size !== found[axis]))
    throw new DataError({
      code: 'bad-shape',
      subject: name,
      expected: `${formatShape([null, ...wanted])}, samples first`,
      found: formatShape(source.shape),
      ...(sizeOf(wanted) === sizeOf(found) && {
        advice: 'The number of elements is right: give them in this shape',
      }),
    });
  const width = sizeOf(wanted);
  const { data } = source;
  if (type.dtype === 'float32') {
    if (!rows.order && data instanceof Float32Array) {
      const start = rows.start * width;
      return new Tensor('float32', type.shape, data.slice(start, start + rows.count * width));
    }
    return new Tensor(
      'float32',
      type.shape,
      copied(new Float32Array(rows.count * width), data, rows, width),
    );
  }
  if (type.dtype === 'int32') {
    const values = copied(new Int32Array(rows.count * width), data, rows, width);
    checkIntegers(name, values, source, rows, width);
    return new Tensor('int32', type.shape, values);
  }
  throw new DataError({
    code: 'bad-value',
    subject: name,
    expected: 'a float32 or int32 tensor',
    found: type.dtype,
  });
}

/** From how many elements a call that copies them costs less than a loop: measured, about 20. */
const BLOCK = 24;

/** Whether it is one of the usual typed arrays: plain ones have no blocks. */
function isNumbers(data: ArrayLike<number>): data is Float32Array | Float64Array | Int32Array {
  return data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array;
}

function copied<A extends Float32Array | Int32Array>(
  target: A,
  data: ArrayLike<number>,
  { order, start, count }: Rows,
  width: number,
): A {
  const block = width >= BLOCK && isNumbers(data) ? data : undefined;
  for (let row = 0; row < count; row++) {
    const from = (order ? (order[start + row] as number) : start + row) * width;
    const to = row * width;
    if (block) target.set(block.subarray(from, from + width), to);
    else for (let i = 0; i < width; i++) target[to + i] = data[from + i] as number;
  }
  return target;
}

/** An Int32Array cuts fractions off and wraps around: neither may pass unseen. */
function checkIntegers(
  name: string,
  values: Int32Array,
  source: TensorData,
  { order, start, count }: Rows,
  width: number,
): void {
  if (source.data instanceof Int32Array) return;
  for (let row = 0; row < count; row++) {
    const from = (order ? (order[start + row] as number) : start + row) * width;
    for (let i = 0; i < width; i++)
      if (values[row * width + i] !== source.data[from + i])
        throw new DataError({
          code: 'bad-value',
          subject: `${name}[${indexOf(from + i, source.shape).join(', ')}]`,
          expected: 'a whole number within int32',
          found: `${source.data[from + i]}`,
        });
  }
}
