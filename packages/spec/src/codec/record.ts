import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { didYouMean, listed, quote, type PathStep } from '../issues.ts';
import {
  Described,
  mergeDefinitions,
  refusal,
  refuse,
  validatePart,
  type AnyDescribed,
  type Detail,
  type JsonSchema,
} from './described.ts';
import { literal } from './leaves.ts';

/** A key that must be there. */
export interface RequiredField<C extends AnyDescribed> {
  readonly kind: 'required';
  readonly codec: C;
  readonly description: string;
}

/** A key that may be left out and then has a default. */
export interface DefaultedField<C extends AnyDescribed> {
  readonly kind: 'defaulted';
  readonly codec: C;
  readonly description: string;
  /** The default as it would stand in a document. */
  readonly written: unknown;
}

/** A key that may be left out and is then absent. */
export interface OptionalField<C extends AnyDescribed> {
  readonly kind: 'optional';
  readonly codec: C;
  readonly description: string;
}

/** A key that a document may have and the normalised value has not, such as `$schema`. */
export interface DocumentField<C extends AnyDescribed> {
  readonly kind: 'document';
  readonly codec: C;
  readonly description: string;
}

type Field =
  | RequiredField<AnyDescribed>
  | DefaultedField<AnyDescribed>
  | OptionalField<AnyDescribed>
  | DocumentField<AnyDescribed>;

/** The keys of a record, in the order in which errors and schema list them. */
export type Fields = Readonly<Record<string, Field>>;

/** Makes a {@link RequiredField}. */
export function required<C extends AnyDescribed>(codec: C, description: string): RequiredField<C> {
  return { kind: 'required', codec, description };
}

/** Makes a {@link DefaultedField}. */
export function defaulted<C extends AnyDescribed>(
  codec: C,
  written: t.OutputOf<C>,
  description: string,
): DefaultedField<C> {
  return { kind: 'defaulted', codec, written, description };
}

/** Makes an {@link OptionalField}. */
export function optional<C extends AnyDescribed>(codec: C, description: string): OptionalField<C> {
  return { kind: 'optional', codec, description };
}

/** Makes a {@link DocumentField}. */
export function documentOnly<C extends AnyDescribed>(
  codec: C,
  description: string,
): DocumentField<C> {
  return { kind: 'document', codec, description };
}

type Flat<T> = { [K in keyof T]: T[K] };

/** The normalised value of a record: defaults are filled. */
export type RecordValue<F extends Fields> = Flat<
  {
    readonly [K in keyof F as F[K]['kind'] extends 'required' | 'defaulted' ? K : never]: t.TypeOf<
      F[K]['codec']
    >;
  } & {
    readonly [K in keyof F as F[K]['kind'] extends 'optional' ? K : never]?: t.TypeOf<
      F[K]['codec']
    >;
  }
>;

/** What a document may hold for a record: keys with a default may be left out. */
export type RecordDocument<F extends Fields> = Flat<
  {
    readonly [K in keyof F as F[K]['kind'] extends 'required' ? K : never]: t.OutputOf<
      F[K]['codec']
    >;
  } & {
    readonly [K in keyof F as F[K]['kind'] extends 'required' ? never : K]?: t.OutputOf<
      F[K]['codec']
    >;
  }
>;

/** A fault that a check of a whole record finds, at a place inside of it. */
export interface PlacedFault extends Detail {
  readonly at: readonly PathStep[];
}

/** What a record needs beyond its keys. */
export interface RecordOptions<F extends Fields> {
  /**
   * Rules between values, which JSON Schema cannot say; asked once all keys are right by
   * themselves.
   */
  readonly check?: (value: RecordValue<F>) => readonly PlacedFault[];
  /** Keys of which one at most may be there. */
  readonly atMostOne?: readonly (keyof F & string)[];
  /** Keys that are there all together or not at all. */
  readonly together?: readonly (keyof F & string)[];
}

/** A codec of objects with exactly the keys of a table; see {@link record}. */
export class RecordCodec<F extends Fields> extends Described<RecordValue<F>, RecordDocument<F>> {
  readonly fields: F;
  /** Makes the same codec with a part of the keys. */
  readonly withFields: <G extends Fields>(fields: G) => RecordCodec<G>;

