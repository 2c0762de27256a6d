/** The two oracles, which do not know each other, agree in double precision. */
import { describe, expect, it } from 'vitest';
import { observe } from '../kinds/script.ts';
import { goldens } from './index.ts';

/** What double precision leaves of agreement between two orders of the same operations. */
const BOUND = 1e-12;

/** `‖found - expected‖ / ‖expected‖`, without a thought of float32. */
function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const norm = (values: readonly number[]): number => Math.hypot(...values);
  const wanted = Array.from(expected);
  return norm(wanted.map((value, i) => (found[i] ?? NaN) - value)) / (norm(wanted) || 1);
}

describe('goldens', () => {
  it('are all there', () => {
    const counts: Record<string, number> = {};
    for (const { row } of goldens) counts[row.group] = (counts[row.group] ?? 0) + 1;
    expect(counts).toEqual({ composites: 33, layers: 172, training: 151, models: 12 });
  });

  it.each(goldens.map((golden) => [`${golden.row.subject}: ${golden.name}`, golden] as const))(
    '%s',
    (_name, golden) => {
      const { script, expected, labels = {} } = golden.build();
      const found = observe(script);
      for (const { call, outputs, state } of expected) {
        const observed = { ...found[call]?.outputs, ...found[call]?.state };
        for (const [name, wanted] of Object.entries({ ...outputs, ...state })) {
          const tensor = observed[name];
          const label = `call ${call}, ${labels[name] ?? name}`;
          expect(tensor?.shape, label).toEqual(wanted.shape);
          expect(relativeError(tensor?.data ?? [], wanted.data), label).toBeLessThan(
            golden.bound64 ?? BOUND,
          );
        }
      }
    },
  );
});
