import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import {
  Described,
  mergeDefinitions,
  refuse,
  validatePart,
  type AnyDescribed,
  type JsonSchema,
} from './described.ts';
import { isObject } from './record.ts';

/** What a {@link dictionary} needs beyond its keys and values. */
export interface DictionaryOptions {
  /** How many entries there must be. Default 0. */
  readonly min?: number;
  /** Keys that are none although their text fits. */
  readonly not?: readonly string[];
}

/**
 * A codec of objects with any keys of a kind and values of one kind, as in `{ "rail": …, "bus": … }`.
 *
 * @param expects what it is, as in `columns by name (an object)`
 */
export function dictionary<A, O>(
  expects: string,
  key: Described<string>,
  value: Described<A, O>,
  { min = 0, not = [] }: DictionaryOptions = {},
): Described<Readonly<Record<string, A>>, Readonly<Record<string, O>>> {
  const isKey = (name: string): boolean => key.is(name) && !not.includes(name);
  return new Described<Readonly<Record<string, A>>, Readonly<Record<string, O>>>({
    expects,
    schema: {
      type: 'object',
      ...(min > 0 && { minProperties: min }),
      propertyNames: keySchema(key, not),
      additionalProperties: value.schema,
    },
    definitions: mergeDefinitions([value as AnyDescribed]),
    is: (found): found is Readonly<Record<string, A>> =>
      isObject(found) &&
      Object.keys(found).length >= min &&
      Object.entries(found).every(([name, part]) => isKey(name) && value.is(part)),
    validate: (found, context) => {
      if (!isObject(found) || Object.keys(found).length < min)
        return refuse(found, context, { expected: expects });
      const errors: t.ValidationError[] = [];
      const parts: [string, A][] = [];
      for (const [name, part] of Object.entries(found)) {
        if (!isKey(name)) {
          errors.push({ value: name, context: t.appendContext(context, name, key, name) });
          continue;
        }
        const result = validatePart(value, name, part, context);
        if (isLeft(result)) errors.push(...result.left);
        else parts.push([name, result.right]);
      }
      return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(parts));
    },
    encode: (found) =>
      Object.fromEntries(Object.entries(found).map(([name, part]) => [name, value.encode(part)])),
  });
}

function keySchema(key: Described<string>, not: readonly string[]): JsonSchema {
  if (not.length === 0) return key.schema;
  return { ...key.schema, not: { enum: not } };
}
