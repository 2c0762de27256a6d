import type { JsonSchema } from '../codec/described.ts';
import { schemaDocument } from '../codec/schema-document.ts';
import { modelCodec } from './model.ts';
import { trainingCodec } from './training.ts';

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
