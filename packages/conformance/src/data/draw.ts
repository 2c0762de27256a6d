/** Input data of cases: drawn by a seeded generator, or written out. */
import type { HostArrays, HostTensor } from '@chronograd/backend';
import { randomWords, sizeOf, type DType, type Shape } from '@chronograd/graph';

/** Numbers drawn evenly from a range. */
export interface Drawn {
  readonly shape: Shape;
  /** Default float32. */
  readonly dtype?: DType;
  /** Least and greatest; integers include both. Default -1 to 1, for integers -9 to 9 or 0 to 9. */
  readonly range?: readonly [min: number, max: number];
  /** Numbers that stand somewhere among those drawn: NaN, saturating values, ties. */
  readonly specials?: readonly number[];
  /** Draws apart what would else be the same for equal shapes in one case. Default: its place. */
  readonly seed?: number;
}

/** Numbers written out, row by row. */
export interface Written {
  readonly shape: Shape;
  readonly dtype?: DType;
  readonly values: readonly number[];
}

/** An input as a case describes it. */
export type TensorData = Drawn | Written;

const arrays: { readonly [D in DType]: new (values: readonly number[]) => HostArrays[D] } = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
};

const RANGES: Readonly<Record<DType, readonly [number, number]>> = {
  float32: [-1, 1],
  int32: [-9, 9],
  uint32: [0, 9],
  bool: [0, 1],
};

/** A tensor of these elements, row by row; they are rounded to the element type. */
export function tensorOf<D extends DType>(
  dtype: D,
  shape: Shape,
  values: readonly number[],
): HostTensor<D> {
  if (values.length !== sizeOf(shape))
    throw new TypeError(`${dtype}[${shape.join(',')}] of ${values.length} elements`);
  return { dtype, shape, data: new arrays[dtype](values) };
}

/** A float32 tensor of numbers drawn evenly from `min` to `max`, the same for the same seed. */
export function noise(shape: Shape, seed: number, min = -1, max = 1): HostTensor<'float32'> {
  return tensorOf('float32', shape, uniform(sizeOf(shape), seed, min, max));
}

/** The scalar float32 tensor. */
export function scalar(value: number): HostTensor<'float32'> {
  return tensorOf('float32', [], [value]);
}

/**
 * The tensor that a description stands for.
 * @param seed the same description gives other numbers under another seed
 */
export function makeTensor(data: TensorData, seed: number): HostTensor {
  const { shape, dtype = 'float32' } = data;
  if ('values' in data) return tensorOf(dtype, shape, data.values);
  const [min, max] = data.range ?? RANGES[dtype];
  const size = sizeOf(shape);
  const own = data.seed ?? seed;
  const values =
    dtype === 'float32'
      ? uniform(size, own, min, max)
      : uniform(size, own, min, max + 1).map((value) => Math.min(Math.floor(value), max));
  const { specials = [] } = data;
  if (specials.length > size)
    throw new TypeError(`${specials.length} special values in ${size} elements`);
  // Spread over the tensor, so that they meet whatever lies beside them.
  specials.forEach((special, i) => (values[Math.floor((i * size) / specials.length)] = special));
  return tensorOf(dtype, shape, values);
}

/** A number for a text, to seed draws by the name of a case: 32-bit FNV-1a. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

function uniform(size: number, seed: number, min: number, max: number): number[] {
  const words = randomWords([seed >>> 0, 0x5eed], 0, size);
  return Array.from(words, (word) => min + ((max - min) * (word + 0.5)) / 2 ** 32);
}
