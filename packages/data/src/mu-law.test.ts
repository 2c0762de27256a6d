import { describe, expect, it } from 'vitest';
import { classLevels, muLawCompress, muLawDecode, muLawEncode, muLawExpand } from './mu-law.ts';

const samples = [-1, -0.5, -0.01, 0, 0.001, 0.25, 1];

describe('mu-law', () => {
  // Computed from the formula in Python with doubles, as torchaudio's mu_law_encoding does.
  it.each([
    [256, [0, 16, 98, 128, 133, 223, 255]],
    [64, [0, 5, 28, 32, 32, 53, 63]],
  ])('has classes of %i', (classes, expected) => {
    expect([...muLawEncode(samples, classes)]).toEqual(expected);
  });

  it('compresses, and expands again', () => {
    const compressed = muLawCompress(samples);
    [-1, -0.8757031, -0.2284774, 0, 0.0409609, 0.752101, 1].forEach((value, i) =>
      expect(compressed[i]).toBeCloseTo(value, 6),
    );
    muLawExpand(compressed).forEach((value, i) => expect(value).toBeCloseTo(samples[i] ?? NaN, 6));
  });

  it('gives each class the sample that is encoded as it', () => {
    for (const classes of [2, 64, 256]) {
      const all = Int32Array.from({ length: classes }, (_, i) => i);
      const decoded = muLawDecode(all, classes);
      expect([...muLawEncode(decoded, classes)]).toEqual([...all]);
      expect([decoded[0], decoded.at(-1)]).toEqual([-1, 1]);
    }
    expect(muLawDecode([64])[0]).toBeCloseTo(-0.05814500388, 7);
  });

  it('has levels that lie evenly', () => {
    expect([...classLevels([0, 1, 2, 3, 4], 5)]).toEqual([-1, -0.5, 0, 0.5, 1]);
  });

  it.each<[() => unknown, string]>([
    [() => muLawEncode([0.5, 1.25]), 'samples[1]: expected a number from -1 to 1, found 1.25'],
    [() => muLawCompress([NaN]), 'samples[0]: expected a number from -1 to 1, found NaN'],
    [() => muLawExpand([-2]), 'compressed[0]: expected a number from -1 to 1, found -2'],
    [() => muLawDecode([3, 64], 64), 'indices[1]: expected a class from 0 to 63, found 64'],
    [() => classLevels([0.5]), 'indices[0]: expected a class from 0 to 255, found 0.5'],
    [() => muLawEncode([0], 1), 'classes: expected a whole number from 2, found 1'],
  ])('refuses %s', (act, message) => {
    expect(act).toThrow(message);
  });
});
