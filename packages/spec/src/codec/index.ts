/**
 * The codecs' building blocks, for packages with documents of their own: each codec brings its
 * checks, its messages and its JSON Schema.
 */
export {
  array,
  nameOr,
  numberOr,
  orNull,
  orShort,
  union,
  UnionCodec,
  type ArrayOptions,
} from './compounds.ts';
export {
  defined,
  Described,
  read,
  refuse,
  type AnyDescribed,
  type JsonSchema,
  type Reading,
} from './described.ts';
export { dictionary, type DictionaryOptions } from './dictionary.ts';
export {
  boolean,
  integer,
  literal,
  literals,
  nonNegativeNumber,
  number,
  positiveInteger,
  positiveNumber,
  rate,
  text,
} from './leaves.ts';
export {
  defaulted,
  documentOnly,
  isObject,
  optional,
  record,
  required,
  tagged,
  type DefaultedField,
  type DocumentField,
  type Fields,
  type OptionalField,
  type PlacedFault,
  type RecordCodec,
  type RecordDocument,
  type RecordOptions,
  type RecordValue,
  type RequiredField,
  type TaggedFields,
} from './record.ts';
export { schemaDocument } from './schema-document.ts';
