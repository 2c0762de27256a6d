import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { didYouMean, listed, quote } from '../issues.ts';
import {
  Described,
  mergeDefinitions,
  refusal,
  refuse,
  validatePart,
  type AnyDescribed,
} from './described.ts';
import { isObject, type Fields } from './record.ts';

/** How many items an array may have, and which may not stand in it twice. */
export interface ArrayOptions<A> {
  readonly min?: number;
  readonly max?: number;
  /** What must differ from item to item, which JSON Schema cannot say. */
  readonly unique?: (item: A) => string;
}

/** An array of `item`; `noun` names the items in errors: `layers`. */
export function array<A, O>(
  noun: string,
  item: Described<A, O>,
  options: ArrayOptions<A> = {},
): Described<A[], readonly O[]> {
  const { min = 0, max = Infinity, unique } = options;
  const expects = `an array of ${noun}${lengthText(min, max)}`;
  const fits = (value: readonly unknown[]): boolean => value.length >= min && value.length <= max;
  const differ = (items: readonly A[]): boolean =>
    unique === undefined || new Set(items.map(unique)).size === items.length;
  return new Described<A[], readonly O[]>({
    expects,
    schema: {
      type: 'array',
      items: item.schema,
      ...(min > 0 && { minItems: min }),
      ...(max < Infinity && { maxItems: max }),
    },
    definitions: item.definitions,
    is: (value): value is A[] =>
      Array.isArray(value) && fits(value) && value.every(item.is) && differ(value),
    validate: (value, context) => {
      if (!Array.isArray(value) || !fits(value)) {
        return refuse(value, context, { expected: expects });
      }
      const errors: t.ValidationError[] = [];
      const items: A[] = [];
      const seen = new Set<string>();
      // By index, so that holes of a sparse array are seen.
      for (let index = 0; index < value.length; index += 1) {
        const part = value[index] as unknown;
        const result = validatePart(item, index, part, context);
        if (isLeft(result)) {
          errors.push(...result.left);
          continue;
        }
        items.push(result.right);
        const mark = unique?.(result.right);
        if (mark === undefined) continue;
        if (seen.has(mark)) {
          const at = t.appendContext(context, String(index), item, part);
          const found = `${quote(mark)} again`;
          errors.push(refusal(part, at, { expected: `each of the ${noun} once`, found }));
        }
        seen.add(mark);
      }
      return errors.length > 0 ? t.failures(errors) : t.success(items);
    },
    encode: (value) => value.map(item.encode),
  });
}

function lengthText(min: number, max: number): string {
  if (max === 0) return ' that is empty';
  if (max < Infinity) return ` (${min} to ${max})`;
  return min > 0 ? ` (at least ${min})` : '';
}

/** `codec`, or null. */
export function orNull<A, O>(codec: Described<A, O>): Described<A | null, O | null> {
  return new Described<A | null, O | null>({
    expects: `${codec.expects} or null`,
    schema: { anyOf: [codec.schema, { type: 'null' }] },
    definitions: codec.definitions,
    is: (value): value is A | null => value === null || codec.is(value),
    validate: (value, context) => {
      if (value === null) return t.success(null);
      const result = codec.validate(value, context);
      return isLeft(result)
        ? refuse(value, context, { expected: `${codec.expects} or null` })
        : result;
    },
    encode: (value) => (value === null ? null : codec.encode(value)),
  });
}

/** A codec of records that are told apart by `type`; see {@link union}. */
export class UnionCodec<A, O> extends Described<A, O> {
  /** The values of `type`. */
  readonly types: readonly string[];
  /** Those that need no other key, so that the type alone may stand for them. */
  readonly shortTypes: readonly string[];

