/** Appends a composite whose decomposition is written on the spot. */
import { Builder, type Value } from '../ir/builder.ts';
import type { CompositeOptions } from '../ir/types.ts';

/**
 * Appends the composite `name` of one result.
 * @param operands the composite's inputs, in the order in which an engine's kernel finds them
 * @param write writes the decomposition into a builder of its own, given a copy of each operand
 */
export function compose(
  b: Builder,
  name: string,
  options: CompositeOptions,
  operands: readonly Value[],
  write: (inner: Builder, ...copies: Value[]) => Value,
): Value {
  const inner = new Builder();
  const result = write(inner, ...operands.map(({ type }) => inner.input(type)));
  return b.composite(name, options, inner.finish([result]), operands)[0] as Value;
}
