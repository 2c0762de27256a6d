import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { Described, refuse, validatePart } from '../codec/described.ts';
import { isObject } from '../codec/record.ts';
import { loss, type LossDocument, type LossSpec } from './losses.ts';
import { reference } from './names.ts';

/** Losses by output reference. */
export type LossTable = Readonly<Record<string, LossSpec>>;

/** Losses by output reference as a document may have them. */
export type LossTableDocument = Readonly<Record<string, LossDocument>>;

/** Whether the losses are given by output: a single loss has a `type`. */
export function isLossTable(value: LossSpec | LossTable): value is LossTable {
  return !loss.is(value);
}

/** A loss for all outputs, or an object of losses by output: one that has no key `type`. */
export const lossOrLosses = new Described<LossSpec | LossTable, LossDocument | LossTableDocument>({
  expects: `${loss.expects}, or an object of losses by output`,
  schema: {
    anyOf: [
      loss.schema,
      {
        type: 'object',
        minProperties: 1,
        propertyNames: { ...reference.schema, not: { const: 'type' } },
        additionalProperties: loss.schema,
      },
    ],
  },
  definitions: loss.definitions,
  is: (value): value is LossSpec | LossTable => loss.is(value) || isTable(value),
  validate: (value, context) =>
    isObject(value) && !Object.hasOwn(value, 'type')
      ? validateTable(value, context)
      : loss.validate(value, context),
  // Every normalised value is a document, with nothing left out.
  encode: (value) => value,
});

function isTable(value: unknown): value is LossTable {
  return (
    isObject(value) &&
    Object.entries(value).length > 0 &&
    Object.entries(value).every(([key, part]) => reference.is(key) && loss.is(part))
  );
}

function validateTable(
  value: Readonly<Record<string, unknown>>,
  context: t.Context,
): t.Validation<LossTable> {
  const entries = Object.entries(value);
  if (entries.length === 0) {
    return refuse(value, context, { expected: 'the key "type" of a loss, or losses by output' });
  }
  const errors: t.ValidationError[] = [];
  const parts: [string, LossSpec][] = [];
  for (const [key, part] of entries) {
    if (!reference.is(key)) {
      errors.push({ value: key, context: t.appendContext(context, key, reference, key) });
      continue;
    }
    const result = validatePart(loss, key, part, context);
    if (isLeft(result)) errors.push(...result.left);
    else parts.push([key, result.right]);
  }
  return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(parts));
}
