import { describe, expect, it } from 'vitest';
import { compareLosses } from './losses.ts';

describe('compareLosses', () => {
  it('finds the one that does other work', () => {
    const checks = compareLosses({
      torch: [0.5, 0.4, 0.3],
      keras: [0.500001, 0.40002, 0.3001],
      jax: [0.5, 0.4, 0.3],
      swappedGates: [0.52, 0.43, 0.31],
    });
    expect(checks).toMatchObject({
      torch: { agrees: true },
      keras: { agrees: true },
      jax: { agrees: true },
      swappedGates: { first: expect.closeTo(0.04, 6), agrees: false },
    });
    expect(checks['swappedGates']?.largest).toBeCloseTo(0.075, 6);
  });

  it('holds the forward pass to a narrower bound than the later steps', () => {
    const checks = compareLosses({
      a: [0.5, 0.4],
      b: [0.5, 0.4],
      forward: [0.50004, 0.4],
      update: [0.5, 0.4002],
    });
    expect(checks['forward']?.agrees).toBe(false);
    expect(checks['update']?.agrees).toBe(true);
  });

  it('marks both of two that differ only if they do, and one that diverged', () => {
    expect(compareLosses({ a: [1], b: [1] })).toMatchObject({
      a: { agrees: true },
      b: { agrees: true },
    });
    expect(compareLosses({ a: [1], b: [2] })['b']?.agrees).toBe(false);
    const checks = compareLosses({ a: [1, 0.9], b: [1, Number.NaN], c: [1, 0.9] });
    expect(checks['b']).toMatchObject({ largest: Infinity, agrees: false });
    expect(checks['a']?.agrees).toBe(true);
  });
});
