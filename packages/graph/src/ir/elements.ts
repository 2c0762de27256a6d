/** Typed arrays that hold the elements of constants, in double precision where they are float32. */
import type { ConstantArray, DType } from './types.ts';

/** Zeros to hold `size` elements of a type. */
export function zeroElements(dtype: DType, size: number): ConstantArray {
  switch (dtype) {
    case 'float32':
      return new Float64Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'uint32':
      return new Uint32Array(size);
    case 'bool':
      return new Uint8Array(size);
  }
}

/** The numbers as elements of a type. */
export function elementsOf(dtype: DType, values: ArrayLike<number>): ConstantArray {
  const elements = zeroElements(dtype, values.length);
  elements.set(values);
  return elements;
}

/** Whether all elements are one number; NaN and the sign of zero count. False without elements. */
export function isRepeated(elements: ConstantArray): boolean {
  const [first] = elements;
  return first !== undefined && elements.every((element: number) => Object.is(element, first));
}
