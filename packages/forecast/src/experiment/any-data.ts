/** The data of any experiment: series in time, or sequences. */
import { Described, isObject, literals, refuse } from '@chronograd/spec/codec';
import { appendContext, type OutputOf } from 'io-ts';
import { dataCodec, type DataSpec } from './data-document.ts';
import { sequencesCodec, type SequencesSpec } from './sequences-document.ts';

/** An experiment's data as a document may have them. */
export type DataDocument = OutputOf<typeof dataCodec> | OutputOf<typeof sequencesCodec>;

const kinds = literals(['series', 'sequences']);

/** Codec of an experiment's data: series unless their `type` says that they are sequences. */
export const anyDataCodec = new Described<DataSpec | SequencesSpec, DataDocument>({
  expects: dataCodec.expects,
  schema: { anyOf: [dataCodec.schema, sequencesCodec.schema] },
  definitions: { ...dataCodec.definitions, ...sequencesCodec.definitions },
  is: (value): value is DataSpec | SequencesSpec => dataCodec.is(value) || sequencesCodec.is(value),
  validate: (value, context) => {
    if (!isObject(value)) return refuse(value, context, { expected: dataCodec.expects });
    const { type } = value;
    if (type === 'sequences') return sequencesCodec.validate(value, context);
    if (type === undefined || kinds.is(type)) return dataCodec.validate(value, context);
    const at = appendContext(context, 'type', kinds, type);
    return refuse(type, at, { expected: kinds.expects });
  },
  encode: (value) => value,
});

/** Whether data are sequences. */
export function areSequences(data: DataSpec | SequencesSpec): data is SequencesSpec {
  return 'type' in data;
}
