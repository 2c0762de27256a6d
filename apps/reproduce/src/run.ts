/** Runs the rows of a reproduction. */
import type { Backend } from '@chronograd/backend';
import { isReached, spread, type Reproduction, type RowResult } from './reproduction.ts';

/** Options of {@link runReproduction}. */
export interface RunOptions {
  readonly backend: Backend;
  readonly seeds: readonly number[];
  /** Rows whose name holds this text; all without it. */
  readonly filter?: string;
  /** Names of rows to leave out. */
  readonly without?: readonly string[];
  /** Whether only the rows that every backend is tried on are run. */
  readonly everywhereOnly?: boolean;
  readonly say: (line: string) => void;
  /** Told of each row when it is measured. */
  readonly onRow?: (result: RowResult) => Promise<void>;
}

/** Measures every row with every seed; a row that needs no training is measured once. */
export async function runReproduction(
  reproduction: Reproduction,
  { backend, seeds, filter = '', without = [], everywhereOnly = false, say, onRow }: RunOptions,
): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const row of reproduction.rows) {
    if (!row.name.includes(filter) || without.includes(row.name)) continue;
    if (everywhereOnly && row.everywhere !== true) continue;
    const start = performance.now();
    const values: number[] = [];
    for (const seed of row.rule === 'exact' ? seeds.slice(0, 1) : seeds)
      values.push(await row.measure({ backend, seed, say }));
    const seconds = (performance.now() - start) / 1000;
    const result = { row, backend: backend.id, values, seconds };
    const { mean, deviation } = spread(values);
    say(
      `${isReached(result) ? 'reached' : 'MISSED '}  ${row.name}: ${significant(mean)} ± ` +
        `${significant(deviation)}, published ${row.published} (${seconds.toFixed(0)} s)`,
    );
    results.push(result);
    await onRow?.(result);
  }
  return results;
}

/** Four significant digits; whole numbers from 10,000 on. */
export function significant(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) >= 10_000 ? value.toFixed(0) : value.toPrecision(4);
}
