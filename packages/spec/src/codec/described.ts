import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describeValue, jsonPath, type PathStep, type SpecIssue } from '../issues.ts';

/** A JSON Schema (draft-07) or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** What a fault is, without its place. */
export type Detail = Pick<SpecIssue, 'expected' | 'suggestion'> & { readonly found?: string };

/** An io-ts error that knows what was expected and what may help. */
export interface DetailedError extends t.ValidationError {
  readonly detail: Detail;
}

/** The parts of a {@link Described} codec. */
export interface Description<A, O> {
  /** What the codec accepts, as an error says it: `a positive integer`. */
  readonly expects: string;
  /** The JSON Schema that accepts the same values. */
  readonly schema: JsonSchema;
  /** Schemas that `schema` refers to as `#/definitions/<name>`. */
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly is: t.Is<A>;
  readonly validate: t.Validate<unknown, A>;
  readonly encode: t.Encode<A, O>;
}

/**
 * An io-ts codec together with the JSON Schema that accepts the same values.
 *
 * `A` is the normalised value, with defaults filled and short forms written out; `O` is what a
 * document may hold. Every `A` is an `O` too, so that what we write can be read again.
 */
export class Described<A, O = A> extends t.Type<A, O, unknown> {
  readonly expects: string;
  readonly schema: JsonSchema;
  readonly definitions: Readonly<Record<string, JsonSchema>>;

  constructor(description: Description<A, O>) {
    super(description.expects, description.is, description.validate, description.encode);
    this.expects = description.expects;
    this.schema = description.schema;
    this.definitions = description.definitions ?? {};
  }
}

/** Any described codec, for combinators that do not care which. */
export interface AnyDescribed extends t.Mixed {
  readonly expects: string;
  readonly schema: JsonSchema;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** Refuses a value at a place. */
export function refuse<A>(value: unknown, context: t.Context, detail: Detail): t.Validation<A> {
  return t.failures([refusal(value, context, detail)]);
}

/** One error of a place, for combinators that collect several. */
export function refusal(value: unknown, context: t.Context, detail: Detail): DetailedError {
  return { value, context, detail };
}

/** A codec of a value without parts, given by its guard. */
export function leaf<A>(
  expects: string,
  schema: JsonSchema,
  is: (value: unknown) => value is A,
  suggest: (value: unknown) => Pick<Detail, 'suggestion'> = () => ({}),
): Described<A> {
  return new Described<A>({
    expects,
    schema,
    is,
    validate: (value, context) =>
      is(value)
        ? t.success(value)
        : refuse(value, context, { expected: expects, ...suggest(value) }),
    encode: t.identity,
  });
}

/** Checks a part of a value with its own codec, at the part's place. */
export function validatePart<A>(
  codec: t.Type<A, unknown, unknown>,
  key: PathStep,
  value: unknown,
  context: t.Context,
): t.Validation<A> {
  return codec.validate(value, t.appendContext(context, String(key), codec, value));
}

/** The same codec under a name of its own in the schema's `definitions`. */
export function defined<A, O>(name: string, codec: Described<A, O>): Described<A, O> {
  return new Described<A, O>({
    expects: codec.expects,
    schema: { $ref: `#/definitions/${name}` },
    definitions: { ...codec.definitions, [name]: codec.schema },
    is: codec.is,
    validate: codec.validate,
    encode: codec.encode,
  });
}

/** The definitions of several codecs in one table. */
export function mergeDefinitions(codecs: readonly AnyDescribed[]): Record<string, JsonSchema> {
  return Object.assign({}, ...codecs.map((codec) => codec.definitions)) as Record<
    string,
    JsonSchema
  >;
}

/** What a codec makes of a value: the normalised value, or everything that is wrong with it. */
export type Reading<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly issues: readonly SpecIssue[] };

/** Reads a document with a codec. */
export function read<A>(codec: t.Type<A, unknown, unknown>, document: unknown): Reading<A> {
  const result = codec.decode(document);
  if (isLeft(result)) return { ok: false, issues: result.left.map(issueOf) };
  return { ok: true, value: result.right };
}

function issueOf(error: t.ValidationError): SpecIssue {
  const detail: Detail = isDetailed(error)
    ? error.detail
    : { expected: error.context.at(-1)?.type.name ?? 'another value' };
  return { found: describeValue(error.value), ...detail, path: jsonPath(stepsOf(error.context)) };
}

function isDetailed(error: t.ValidationError): error is DetailedError {
  return 'detail' in error;
}

/** io-ts gives keys as text: whether one is an index shows in what holds it. */
function stepsOf(context: t.Context): PathStep[] {
  return context
    .slice(1)
    .map((entry, index) => (Array.isArray(context[index]?.actual) ? Number(entry.key) : entry.key));
}
