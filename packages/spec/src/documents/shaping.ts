/** Codecs of layers that arrange what they read, with the options of Keras 3. */
import { array, pairOr } from '../codec/compounds.ts';
import { leaf } from '../codec/described.ts';
import { nonNegativeInteger, positiveInteger } from '../codec/leaves.ts';
import { defaulted, required, tagged, type PlacedFault } from '../codec/record.ts';
import { base } from './layer-fields.ts';

const sizeOrRest = leaf(
  'a positive integer, or -1',
  { anyOf: [positiveInteger.schema, { type: 'integer', const: -1 }] },
  (value): value is number => value === -1 || positiveInteger.is(value),
);

/** Codec of `reshape`. */
export const reshapeLayer = tagged(
  'reshape',
  'The same numbers in another shape.',
  {
    ...base,
    targetShape: required(
      array('sizes, -1 for what is left', sizeOrRest),
      'Shape without the batch; one size may be -1, which is then what is left.',
    ),
  },
  { check: ({ targetShape }) => sizeFaults(targetShape) },
);

function sizeFaults(shape: readonly number[]): PlacedFault[] {
  const open = shape.filter((size) => size === -1).length;
  return open > 1 ? [{ at: ['targetShape'], expected: '-1 once at most' }] : [];
}

/** Codec of `permute`. */
export const permuteLayer = tagged(
  'permute',
  'The axes in another order.',
  {
    ...base,
    dims: required(
      array('axes', positiveInteger, { min: 1 }),
      'Axis i of the output is axis dims[i] of the input, counted from 1, without the batch.',
    ),
  },
  {
    check: ({ dims }) =>
      [...dims].sort((a, b) => a - b).every((axis, i) => axis === i + 1)
        ? []
        : [{ at: ['dims'], expected: `each of the numbers 1 to ${dims.length} once` }],
  },
);

/** Codec of `repeatVector`. */
export const repeatVectorLayer = tagged('repeatVector', 'A vector as every step of a sequence.', {
  ...base,
  n: required(positiveInteger, 'Number of steps.'),
});

const twoSides = pairOr(nonNegativeInteger);

/** Codec of `cropping1d`. */
export const cropping1dLayer = tagged('cropping1d', 'Leaves out steps at both ends.', {
  ...base,
  cropping: defaulted(twoSides, [1, 1], 'Steps at the beginning and at the end, or at each.'),
});

/** Codec of `zeroPadding1d`. */
export const zeroPadding1dLayer = tagged('zeroPadding1d', 'Adds steps of zeros at both ends.', {
  ...base,
  padding: defaulted(twoSides, 1, 'Steps at the beginning and at the end, or at each.'),
});

/** The two sides of a crop or padding: a number stands for both. */
export function sidesOf(value: number | readonly number[]): [number, number] {
  return typeof value === 'number' ? [value, value] : [value[0] ?? 0, value[1] ?? 0];
}
