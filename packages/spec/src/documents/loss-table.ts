import { dictionary } from '../codec/dictionary.ts';
import { Described, refuse } from '../codec/described.ts';
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

const table = dictionary('losses by output', reference, loss, { min: 1, not: ['type'] });

/** A loss for all outputs, or an object of losses by output: one that has no key `type`. */
export const lossOrLosses = new Described<LossSpec | LossTable, LossDocument | LossTableDocument>({
  expects: `${loss.expects}, or an object of losses by output`,
  schema: { anyOf: [loss.schema, table.schema] },
  definitions: loss.definitions,
  is: (value): value is LossSpec | LossTable => loss.is(value) || table.is(value),
  validate: (value, context) => {
    if (!isObject(value) || Object.hasOwn(value, 'type')) return loss.validate(value, context);
    if (Object.keys(value).length > 0) return table.validate(value, context);
    return refuse(value, context, { expected: 'the key "type" of a loss, or losses by output' });
  },
  // Every normalised value is a document, with nothing left out.
  encode: (value) => value,
});
