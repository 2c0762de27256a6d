import { describe, expect, it } from 'vitest';
import { describeValue, didYouMean, formatIssue, jsonPath, nameAdvice, nearest } from './issues.ts';

describe('jsonPath', () => {
  it('writes keys with dots, indices in brackets, odd keys in quotes', () => {
    expect(jsonPath([])).toBe('$');
    expect(jsonPath(['layers', 2, 'units'])).toBe('$.layers[2].units');
    expect(jsonPath(['loss', 'encoder:h', 'a "b"', '2'])).toBe(
      '$.loss["encoder:h"]["a \\"b\\""]["2"]',
    );
  });
});

describe('describeValue', () => {
  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [-0.5, '-0.5'],
    [NaN, 'NaN'],
    [true, 'true'],
    ['a\n"b"', '"a\\n\\"b\\""'],
    [[], 'an empty array'],
    [[1, null, 3], '[1, null, 3]'],
    [['a'], 'an array of 1 item'],
    [[1, 'a'], 'an array of 2 items'],
    [Array.from({ length: 9 }, () => 1), 'an array of 9 items'],
    [{}, 'an empty object'],
    [{ a: 1, b: 2 }, 'an object with a and b'],
    [{ a: 1, b: 2, c: 3, d: 4, e: 5 }, 'an object with a, b, c, d and 1 more'],
    [Symbol('s'), 'Symbol(s)'],
    [10n, '10'],
  ])('in words (%#)', (value, words) => {
    expect(describeValue(value)).toBe(words);
  });

  it('cuts long texts and keys', () => {
    expect(describeValue('x'.repeat(1000))).toBe(`"${'x'.repeat(40)}…"`);
    expect(describeValue({ ['k'.repeat(1000)]: 1 }).length).toBeLessThan(80);
  });
});

describe('nearest', () => {
  const keys = ['returnSequences', 'returnState', 'units', 'rate'];

  it.each([
    ['unit', 'units'],
    ['Units', 'units'],
    ['untis', 'units'],
    ['return_sequences', 'returnSequences'],
    ['returnSequence', 'returnSequences'],
    ['return-state', 'returnState'],
    ['retrunState', 'returnState'],
    ['raet', 'rate'],
    ['ratee', 'rate'],
  ])('finds for %s the key %s', (written, key) => {
    expect(nearest(written, keys)).toBe(key);
    expect(didYouMean(written, keys)).toEqual({ suggestion: `did you mean "${key}"?` });
  });

  it.each(['colour', 'x', '', 'late night', 'note', 'z'.repeat(1e6)])(
    'does not guess where nothing is near',
    (written) => {
      expect(nearest(written, keys)).toBeUndefined();
      expect(didYouMean(written, keys)).toEqual({});
    },
  );

  it('does not guess without candidates', () => {
    expect(nearest('units', [])).toBeUndefined();
  });
});

it('formatIssue leaves out a suggestion that is not there', () => {
  expect(formatIssue({ path: '$.a', expected: 'b', found: 'c' })).toBe('$.a: expected b, found c');
});

describe('nameAdvice', () => {
  it('names the near candidate, or what there is', () => {
    expect(nameAdvice('temp-max', ['temp_max', 'wind'])).toBe('Did you mean "temp_max"?');
    expect(nameAdvice('rain', ['temp_max', 'wind'])).toBe('There are "temp_max", "wind"');
  });

  it('does not list more than twelve', () => {
    const many = Array.from({ length: 13 }, (_, i) => `column${i}`);
    expect(nameAdvice('rain', many)).toMatch(/"column11" and others$/);
  });
});