  constructor(noun: string, name: string, members: readonly AnyRecord[]) {
    const byType = new Map(members.map((member) => [tagOf(member), member]));
    const types = [...byType.keys()];
    const expects = `${noun} (an object with a "type")`;
    const memberOf = (value: unknown): AnyRecord | undefined =>
      isObject(value) && typeof value.type === 'string' ? byType.get(value.type) : undefined;
    super({
      expects,
      schema: { $ref: `#/definitions/${name}` },
      definitions: {
        ...mergeDefinitions(members),
        ...Object.fromEntries(members.map((member) => [`${name}.${tagOf(member)}`, member.schema])),
        [name]: {
          anyOf: types.map((type) => ({ $ref: `#/definitions/${name}.${type}` })),
        },
      },
      is: (value): value is A => memberOf(value)?.is(value) ?? false,
      validate: (value, context) => {
        const member = memberOf(value);
        if (member !== undefined) return member.validate(value, context) as t.Validation<A>;
        if (!isObject(value)) return refuse(value, context, { expected: expects });
        return refuseType(types, value.type, context);
      },
      // Every normalised value is a document, with nothing left out.
      encode: (value) => value as unknown as O,
    });
    this.types = types;
    this.shortTypes = [...byType].filter(([, member]) => isShort(member)).map(([type]) => type);
  }
}

/** Refuses an object whose type is none of those that there are. */
function refuseType<A>(
  types: readonly string[],
  type: unknown,
  context: t.Context,
): t.Validation<A> {
  const missing = type === undefined;
  return refuse(type, t.appendContext(context, 'type', t.string, type), {
    expected: `${missing ? 'the key "type": ' : ''}one of ${typeList(types)}`,
    ...(typeof type === 'string' && didYouMean(type, types)),
  });
}

/** All types, or of many the first twelve: a slip finds its like among all of them. */
function typeList(types: readonly string[]): string {
  return types.length <= 20 ? types.map(quote).join(', ') : listed(types.map(quote), 12);
}

interface AnyRecord extends AnyDescribed {
  readonly fields: Fields;
}

function tagOf(member: AnyRecord): string {
  return String(member.fields.type?.codec.schema.const);
}

function isShort(member: AnyRecord): boolean {
  return Object.entries(member.fields).every(
    ([key, field]) => key === 'type' || field.kind !== 'required',
  );
}

/**
 * One of several records that are told apart by `type`.
 *
 * @param noun what the object is, as in `a layer`
 * @param name its name in the schema's definitions
 */
export function union<const M extends readonly AnyRecord[]>(
  noun: string,
  name: string,
  members: M,
): UnionCodec<t.TypeOf<M[number]>, t.OutputOf<M[number]>> {
  return new UnionCodec(noun, name, members);
}

/**
 * A record of either of two unions, whose types differ.
 *
 * @param noun what the object is, as in `a layer`
 */
export function joined<A, O, B, P>(
  noun: string,
  first: UnionCodec<A, O>,
  second: UnionCodec<B, P>,
): Described<A | B, O | P> & { readonly types: readonly string[] } {
  const expects = `${noun} (an object with a "type")`;
  const types = [...first.types, ...second.types];
  const isOf = (union: { readonly types: readonly string[] }, value: unknown): boolean =>
    isObject(value) && typeof value.type === 'string' && union.types.includes(value.type);
  const codec = new Described<A | B, O | P>({
    expects,
    schema: { anyOf: [first.schema, second.schema] },
    definitions: mergeDefinitions([first, second]),
    is: (value): value is A | B => first.is(value) || second.is(value),
    validate: (value, context) => {
      if (isOf(second, value)) return second.validate(value, context);
      if (isOf(first, value) || !isObject(value)) return first.validate(value, context);
      return refuseType(types, value.type, context);
    },
    encode: (value) => (first.is(value) ? first.encode(value) : second.encode(value as B)),
  });
  return Object.assign(codec, { types });
}

/** Types of documents that need no key but `type`. */
type ShortType<O> = O extends { readonly type: infer T extends string }
  ? { readonly type: T } extends O
    ? T
    : never
  : never;