  constructor(noun: string, description: string, fields: F, options: RecordOptions<F> = {}) {
    super({
      expects: `${noun} (an object)`,
      schema: { ...recordSchema(description, fields), ...keyRuleSchema(options) },
      definitions: mergeDefinitions(Object.values(fields).map((field) => field.codec)),
      is: (value): value is RecordValue<F> => isRecordValue(fields, options, value),
      validate: (value, context) => validateRecord(noun, fields, options, value, context),
      // Every normalised record is a document, with nothing left out.
      encode: (value) => value as unknown as RecordDocument<F>,
    });
    this.fields = fields;
    this.withFields = <G extends Fields>(part: G) =>
      new RecordCodec(noun, description, part, options as unknown as RecordOptions<G>);
  }
}

/**
 * A codec of objects with exactly these keys: others are refused, defaults are filled. A key whose
 * value is undefined counts as left out.
 *
 * @param noun what the object is, as in `a model document`
 * @param description what an editor shows
 */
export function record<F extends Fields>(
  noun: string,
  description: string,
  fields: F,
  options?: RecordOptions<F>,
): RecordCodec<F> {
  return new RecordCodec(noun, description, fields, options);
}

/** The keys of a {@link tagged} record: `type`, then its own. */
export type TaggedFields<T extends string, F extends Fields> = {
  readonly type: RequiredField<Described<T>>;
} & F;

/** A record that is told from others by its key `type`. */
export function tagged<const T extends string, F extends Fields>(
  type: T,
  description: string,
  fields: F,
  options?: RecordOptions<TaggedFields<T, F>>,
): RecordCodec<TaggedFields<T, F>> {
  return new RecordCodec<TaggedFields<T, F>>(
    type,
    description,
    { type: required(literal(type), description), ...fields },
    options,
  );
}

/** A table of keys without some of them. */
type Without<F extends Fields, K extends string> =
  Omit<F, K> extends infer O extends Fields ? O : never;

/**
 * The same codec without some keys, for a record inside of another that has them. No rule between
 * values may ask for them.
 */
export function without<F extends Fields, const K extends keyof F & string>(
  codec: RecordCodec<F>,
  keys: readonly K[],
): RecordCodec<Without<F, K>> {
  const left = Object.entries(codec.fields).filter(([key]) => !keys.some((each) => each === key));
  return codec.withFields(Object.fromEntries(left) as Without<F, K>);
}

