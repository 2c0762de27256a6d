import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { read, type AnyDescribed, type JsonSchema } from '../codec/described.ts';
import { formatIssue } from '../issues.ts';
import { modelSchema, trainingSchema } from './json-schema.ts';
import { modelCodec } from './model.ts';
import { trainingCodec } from './training.ts';

/** What JSON Schema cannot say, because it lies between values: only the codec checks it. */
const betweenValues =
  /a number of at least min(Value)?, which|a number above the one before it|one more than boundaries|each of the metrics once|values, one for each time|a key that one of the layers has|a value for \w+ of|1 beside strides|a divisor of the filters|less than strides|-1 once at most|each of the numbers 1 to|layers reads forwards|as the forward layer has it|a step after from, which/;

/** The codec's faults, without those that no schema can tell. */
function codecFaults(codec: AnyDescribed, document: unknown): string[] {
  const reading = read(codec, document);
  return reading.ok
    ? []
    : reading.issues.map(formatIssue).filter((line) => !betweenValues.test(line));
}

describe.each([
  ['model', modelSchema, modelCodec],
  ['training', trainingSchema, trainingCodec],
])('JSON Schema of the %s document', (_name, schema: JsonSchema, codec: AnyDescribed) => {
  const ajv = new Ajv({ strictSchema: true, strictTypes: true, strictTuples: true });
  const accepts = ajv.compile(schema);

  const agree = (document: unknown): boolean => {
    const faults = codecFaults(codec, document);
    const bySchema = accepts(document);
    const report = JSON.stringify({ document, faults, schema: accepts.errors }, null, 1);
    expect(faults.length === 0, report).toBe(bySchema);
    return bySchema;
  };

  it('accepts documents as the codec does', () => {
    fc.assert(
      fc.property(valuesOf(schema, { spoil: false }), (document) => {
        expect(agree(document)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('refuses near misses as the codec does', () => {
    let refused = 0;
    let seen = 0;
    fc.assert(
      fc.property(valuesOf(schema, { spoil: true }), (document) => {
        seen += 1;
        if (!agree(document)) refused += 1;
      }),
      { numRuns: 4000 },
    );
    // The data must be of both kinds for the agreement to say something.
    expect(refused / seen).toBeGreaterThan(0.1);
    expect(refused / seen).toBeLessThan(0.9);
  });

  it('accepts again what the codec makes of a document', () => {
    fc.assert(
      fc.property(valuesOf(schema, { spoil: false }), (document) => {
        const reading = read(codec, document);
        if (!reading.ok) return;
        expect(accepts(reading.value)).toBe(true);
        expect(codec.is(reading.value)).toBe(true);
        expect(codec.encode(reading.value)).toEqual(reading.value);
        expect(read(codec, reading.value)).toEqual(reading);
      }),
      { numRuns: 200 },
    );
  });

  it('accepts any JSON value if and only if the codec does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        agree(document);
      }),
    );
  });

  it('describes every record and every key for editors', () => {
    const objects = [schema, ...Object.values(schema.definitions as Record<string, JsonSchema>)]
      .filter((part) => 'properties' in part)
      .map((part) => ({
        part,
        keys: Object.values(part.properties as Record<string, JsonSchema>),
      }));
    expect(objects.length).toBeGreaterThan(8);
    for (const { part, keys } of objects) {
      expect(part.description).toMatch(/\S/);
      for (const key of keys) expect(key.description).toMatch(/\S/);
    }
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});

it('shows defaults, and what may stand there', () => {
  const definitions = modelSchema.definitions as Record<string, JsonSchema>;
  expect(definitions['layer.dropout']).toEqual({
    type: 'object',
    description:
      'In training, sets entries to 0 and divides the others by 1 - rate; else does nothing.',
    properties: {
      type: { type: 'string', const: 'dropout', description: expect.any(String) as string },
      name: {
        type: 'string',
        pattern: '^[A-Za-z0-9_.-]+$',
        description: expect.stringContaining('unique in the model') as string,
      },
      inputs: {
        type: 'array',
        items: { type: 'string', pattern: '^[A-Za-z0-9_.-]+(:[A-Za-z_][A-Za-z0-9_.]*)?$' },
        minItems: 1,
        description: expect.stringContaining('layers that stand before it') as string,
      },
      rate: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        description: 'Share of the entries set to 0.',
      },
    },
    required: ['type', 'rate'],
    additionalProperties: false,
  });
  const lstm = definitions['layer.lstm']?.properties as Record<string, JsonSchema>;
  expect(lstm.recurrentInitializer).toMatchObject({ default: 'orthogonal' });
  expect(lstm.unitForgetBias).toMatchObject({ type: 'boolean', default: true });
});

it('holds the rules between keys that JSON Schema can say', () => {
  const accepts = new Ajv().compile(trainingSchema);
  const optimizer = { type: 'adam', clipNorm: 1 };
  expect(accepts({ loss: 'mse', optimizer })).toBe(true);
  expect(accepts({ loss: 'mse', optimizer: { ...optimizer, clipValue: 1 } })).toBe(false);
  const cosine = { type: 'cosineDecay', initialLearningRate: 0.1, decaySteps: 9, warmupSteps: 3 };
  expect(accepts({ loss: 'mse', optimizer: { type: 'sgd', learningRate: cosine } })).toBe(false);
});

/**
 * Values that a schema of ours accepts, or, with `spoil`, values of which a few parts are near
 * misses: just out of range, without a key, of another type. Knows the keywords that the codecs
 * write, and throws on any other, so that a new one is not overlooked.
 */
function valuesOf(root: JsonSchema, options: { spoil: boolean }): fc.Arbitrary<unknown> {
  const definitions = (root.definitions ?? {}) as Record<string, JsonSchema>;
  const made = new Map<string, fc.Arbitrary<unknown>>();
  const { spoil } = options;

  const resolve = (reference: string): fc.Arbitrary<unknown> => {
    const name = reference.replace('#/definitions/', '');
    const known = made.get(name);
    if (known !== undefined) return known;
    const definition = definitions[name];
    if (definition === undefined) throw new Error(`No definition ${name}`);
    const arbitrary = values(definition);
    made.set(name, arbitrary);
    return arbitrary;
  };

  const values = (schema: JsonSchema): fc.Arbitrary<unknown> => {
    if (typeof schema.$ref === 'string') return resolve(schema.$ref);
    const choices = (schema.anyOf ?? schema.allOf) as JsonSchema[] | undefined;
    if (choices !== undefined) return fc.oneof(...choices.map(values));
    const proper = properValues(schema);
    if (!spoil) return proper;
    // Rarely, so that most documents have one near miss or none: a second one would hide a first
    // on which schema and codec disagree.
    return fc.oneof(
      { weight: 20, arbitrary: proper },
      { weight: 1, arbitrary: fc.oneof(nearMisses(schema), fc.constantFrom(...junk)) },
    );
  };

  const properValues = (schema: JsonSchema): fc.Arbitrary<unknown> => {
    if ('const' in schema) return fc.constant(schema.const);
    if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
    switch (schema.type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer({ min: Number(schema.minimum), max: Number(schema.maximum) });
      case 'number':
        return numbers(schema);
      case 'string':
        return fc.stringMatching(new RegExp(String(schema.pattern)));
      case 'array':
        return fc.array(values(schema.items as JsonSchema), {
          minLength: Number(schema.minItems ?? 0),
          maxLength: Math.min(Number(schema.maxItems ?? 3), 3),
        });
      case 'object':
        return objects(schema, true);
      default:
        throw new Error(`No values for the schema ${JSON.stringify(schema)}`);
    }
  };

  const nearMisses = (schema: JsonSchema): fc.Arbitrary<unknown> => {
    switch (schema.type) {
      case 'integer':
      case 'number':
        return fc.constantFrom(...nearNumbers(schema));
      case 'array':
        return fc.array(values(schema.items as JsonSchema), { maxLength: 1 });
      case 'object':
        return objects(schema, false);
      default:
        return fc.constantFrom(...junk);
    }
  };

  /** With `obeying` unset, any keys may be missing, and all may stand beside each other. */
  const objects = (schema: JsonSchema, obeying: boolean): fc.Arbitrary<unknown> => {
    if (schema.additionalProperties !== false) {
      const { pattern = '', not } = schema.propertyNames as JsonSchema;
      const none = ((not as JsonSchema | undefined)?.enum ?? []) as string[];
      // Short names of the kind that the pattern allows.
      const names = fc
        .stringMatching(String(pattern).includes(':') ? /^[a-z]{1,4}(:[hc])?$/ : /^[a-z]{1,4}$/)
        .filter((key) => !none.includes(key));
      return fc.dictionary(
        obeying ? names : fc.constantFrom('a', 'a/b', 'type', ''),
        values(schema.additionalProperties as JsonSchema),
        {
          minKeys: obeying ? Number(schema.minProperties ?? 0) : 0,
          maxKeys: 2,
          noNullPrototype: true,
        },
      );
    }
    const parts = Object.entries(schema.properties as Record<string, JsonSchema>);
    const keys = Object.fromEntries(parts.map(([key, part]) => [key, values(part)]));
    const required = (schema.required ?? []) as string[];
    if (!obeying) {
      const extra = fc.constantFrom(...extraKeys).chain((key) => fc.record({ [key]: fc.nat() }));
      const complete = fc.record(keys, { noNullPrototype: true });
      const lacking = fc
        .tuple(
          fc.record(keys, { requiredKeys: required, noNullPrototype: true }),
          fc.constantFrom(...Object.keys(keys)),
        )
        .map(([value, missing]) =>
          Object.fromEntries(Object.entries(value).filter(([key]) => key !== missing)),
        );
      return fc.oneof(
        lacking,
        complete,
        fc.tuple(complete, extra).map(([value, more]) => ({ ...more, ...value })),
      );
    }
    return fc
      .record(keys, { requiredKeys: required, noNullPrototype: true })
      .map((value) => obey(schema, value as Record<string, unknown>));
  };

  return values(root);
}

/** Numbers on both sides of the bounds, and what is no number. */
function nearNumbers(schema: JsonSchema): number[] {
  const bounds = [
    schema.minimum,
    schema.maximum,
    schema.exclusiveMinimum,
    schema.exclusiveMaximum,
  ].filter((bound) => typeof bound === 'number');
  return [
    ...bounds.flatMap((bound) => [bound, bound, bound - 1, bound + 1, bound - 0.5, bound + 0.5]),
    0.5,
    1e300,
    NaN,
    Infinity,
    -Infinity,
  ];
}

function numbers(schema: JsonSchema): fc.Arbitrary<number> {
  const { exclusiveMinimum, exclusiveMaximum } = schema;
  return fc.double({
    min: Number(schema.minimum ?? exclusiveMinimum ?? -1e9),
    max: Number(schema.maximum ?? exclusiveMaximum ?? 1e9),
    minExcluded: exclusiveMinimum !== undefined,
    maxExcluded: exclusiveMaximum !== undefined,
    noNaN: true,
  });
}

/** Drops keys that a schema forbids beside others (`not`) or without others (`dependencies`). */
function obey(schema: JsonSchema, value: Record<string, unknown>): Record<string, unknown> {
  const obeyed = { ...value };
  const together = (schema.not as { anyOf: { required: string[] }[] } | undefined)?.anyOf ?? [];
  for (const { required } of together) {
    const [, last = ''] = required;
    if (required.every((key) => key in obeyed)) Reflect.deleteProperty(obeyed, last);
  }
  const needs = (schema.dependencies ?? {}) as Record<string, string[]>;
  for (const [key, others] of Object.entries(needs)) {
    if (others.some((other) => !(other in obeyed))) Reflect.deleteProperty(obeyed, key);
  }
  return obeyed;
}

/** Values that stand where they are hardly expected. */
const junk: readonly unknown[] = [
  null,
  undefined,
  true,
  false,
  '',
  'text',
  'dense',
  'mse',
  'quantile',
  'a:h',
  'a/b',
  '1',
  0,
  -0,
  -1,
  0.5,
  1,
  1.5,
  2,
  2 ** 31,
  1e300,
  NaN,
  Infinity,
  -Infinity,
  [],
  [1],
  [null],
  ['mse'],
  ['input'],
  {},
  { type: 'dense' },
  { type: 'zeros' },
  { type: 'mae' },
  { type: 'none' },
  { type: undefined },
];

const extraKeys = ['extra', 'Units', 'type', 'name', 'toString', 'clipValue', 'warmupSteps', ''];