/** A union whose type alone may stand for the object: `'zeros'` for `{ type: 'zeros' }`. */
export function orShort<A, O>(codec: UnionCodec<A, O>): Described<A, O | ShortType<O>> {
  return new Described<A, O | ShortType<O>>({
    expects: `${codec.expects} or one of ${codec.shortTypes.map(quote).join(', ')}`,
    schema: { anyOf: [{ type: 'string', enum: codec.shortTypes }, codec.schema] },
    definitions: codec.definitions,
    is: codec.is,
    validate: (value, context) => {
      if (isObject(value)) return codec.validate(value, context);
      if (typeof value === 'string' && codec.types.includes(value)) {
        if (codec.shortTypes.includes(value)) return codec.validate({ type: value }, context);
        return refuse(value, context, {
          expected: `an object { "type": ${quote(value)}, … }, which has keys that must be given`,
        });
      }
      return refuse(value, context, {
        expected: `one of ${codec.types.map(quote).join(', ')}, or an object with such a "type"`,
        ...(typeof value === 'string' && didYouMean(value, codec.types)),
      });
    },
    encode: codec.encode,
  });
}

/** A name by itself, or an object: both stay what they are. */
export function nameOr<N extends string, A, O>(
  name: Described<N>,
  object: Described<A, O>,
): Described<N | A, N | O> {
  const expects = `${name.expects}, or ${object.expects}`;
  return new Described<N | A, N | O>({
    expects,
    schema: { anyOf: [name.schema, object.schema] },
    definitions: mergeDefinitions([name, object]),
    is: (value): value is N | A => name.is(value) || object.is(value),
    validate: (value, context) => {
      if (isObject(value)) return object.validate(value, context);
      if (typeof value === 'string') return name.validate(value, context);
      return refuse(value, context, { expected: expects });
    },
    encode: (value) => (name.is(value) ? value : object.encode(value)),
  });
}

/** One value, or an array of one at least; both stay what they are. `noun` names them in errors. */
export function oneOrMore<A>(
  noun: string,
  item: Described<A>,
): Described<A | readonly A[], A | readonly A[]> {
  return oneOr(`${item.expects}, or ${noun}`, item, array(noun, item, { min: 1 }));
}

/** A pair of values, or one that stands for both; both stay what they are. */
export function pairOr<A>(item: Described<A>): Described<A | readonly A[], A | readonly A[]> {
  return oneOr(`${item.expects}, or two of them`, item, array('two', item, { min: 2, max: 2 }));
}

function oneOr<A>(
  expects: string,
  item: Described<A>,
  many: Described<A[], readonly A[]>,
): Described<A | readonly A[], A | readonly A[]> {
  return new Described<A | readonly A[], A | readonly A[]>({
    expects,
    schema: { anyOf: [item.schema, many.schema] },
    definitions: item.definitions,
    is: (value): value is A | readonly A[] => item.is(value) || many.is(value),
    validate: (value, context) => {
      if (Array.isArray(value)) return many.validate(value, context);
      const result = item.validate(value, context);
      return isLeft(result) ? refuse(value, context, { expected: expects }) : result;
    },
    encode: (value) => value,
  });
}

/** `true` for an object with all defaults, `false` for none, or the object. */
export function flagOr<A extends object, O>(
  object: Described<A, O>,
): Described<A | false, O | boolean> {
  const expects = `true, false or ${object.expects}`;
  return new Described<A | false, O | boolean>({
    expects,
    schema: { anyOf: [{ type: 'boolean' }, object.schema] },
    definitions: object.definitions,
    is: (value): value is A | false => value === false || object.is(value),
    validate: (value, context) => {
      if (value === false) return t.success(value);
      if (value === true) return object.validate({}, context);
      if (isObject(value)) return object.validate(value, context);
      return refuse(value, context, { expected: expects });
    },
    encode: (value) => (value === false ? false : object.encode(value)),
  });
}

/** A number, or an object. */
export function numberOr<A, O>(
  scalar: Described<number>,
  object: Described<A, O>,
): Described<number | A, number | O> {
  const expects = `${scalar.expects} or ${object.expects}`;
  return new Described<number | A, number | O>({
    expects,
    schema: { anyOf: [scalar.schema, object.schema] },
    definitions: mergeDefinitions([scalar, object]),
    is: (value): value is number | A => scalar.is(value) || object.is(value),
    validate: (value, context) => {
      if (isObject(value)) return object.validate(value, context);
      const result: t.Validation<number> = scalar.validate(value, context);
      return isLeft(result) ? refuse(value, context, { expected: expects }) : result;
    },
    encode: (value) => (scalar.is(value) ? value : object.encode(value)),
  });
}