/** Whether a value is an object with keys: neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isRecordValue<F extends Fields>(
  fields: F,
  options: RecordOptions<F>,
  value: unknown,
): value is RecordValue<F> {
  if (!isObject(value)) return false;
  const hasOnlyKnown = Object.keys(value).every((key) => Object.hasOwn(fields, key));
  const hasAll = Object.entries<Field>(fields).every(([key, field]) => {
    const part = own(value, key);
    if (part === undefined) return field.kind === 'optional' || field.kind === 'document';
    return field.kind !== 'document' && field.codec.is(part);
  });
  if (!hasOnlyKnown || !hasAll || brokenKeyRules(options, value).length > 0) return false;
  return (options.check?.(value as RecordValue<F>) ?? []).length === 0;
}

function validateRecord<F extends Fields>(
  noun: string,
  fields: F,
  options: RecordOptions<F>,
  value: unknown,
  context: t.Context,
): t.Validation<RecordValue<F>> {
  if (!isObject(value)) {
    const suggestion = typeof value === 'string' ? jsonTextHint(value) : {};
    return refuse(value, context, { expected: `${noun} (an object)`, ...suggestion });
  }
  const errors: t.ValidationError[] = [];
  const parts: [string, unknown][] = [];
  for (const [key, field] of Object.entries<Field>(fields)) {
    const found = own(value, key);
    if (found === undefined && field.kind === 'required') {
      const at = t.appendContext(context, key, field.codec, undefined);
      const expected = `the key ${quote(key)}: ${field.codec.expects}`;
      errors.push(refusal(undefined, at, { expected }));
      continue;
    }
    const written = found === undefined && field.kind === 'defaulted' ? field.written : found;
    if (written === undefined) continue;
    const result: t.Validation<unknown> = validatePart(field.codec, key, written, context);
    if (isLeft(result)) errors.push(...result.left);
    else if (field.kind !== 'document') parts.push([key, result.right]);
  }
  errors.push(...brokenKeyRules(options, value).map((fault) => place(fault, value, context)));
  errors.push(...unknownKeys(noun, Object.keys(fields), value, context));
  if (errors.length > 0) return t.failures(errors);
  const normalised = Object.fromEntries(parts) as RecordValue<F>;
  const faults = options.check?.(normalised) ?? [];
  if (faults.length === 0) return t.success(normalised);
  return t.failures(faults.map((fault) => place(fault, normalised, context)));
}

function jsonTextHint(value: string): Pick<Detail, 'suggestion'> {
  return /^\s*\{/.test(value) ? { suggestion: 'parse the text first, with JSON.parse' } : {};
}

function unknownKeys(
  noun: string,
  known: readonly string[],
  value: Readonly<Record<string, unknown>>,
  context: t.Context,
): DetailedErrors {
  const unused = known.filter((key) => !Object.hasOwn(value, key));
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) =>
      refusal(value[key], t.appendContext(context, key, t.unknown, value[key]), {
        expected: `only keys of ${noun}: ${listed(known)}`,
        found: `the unknown key ${quote(key)}`,
        ...didYouMean(key, unused.length > 0 ? unused : known),
      }),
    );
}

type DetailedErrors = readonly ReturnType<typeof refusal>[];

type KeyRules = Pick<RecordOptions<Fields>, 'atMostOne' | 'together'>;

function brokenKeyRules(
  rules: KeyRules,
  value: Readonly<Record<string, unknown>>,
): readonly PlacedFault[] {
  const { atMostOne = [], together = [] } = rules;
  const isThere = (key: string): boolean => own(value, key) !== undefined;
  const [first = '', ...others] = atMostOne.filter(isThere);
  const companions = together.filter(isThere);
  const missing = companions.length > 0 ? together.filter((key) => !isThere(key)) : [];
  return [
    ...others.map((key) => ({
      at: [key],
      expected: `at most one of ${listed(atMostOne)}, and there is ${quote(first)}`,
    })),
    ...missing.map((key) => ({
      at: [key],
      expected: `the key ${quote(key)}, which belongs to ${listed(companions.map(quote))}`,
    })),
  ];
}

function keyRuleSchema({ atMostOne = [], together = [] }: KeyRules): JsonSchema {
  const pairs = atMostOne.flatMap((key, index) =>
    atMostOne.slice(index + 1).map((other) => ({ required: [key, other] })),
  );
  const companions = together.map((key) => [key, together.filter((other) => other !== key)]);
  return {
    ...(pairs.length > 0 && { not: { anyOf: pairs } }),
    ...(companions.length > 0 && {
      dependencies: Object.fromEntries(companions) as Record<string, string[]>,
    }),
  };
}

/** Puts what a check found at its place below the record, whose defaults count as found. */
function place(fault: PlacedFault, value: unknown, context: t.Context): ReturnType<typeof refusal> {
  const { at, ...detail } = fault;
  let part = value;
  let where = context;
  for (const step of at) {
    if (Array.isArray(part)) part = part[Number(step)] as unknown;
    else part = isObject(part) ? own(part, String(step)) : undefined;
    where = t.appendContext(where, String(step), t.unknown, part);
  }
  return refusal(part, where, detail);
}

function recordSchema(description: string, fields: Fields): JsonSchema {
  const entries = Object.entries(fields);
  const needed = entries.filter(([, field]) => field.kind === 'required').map(([key]) => key);
  return {
    type: 'object',
    description,
    properties: Object.fromEntries(entries.map(([key, field]) => [key, fieldSchema(field)])),
    ...(needed.length > 0 && { required: needed }),
    additionalProperties: false,
  };
}

function fieldSchema(field: Field): JsonSchema {
  const { schema } = field.codec;
  return {
    // Draft-07 ignores what stands beside a $ref.
    ...('$ref' in schema ? { allOf: [schema] } : schema),
    description: field.description,
    ...(field.kind === 'defaulted' && { default: field.written }),
  };
}
