/** Tables and numbers as a terminal shows them. */
import type { Evaluation, ImputeEvaluation } from '@chronograd/forecast';
import Table from 'cli-table3';

/** Five significant digits; whole numbers from 100,000 on. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 1e5 ? value.toFixed(0) : String(Number(value.toPrecision(5)));
}

/** A table without colours, its first column to the left. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({
    head: [...head],
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
  });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

/** Errors of model and baselines on a part, a table for each target. */
export function evaluationTable({ part, windows, dropped, errors }: Evaluation): string {
  const [first] = Object.values(errors);
  const targets = Object.keys(first ?? {});
  const hasMase = targets.some((target) => first?.[target]?.mase !== undefined);
  const left = dropped > 0 ? `, ${dropped} left out for missing values` : '';
  const tables = targets.map((target) => {
    const head = [target, 'MAE', 'RMSE', 'MAPE %', 'sMAPE %', ...(hasMase ? ['MASE'] : [])];
    const rows = Object.entries(errors).map(([name, byTarget]) => {
      const own = byTarget[target];
      const numbers = [own?.mae, own?.rmse, own?.mape, own?.smape, ...(hasMase ? [own?.mase] : [])];
      return [name, ...numbers.map((value) => formatNumber(value ?? NaN))];
    });
    return table(head, rows);
  });
  return [`${part}: ${windows} forecasts${left}`, ...tables].join('\n');
}

/** Errors of a model and of linear interpolation on hidden entries, a table for each column. */
export function imputationTable({ part, hidden, errors }: ImputeEvaluation): string {
  const names = Object.keys(Object.values(errors)[0] ?? {});
  const tables = names.map((name) => {
    const rows = Object.entries(errors).map(([by, byColumn]) => [
      by,
      formatNumber(byColumn[name]?.mae ?? NaN),
      formatNumber(byColumn[name]?.rmse ?? NaN),
    ]);
    return table([name, 'MAE', 'RMSE'], rows);
  });
  return [`${part}: ${hidden} hidden values`, ...tables].join('\n');
}
