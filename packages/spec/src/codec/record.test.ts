import { describe, expect, expectTypeOf, it } from 'vitest';
import type * as t from 'io-ts';
import { formatIssue } from '../issues.ts';
import { array, numberOr, orNull, orShort, union } from './compounds.ts';
import { read } from './described.ts';
import { boolean, literals, number, positiveInteger } from './leaves.ts';
import { defaulted, documentOnly, optional, record, required, tagged } from './record.ts';

const knot = record(
  'a knot',
  'A test record.',
  {
    size: required(positiveInteger, 'Size.'),
    tight: defaulted(boolean, true, 'Whether tight.'),
    colour: optional(literals(['red', 'green']), 'Colour.'),
    note: documentOnly(literals(['seen']), 'For people.'),
    low: optional(number(), 'Low.'),
    high: optional(number(), 'High.'),
    left: optional(number(), 'Left.'),
    right: optional(number(), 'Right.'),
  },
  {
    check: ({ low = 0, high = 0 }) =>
      low <= high ? [] : [{ at: ['high'], expected: 'a number of at least low' }],
    atMostOne: ['colour', 'left'],
    together: ['left', 'right'],
  },
);

function faults(document: unknown): string[] {
  const reading = read(knot, document);
  return reading.ok ? [] : reading.issues.map(formatIssue);
}

describe('a record', () => {
  it('fills defaults, keeps what is optional, drops what is only for the document', () => {
    expect(read(knot, { size: 3, colour: 'red', note: 'seen' })).toEqual({
      ok: true,
      value: { size: 3, tight: true, colour: 'red' },
    });
  });

  it('has the types of its keys', () => {
    expectTypeOf<t.TypeOf<typeof knot>>().toEqualTypeOf<{
      readonly size: number;
      readonly tight: boolean;
      readonly colour?: 'red' | 'green';
      readonly low?: number;
      readonly high?: number;
      readonly left?: number;
      readonly right?: number;
    }>();
    expectTypeOf<Pick<t.OutputOf<typeof knot>, 'size' | 'tight' | 'note'>>().toEqualTypeOf<{
      readonly size: number;
      readonly tight?: boolean;
      readonly note?: 'seen';
    }>();
  });

  it('knows a normalised value when it sees one', () => {
    expect(knot.is({ size: 3, tight: false })).toBe(true);
    expect(knot.is({ size: 3 })).toBe(false);
    expect(knot.is({ size: 3, tight: true, note: 'seen' })).toBe(false);
    expect(knot.is({ size: 3, tight: true, more: 1 })).toBe(false);
    expect(knot.is({ size: 3, tight: true, low: 2, high: 1 })).toBe(false);
    expect(knot.is({ size: 3, tight: true, left: 1 })).toBe(false);
    expect(knot.is([])).toBe(false);
  });

  it('does not take what an object inherits for its keys', () => {
    const inherited = Object.create({ size: 3 }) as object;
    expect(faults(inherited)).toEqual([
      '$.size: expected the key "size": a positive integer (at most 2147483647), found nothing',
    ]);
  });

  it('tells rules between keys beside all other faults', () => {
    expect(faults({ size: 0, colour: 'red', left: 1, more: 1 })).toEqual([
      '$.size: expected a positive integer (at most 2147483647), found 0',
      '$.left: expected at most one of colour and left, and there is "colour", found 1',
      '$.right: expected the key "right", which belongs to "left", found nothing',
      '$.more: expected only keys of a knot: size, tight, colour, note, low, high, left and right, found the unknown key "more"',
    ]);
  });

  it('tells rules between values once the values are right', () => {
    expect(faults({ size: 1, low: 2, high: 1 })).toEqual([
      '$.high: expected a number of at least low, found 1',
    ]);
    expect(faults({ size: 0, low: 2, high: 1 })).toHaveLength(1);
  });
});

describe('combinators', () => {
  const shapes = union('a shape', 'shape', [
    tagged('point', 'A point.', {}),
    tagged('circle', 'A circle.', { radius: required(number(), 'Radius.') }),
    tagged('square', 'A square.', { side: defaulted(number(), 1, 'Side.') }),
  ]);

  it('let a type alone stand for an object that needs no other key', () => {
    const shape = orShort(shapes);
    expect(read(shape, 'square')).toEqual({ ok: true, value: { type: 'square', side: 1 } });
    expect(read(shape, 'circle').ok).toBe(false);
    expectTypeOf<Extract<t.OutputOf<typeof shape>, string>>().toEqualTypeOf<'point' | 'square'>();
    expectTypeOf<Extract<t.TypeOf<typeof shape>, string>>().toEqualTypeOf<never>();
  });

  it('know normalised values', () => {
    expect(shapes.is({ type: 'circle', radius: 2 })).toBe(true);
    expect(shapes.is({ type: 'circle', side: 2 })).toBe(false);
    expect(shapes.is({ type: 'line' })).toBe(false);
    expect(orNull(positiveInteger).is(null)).toBe(true);
    expect(orNull(positiveInteger).is(0)).toBe(false);
    const several = array('shapes', shapes, { max: 2, unique: ({ type }) => type });
    expect(several.is([{ type: 'point' }])).toBe(true);
    expect(several.is([{ type: 'point' }, { type: 'point' }])).toBe(false);
    expect(several.is([{ type: 'line' }])).toBe(false);
  });

  it('read a number or an object', () => {
    const either = numberOr(number(), shapes);
    expect(read(either, 3)).toEqual({ ok: true, value: 3 });
    expect(read(either, { type: 'point' })).toEqual({ ok: true, value: { type: 'point' } });
    const reading = read(either, { type: 'pint' });
    expect(reading.ok ? [] : reading.issues.map(formatIssue)).toEqual([
      '$.type: expected one of "point", "circle", "square", found "pint" (did you mean "point"?)',
    ]);
  });
});
