import type { AnyDescribed, JsonSchema } from './described.ts';

/** The whole schema of a codec, as a document of JSON Schema draft-07, which editors know best. */
export function schemaDocument(title: string, codec: AnyDescribed): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    ...codec.schema,
    definitions: codec.definitions,
  };
}
