import type { AnyDescribed, JsonSchema } from '../codec/described.ts';
import { modelCodec } from './model.ts';
import { trainingCodec } from './training.ts';

/** The whole schema of a codec, as a document of JSON Schema draft-07, which editors know best. */
function schemaDocument(title: string, codec: AnyDescribed): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    ...codec.schema,
    definitions: codec.definitions,
  };
}

/**
 * JSON Schema of the model document, made from its codec. It accepts what the codec accepts, value
 * by value; what lies between values (order of bounds, names, references, shapes) only
 * `parseModel` and `resolveModel` check.
 */
export const modelSchema: JsonSchema = schemaDocument('chronograd model', modelCodec);

/**
 * JSON Schema of the training document, made from its codec. It accepts what the codec accepts,
 * value by value; what lies between values (ascending numbers, metrics given twice) only
 * `parseTraining` checks.
 */
export const trainingSchema: JsonSchema = schemaDocument('chronograd training', trainingCodec);
