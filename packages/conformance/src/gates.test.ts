/**
 * The data discriminates: a backend that takes the gates in any wrong order fails every case of the
 * cell. (ONNX's node tests and WebNN's pass with gates in any order.)
 */
import { describe, expect, it } from 'vitest';
import { compositesCases } from './cases/composites/index.ts';
import { cellsAs } from './mutants/cells.ts';
import { changedBackend } from './mutants/mutant.ts';
import { gatesAs } from './mutants/recurrent.ts';
import { runSuite } from './runner.ts';

/** All orders of `0 … count - 1`, the right one first. */
function ordersOf(count: number): number[][] {
  const extend = (order: readonly number[], rest: readonly number[]): number[][] =>
    rest.length === 0
      ? [[...order]]
      : rest.flatMap((next) =>
          extend(
            [...order, next],
            rest.filter((other) => other !== next),
          ),
        );
  return extend([], [...Array(count).keys()]);
}

/** The reference backend with the gates of a cell in another order, forward and backward. */
function permutedBackend(cell: 'lstm' | 'gru', order: readonly number[]) {
  return changedBackend(
    cellsAs([cell], ({ b, operands, run }) => run(gatesAs(b, operands, order))),
  );
}

/** The cases of the composite, but for those of its decomposition, where no kernel runs. */
function casesOf(cell: 'lstm' | 'gru') {
  return compositesCases.filter(
    ({ name, row, quick }) => row.subject === cell && quick && !name.includes(', decomposed'),
  );
}

describe.each([
  ['lstm', 4, 23],
  ['gru', 3, 5],
] as const)('%s', (cell, gates, wrong) => {
  const [right = [], ...others] = ordersOf(gates);
  const cases = casesOf(cell);

  it('has many cases, which pass with its gates in order', async () => {
    const report = await runSuite({ backend: permutedBackend(cell, right) }, cases);
    expect(report).toMatchObject({ failed: 0, passed: cases.length });
    expect(cases.length).toBeGreaterThan(40);
    expect(others).toHaveLength(wrong);
  });

  it.each(others.map((order) => [order.join(''), order] as const))(
    'fails every case with its gates in the order %s',
    async (_label, order) => {
      const report = await runSuite({ backend: permutedBackend(cell, order) }, cases);
      const passed = report.cases.filter(({ status }) => status !== 'failed');
      expect(passed.map(({ name }) => name)).toEqual([]);
    },
  );
});
