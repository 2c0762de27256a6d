/** Primitives that make elements of attributes, or of a random key. */
import { randomWords, sizeOf, type PrimitiveAttributes, type TensorType } from '@chronograd/graph';
import { allocate, type Tensor64 } from '../tensor.ts';
import { operand, type Kernel } from './kernel.ts';

/** Constants that were spread once: the body of a scan asks for its own at every step. */
const spread = new WeakMap<PrimitiveAttributes['constant'], Tensor64>();

/** The elements of the attribute, or its only one for all. */
export const constant: Kernel<PrimitiveAttributes['constant']> = (_inputs, attributes) => {
  const { dtype, shape, value } = attributes;
  if (value.length === sizeOf(shape)) return [{ dtype, shape, data: value }];
  const known = spread.get(attributes);
  if (known) return [known];
  const result = allocate({ dtype, shape });
  result.data.fill(value[0] as number);
  spread.set(attributes, result);
  return [result];
};

/** 0, 1, 2, … along `axis`. */
export const iota: Kernel<PrimitiveAttributes['iota']> = (_inputs, { axis }, [type]) => {
  const result = allocate(type as TensorType);
  const length = result.shape[axis] as number;
  const inner = sizeOf(result.shape.slice(axis + 1));
  for (let i = 0; i < result.data.length; i++) result.data[i] = Math.floor(i / inner) % length;
  return [result];
};

/** Random words of a key. */
export const randomBits: Kernel<PrimitiveAttributes['randomBits']> = (
  inputs,
  { shape, stream },
) => {
  const [k0, k1] = operand(inputs, 0).data as Uint32Array;
  return [
    {
      dtype: 'uint32',
      shape,
      data: randomWords([k0 as number, k1 as number], stream, sizeOf(shape)),
    },
  ];
};
