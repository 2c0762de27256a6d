/** Codecs of layers that read several others, with the options of Keras 3. */
import { integer } from '../codec/leaves.ts';
import { defaulted, tagged } from '../codec/record.ts';
import { base } from './layer-fields.ts';

/** Codec of `add`. */
export const addLayer = tagged('add', 'The sum of what it reads.', base);
/** Codec of `subtract`. */
export const subtractLayer = tagged('subtract', 'The first that it reads minus the second.', base);
/** Codec of `multiply`. */
export const multiplyLayer = tagged('multiply', 'The product of what it reads.', base);
/** Codec of `average`. */
export const averageLayer = tagged('average', 'The mean of what it reads.', base);
/** Codec of `maximum`. */
export const maximumLayer = tagged('maximum', 'The greatest of what it reads, by element.', base);
/** Codec of `minimum`. */
export const minimumLayer = tagged('minimum', 'The least of what it reads, by element.', base);
/** Codec of `concatenate`. */
export const concatenateLayer = tagged('concatenate', 'What it reads, side by side.', {
  ...base,
  axis: defaulted(
    integer('an axis', { min: -8, max: 8 }),
    -1,
    'Along which axis: -1 is the last; 1 the first behind the batch.',
  ),
});

/** Types of the layers that read several others. */
const mergingTypes = [
  'add',
  'subtract',
  'multiply',
  'average',
  'maximum',
  'minimum',
  'concatenate',
] as const;

/** Whether a layer of the type reads several others. */
export function isMerging(type: string): type is (typeof mergingTypes)[number] {
  return mergingTypes.some((merging) => merging === type);
}
