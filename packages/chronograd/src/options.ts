/** Checks of numbers that users give as options. */
import { ModelError } from './errors.ts';
import { describe } from './tensors/tensor.ts';

/** @throws {@link ModelError} `bad-option` unless a whole number from `least` (up to `most`). */
export function checkInteger(
  name: string,
  value: unknown,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most)
    return;
  const upper = most === Number.MAX_SAFE_INTEGER ? '' : ` up to ${most}`;
  throw badOption(name, `a whole number from ${least}${upper}`, describe(value));
}

/** @throws {@link ModelError} `bad-option` unless a finite number from `least` up to `most`. */
export function checkNumber(name: string, value: unknown, least: number, most = Infinity): void {
  if (Number.isFinite(value) && (value as number) >= least && (value as number) <= most) return;
  const upper = most === Infinity ? '' : ` up to ${most}`;
  throw badOption(name, `a number from ${least}${upper}`, describe(value));
}

/** The error of an option. */
export function badOption(
  name: string,
  expected: string,
  found: string,
  advice?: string,
): ModelError {
  return new ModelError({
    code: 'bad-option',
    subject: `option ${name}`,
    expected,
    found,
    ...(advice !== undefined && { advice }),
  });
}
