import { didYouMean, quote } from '../issues.ts';
import { leaf, type Described, type JsonSchema } from './described.ts';

/** Bounds of a number. `min` and `max` are allowed themselves, `above` and `below` are not. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}

function within(value: number, range: Range): boolean {
  const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = range;
  return value >= min && value <= max && value > above && value < below;
}

function rangeSchema(range: Range): JsonSchema {
  return {
    ...(range.min !== undefined && { minimum: range.min }),
    ...(range.max !== undefined && { maximum: range.max }),
    ...(range.above !== undefined && { exclusiveMinimum: range.above }),
    ...(range.below !== undefined && { exclusiveMaximum: range.below }),
  };
}

/** A finite number within a range; `expects` says it in words: `a number above 0`. */
export function number(expects = 'a finite number', range: Range = {}): Described<number> {
  return leaf(
    expects,
    { type: 'number', ...rangeSchema(range) },
    (value): value is number =>
      typeof value === 'number' && Number.isFinite(value) && within(value, range),
    numeric,
  );
}

/** A whole number within a range; `expects` says it in words: `a positive integer`. */
export function integer(expects: string, range: Range): Described<number> {
  return leaf(
    expects,
    { type: 'integer', ...rangeSchema(range) },
    (value): value is number => Number.isInteger(value) && within(Number(value), range),
    numeric,
  );
}

/** A number in quotes is a common slip of who writes JSON by hand. */
function numeric(value: unknown): { suggestion?: string } {
  const isNumeric =
    typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
  return isNumeric ? { suggestion: 'write the number without quotes' } : {};
}

/** The largest size, count or dimension: what a 32-bit signed integer holds. */
const largest = 2 ** 31 - 1;

/** A count that may be none: 0, 1, 2, … */
export const nonNegativeInteger = integer(`a whole number from 0 to ${largest}`, {
  min: 0,
  max: largest,
});

/** A size or count: 1, 2, 3, … */
export const positiveInteger = integer(`a positive integer (at most ${largest})`, {
  min: 1,
  max: largest,
});

/** Any number above zero. */
export const positiveNumber = number('a number above 0', { above: 0 });

/** Any number from zero. */
export const nonNegativeNumber = number('a number of at least 0', { min: 0 });

/** A share that may be none, but never all: `0 <= rate < 1`. */
export const rate = number('a number from 0 to below 1', { min: 0, below: 1 });

/** `true` or `false`. */
export const boolean = leaf(
  'true or false',
  { type: 'boolean' },
  (value): value is boolean => typeof value === 'boolean',
  (value) =>
    value === 'true' || value === 'false' ? { suggestion: 'write it without quotes' } : {},
);

/** A text that fits a pattern; `expects` says it in words. */
export function text(expects: string, pattern: RegExp): Described<string> {
  return leaf(
    expects,
    { type: 'string', pattern: pattern.source },
    (value): value is string => typeof value === 'string' && pattern.test(value),
  );
}

/** One text out of several. */
export function literals<const L extends string>(values: readonly L[]): Described<L> {
  return leaf(
    `one of ${values.map(quote).join(', ')}`,
    { type: 'string', enum: values },
    (value): value is L => values.some((allowed) => allowed === value),
    (value) => (typeof value === 'string' ? didYouMean(value, values) : {}),
  );
}

/** One value only. */
export function literal<const L extends string | number>(value: L): Described<L> {
  return leaf(
    JSON.stringify(value),
    { type: typeof value, const: value },
    (found): found is L => found === value,
  );
}
