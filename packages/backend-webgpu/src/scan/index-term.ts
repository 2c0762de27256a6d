/**
 * Places in tensors as the generated code computes them: a variable with a known range, plus a
 * number. The range is what lets a slice, a concatenation or a reshape be resolved while the code
 * is written: with 32 threads and 32 units, thread `j`'s piece of a concatenation of four gates is
 * known, and no branch is left in the kernel.
 */
import type { Shape } from '@chronograd/graph';

/** `variable + offset`, with `variable` in `0…extent - 1`. */
export interface Index {
  /** WGSL text of type u32, or empty for a number alone. */
  readonly variable: string;
  readonly extent: number;
  readonly offset: number;
  /** Whether the number of the row is in it, which is another one in each lane. */
  readonly ofRow: boolean;
}

/** A number. */
export function fixed(offset: number): Index {
  return { variable: '', extent: 1, offset, ofRow: false };
}

/** A variable of the kernel in `0…extent - 1`, to which `offset` is added. */
export function variable(name: string, extent: number, offset = 0): Index {
  return { variable: name, extent, offset, ofRow: false };
}

/** Least and greatest value. */
export function rangeOf({ extent, offset }: Index): readonly [number, number] {
  return [offset, offset + extent - 1];
}

/** As WGSL of type u32. */
export function indexText({ variable: name, offset }: Index): string {
  if (name === '') return `${offset}u`;
  if (offset === 0) return name;
  return offset > 0 ? `(${name} + ${offset}u)` : `(${name} - ${-offset}u)`;
}

/** `index + by` */
export function shift(index: Index, by: number): Index {
  return { ...index, offset: index.offset + by };
}

/** `size - 1 - index`: the place counted from the other end of an axis. */
export function mirror(index: Index, size: number): Index {
  const [, last] = rangeOf(index);
  if (index.variable === '') return fixed(size - 1 - last);
  return {
    ...index,
    variable: `(${index.extent - 1}u - ${index.variable})`,
    offset: size - 1 - last,
  };
}

function times(index: Index, factor: number): Index {
  if (index.variable === '') return fixed(index.offset * factor);
  if (factor === 1) return index;
  return {
    ...index,
    variable: `(${index.variable} * ${factor}u)`,
    extent: (index.extent - 1) * factor + 1,
    offset: index.offset * factor,
  };
}

function plus(a: Index, b: Index): Index {
  if (a.variable === '') return shift(b, a.offset);
  if (b.variable === '') return shift(a, b.offset);
  return {
    variable: `(${a.variable} + ${b.variable})`,
    extent: a.extent + b.extent - 1,
    offset: a.offset + b.offset,
    ofRow: a.ofRow || b.ofRow,
  };
}

/** The place in memory, row by row, of an element of a tensor of this shape. */
export function flatten(indices: readonly Index[], shape: Shape): Index {
  return indices.reduce(
    (flat, index, axis) => plus(times(flat, shape[axis] as number), index),
    fixed(0),
  );
}

/** The indices of the element at a place in memory: the inverse of {@link flatten}. */
export function unflatten(flat: Index, shape: Shape): readonly Index[] {
  const indices: Index[] = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const size = shape[axis] as number;
    indices.unshift(remainder(rest, size));
    rest = quotient(rest, size);
  }
  return shape.length === 0 ? [] : [rest, ...indices];
}

function quotient(index: Index, divisor: number): Index {
  const [first, last] = rangeOf(index).map((end) => Math.floor(end / divisor)) as [number, number];
  if (divisor === 1) return index;
  if (first === last) return fixed(first);
  return {
    ...index,
    variable: `(${indexText(index)} / ${divisor}u)`,
    extent: last + 1,
    offset: 0,
  };
}

function remainder(index: Index, divisor: number): Index {
  const [first, last] = rangeOf(index).map((end) => Math.floor(end / divisor)) as [number, number];
  if (divisor === 1) return fixed(0);
  if (first === last) return shift(index, -first * divisor);
  return { ...index, variable: `(${indexText(index)} % ${divisor}u)`, extent: divisor, offset: 0 };
}
