/** Runs the rows of a reproduction. */
import type { Backend } from '@chronograd/backend';
import {
  isOnce,
  isReached,
  rowsOf,
  spread,
  type Reproduction,
  type RowResult,
} from './reproduction.ts';

/** Options of {@link runReproduction}. */
export interface RunOptions {
  readonly backend: Backend;
  readonly seeds: readonly number[];
  /** A folder in which trained experiments are kept, and taken up where they are there. */
  readonly runs: string;
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
  options: RunOptions,
): Promise<RowResult[]> {
  const { backend, seeds, runs, say, onRow } = options;
  const { filter = '', without = [], everywhereOnly = false } = options;
  const results: RowResult[] = [];
  for (const row of rowsOf(reproduction)) {
    if (!row.name.includes(filter) || without.includes(row.name)) continue;
    if (everywhereOnly && row.everywhere !== true) continue;
    const start = performance.now();
    const values: number[] = [];
    for (const seed of isOnce(row) ? seeds.slice(0, 1) : seeds)
      values.push(await row.measure({ backend, seed, seeds, runs, say }));
    const seconds = (performance.now() - start) / 1000;
    const result = { row, backend: backend.id, values, seconds };
    const { mean, deviation } = spread(values);
    say(
      `${verdict(result)}  ${row.name}: ${significant(mean)} ± ${significant(deviation)}` +
        `${row.published === undefined ? '' : `, published ${row.published}`} (${seconds.toFixed(0)} s)`,
    );
    results.push(result);
    await onRow?.(result);
  }
  return results;
}

function verdict(result: RowResult): string {
  if (!isReached(result)) return 'MISSED ';
  return result.row.rule === 'measured' ? '       ' : 'reached';
}

/** Four significant digits; whole numbers from 10,000 on. */
export function significant(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) >= 10_000 ? value.toFixed(0) : value.toPrecision(4);
}
