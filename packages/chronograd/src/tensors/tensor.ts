/** Tensors as users give and get them. */
import type { HostArrays, HostTensor } from '@chronograd/backend';
import { sizeOf, type DType, type Shape } from '@chronograd/graph';
import { DataError, formatShape } from '../errors.ts';

/** Numbers in arrays in arrays, row by row, e.g. `[[1, 2, 3], [4, 5, 6]]` for a shape `[2, 3]`. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** Elements row by row, with their shape: a {@link Tensor}, or any object like it. */
export interface TensorData {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
  /** Of a ragged input's sequences `[samples, time, …]`: how many steps of each are there. */
  readonly lengths?: ArrayLike<number>;
}

/**
 * What is taken where a tensor is wanted: elements with a shape, nested arrays of numbers, or a
 * typed array alone, which has one dimension.
 */
export type TensorLike =
  | TensorData
  | readonly NestedNumbers[]
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | Uint8Array;

/** A tensor in JavaScript memory, row by row: what predictions and weights are returned as. */
export class Tensor<D extends DType = DType> implements HostTensor<D> {
  constructor(
    readonly dtype: D,
    readonly shape: Shape,
    /** Elements row by row. */
    readonly data: HostArrays[D],
  ) {}

  /**
   * The elements as nested arrays.
   * @example
   * tensor([1, 2, 3, 4, 5, 6], [2, 3]).toArray(); // [[1, 2, 3], [4, 5, 6]]
   */
  toArray(): NestedNumbers {
    return nest(this.data, this.shape, 0, 0);
  }
}

/** The block of a tensor at `axis` that begins with element `start`. */
function nest(data: ArrayLike<number>, shape: Shape, axis: number, start: number): NestedNumbers {
  const length = shape[axis];
  if (length === undefined) return data[start] as number;
  const stride = sizeOf(shape.slice(axis + 1));
  return Array.from({ length }, (_, i) => nest(data, shape, axis + 1, start + i * stride));
}

/**
 * A tensor of a shape from its elements, row by row. An `Int32Array` stays int32; everything else
 * is float32.
 * @throws {@link DataError} where the number of elements is not that of the shape.
 * @example
 * const inputs = tensor(new Float32Array(2 * 60 * 4), [2, 60, 4]); // [samples, time, features]
 */
export function tensor(data: ArrayLike<number>, shape: Shape): Tensor<'float32' | 'int32'> {
  const source = checked('tensor', data, shape);
  if (source.data instanceof Int32Array) return new Tensor('int32', source.shape, source.data);
  const values = source.data instanceof Float32Array ? source.data : Float32Array.from(source.data);
  return new Tensor('float32', source.shape, values);
}

/** Whether a value is numbers with a shape. */
export function isTensorData(value: unknown): value is TensorData {
  return (
    typeof value === 'object' &&
    value !== null &&
    'data' in value &&
    'shape' in value &&
    Array.isArray(value.shape)
  );
}

/** Whether a value is meant as one tensor rather than as tensors by name. */
export function isTensorLike(value: unknown): value is TensorLike {
  return Array.isArray(value) || ArrayBuffer.isView(value) || isTensorData(value);
}

/**
 * The elements and shape of what a user gave.
 * @param name what it is called in errors
 * @throws {@link DataError} where it is no tensor, or is ragged.
 */
export function toTensorData(name: string, value: unknown): TensorData {
  if (isTensorData(value)) return checked(name, value.data, value.shape);
  if (Array.isArray(value)) return flattened(name, value);
  if (ArrayBuffer.isView(value) && isNumbers(value)) return { data: value, shape: [value.length] };
  throw new DataError({
    code: 'not-a-tensor',
    subject: name,
    expected: 'nested arrays of numbers, a typed array, or { data, shape }',
    found: describe(value),
  });
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  const length = (value as Partial<ArrayLike<unknown>>).length;
  const first = (value as Partial<ArrayLike<unknown>>)[0];
  return typeof length === 'number' && (length === 0 || typeof first === 'number');
}

function checked(name: string, data: ArrayLike<number>, shape: Shape): TensorData {
  const wrong = shape.find((dimension) => !Number.isSafeInteger(dimension) || dimension < 0);
  if (wrong !== undefined)
    throw new DataError({
      code: 'bad-shape',
      subject: name,
      expected: 'a shape of whole numbers, none negative',
      found: `${wrong} in ${formatShape(shape)}`,
    });
  if (!isNumbers(data))
    throw new DataError({
      code: 'not-a-tensor',
      subject: name,
      expected: 'data of numbers in an array or typed array',
      found: describe(data),
    });
  if (data.length !== sizeOf(shape))
    throw new DataError({
      code: 'bad-shape',
      subject: name,
      expected: `${sizeOf(shape)} elements for the shape ${formatShape(shape)}`,
      found: `${data.length}`,
    });
  return { data, shape };
}

/** Nested arrays as one array, in double precision: integers above 2²⁴ survive. */
function flattened(name: string, value: readonly unknown[]): TensorData {
  const shape: number[] = [];
  let inner: unknown = value;
  while (Array.isArray(inner)) {
    shape.push(inner.length);
    inner = inner[0];
  }
  if (shape.includes(0)) return { data: new Float64Array(0), shape };
  const data = new Float64Array(sizeOf(shape));
  let next = 0;
  const fill = (part: unknown, axis: number, path: string): void => {
    if (axis === shape.length) {
      if (typeof part !== 'number')
        throw new DataError({
          code: Array.isArray(part) ? 'bad-shape' : 'not-a-tensor',
          subject: `${name}${path}`,
          expected: 'a number',
          found: describe(part),
        });
      data[next++] = part;
      return;
    }
    if (!Array.isArray(part) || part.length !== shape[axis])
      throw new DataError({
        code: 'bad-shape',
        subject: `${name}${path}`,
        expected: `an array of ${shape[axis]}, as its neighbours are`,
        found: Array.isArray(part) ? `one of ${part.length}` : describe(part),
      });
    part.forEach((element: unknown, i) => fill(element, axis + 1, `${path}[${i}]`));
  };
  fill(value, 0, '');
  return { data, shape };
}

/** What a value is, in a few words. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 60))}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== 'Object'
    ? `a ${name}`
    : `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no properties'}`;
}

/** The index `[2, 0, 5]` of an element, from its place row by row. */
export function indexOf(place: number, shape: Shape): number[] {
  const index: number[] = [];
  let rest = place;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const dimension = shape[axis] as number;
    index.unshift(rest % dimension);
    rest = Math.floor(rest / dimension);
  }
  return index;
}

/**
 * @param name what the tensor is called in errors
 * @throws {@link DataError} for the first element that is NaN or infinite as a float32.
 */
export function checkFinite(name: string, { data, shape }: TensorData): void {
  const place = firstNotFinite(data);
  if (place === undefined) return;
  const value = data[place] as number;
  throw new DataError({
    code: 'not-finite',
    subject: `${name}[${indexOf(place, shape).join(', ')}]`,
    expected: 'a finite number',
    found: Number.isFinite(value) ? `${value}, beyond the range of float32` : `${value}`,
    advice: 'Fill in, mask or leave out what is missing before training or predicting',
  });
}

/** Place of the first element that is not finite as a float32, if there is one. */
export function firstNotFinite(data: ArrayLike<number>): number | undefined {
  if (data instanceof Int32Array || data instanceof Uint32Array || data instanceof Uint8Array)
    return undefined;
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(Math.fround(data[i] as number))) return i;
  return undefined;
}
