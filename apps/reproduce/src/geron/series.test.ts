import { describe, expect, it } from 'vitest';
import { generateSeries, numpyRandom } from './series.ts';
import { synthetic } from './synthetic.ts';
import { isReached } from '../reproduction.ts';
import { referenceBackend } from '@chronograd/backend-reference';

describe('numpyRandom', () => {
  it('is numpy.random.seed(42); numpy.random.rand(3)', () => {
    const random = numpyRandom(42);
    expect([random(), random(), random()]).toEqual([
      0.3745401188473625, 0.9507143064099162, 0.7319939418114051,
    ]);
  });
});

describe('generateSeries', () => {
  it("is the book's generate_time_series(10000, 60)", () => {
    const series = generateSeries(10_000, 60);
    // Printed by NumPy in float32.
    expect([...series.subarray(0, 3)]).toEqual(
      [0.4596948, 0.33874455, 0.18980233].map(Math.fround),
    );
    expect(series.at(-1)).toBe(Math.fround(0.08325014));
  });
});

describe('the synthetic reproduction', () => {
  it("has the book's errors of the naive forecasts", async () => {
    const backend = referenceBackend();
    const exact = synthetic.rows.filter(({ rule }) => rule === 'exact');
    for (const row of exact) {
      const values = [
        await row.measure({ backend, seed: 0, seeds: [0], runs: '', say: () => undefined }),
      ];
      expect(isReached({ row, backend: 'none', values, seconds: 0 }), `${values[0]}`).toBe(true);
    }
    expect(exact.map(({ published }) => published)).toEqual([0.020211, 0.256974]);
    await backend.dispose();
  });
});
