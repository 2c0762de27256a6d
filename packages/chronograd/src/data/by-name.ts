/** Tensors that users give by name, or alone where there is but one name. */
import { nameAdvice } from '@chronograd/spec';
import { DataError, listed } from '../errors.ts';
import { isTensorLike, toTensorData, type TensorLike } from '../tensors/tensor.ts';

/** One tensor for a model's only input or output, or tensors by name of input or output. */
export type Tensors = TensorLike | Readonly<Record<string, TensorLike>>;

/**
 * Pairs what was given with the names there are: all of them, and no others.
 * @param subject what it is called in errors
 * @throws {@link DataError}
 */
export function byName(
  subject: string,
  names: readonly string[],
  value: Tensors,
): readonly (readonly [string, TensorLike])[] {
  const [only] = names;
  if (isTensorLike(value)) {
    if (names.length === 1 && only !== undefined) return [[only, value]];
    throw new DataError({
      code: 'missing-tensor',
      subject,
      expected: `an object with a tensor for each of ${listed(names)}`,
      found: 'a single tensor',
    });
  }
  // Anything that is no object is refused by the conversion, which says what is taken.
  if (typeof value !== 'object' || value === null) toTensorData(subject, value);
  for (const name of Object.keys(value))
    if (!names.includes(name))
      throw new DataError({
        code: 'unknown-tensor',
        subject: `${subject}.${name}`,
        expected: `one of ${listed(names)}`,
        found: `"${name}"`,
        advice: nameAdvice(name, names),
      });
  return names.map((name) => {
    const tensor = value[name];
    if (tensor === undefined)
      throw new DataError({
        code: 'missing-tensor',
        subject: `${subject}.${name}`,
        expected: 'a tensor',
        found: 'none',
      });
    return [name, tensor] as const;
  });
}
