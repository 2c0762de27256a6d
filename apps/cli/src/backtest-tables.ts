/** A backtest as a terminal shows it. */
import type { Backtest, BacktestFold, FoldErrors, Spread } from '@chronograd/forecast';
import { formatNumber, percentOf } from '@chronograd/report';
import { table } from './tables.ts';

/** How model and baselines did over all folds, and in each, tables for each target. */
export function backtestTables({
  part,
  folds,
  planned,
  skipped,
  stride,
  refit,
  training,
  summary,
}: Backtest): string {
  const how = refit ? `fitted anew for each (${training})` : 'fitted once';
  const left = skipped.length > 0 ? `, ${skipped.length} left out for missing values` : '';
  const head = `${part}: ${folds.length} of ${planned} folds, ${stride} rows apart, ${how}${left}`;
  const targets = Object.keys(summary['model'] ?? {});
  const tables = targets.flatMap((target) => [
    summaryTable(target, summary),
    foldTable(target, folds),
  ]);
  return [head, ...tables].join('\n');
}

interface Column {
  readonly title: string;
  readonly of: (errors: FoldErrors) => string | undefined;
}

const columns: readonly Column[] = [
  { title: 'MAE', of: ({ mae }) => withDeviation(mae) },
  { title: 'least', of: ({ mae }) => formatNumber(mae.min) },
  { title: 'most', of: ({ mae }) => formatNumber(mae.max) },
  { title: 'RMSE', of: ({ rmse }) => withDeviation(rmse) },
  { title: 'sMAPE %', of: ({ smape }) => formatNumber(smape.mean) },
  { title: 'MASE', of: ({ mase }) => mase && formatNumber(mase.mean) },
  { title: 'CRPS', of: ({ crps }) => crps && withDeviation(crps) },
  { title: 'NLL', of: ({ nll }) => nll && withDeviation(nll) },
  { title: 'in interval', of: ({ coverage }) => coverage && `${percentOf(coverage.mean)} %` },
];

function withDeviation({ mean, deviation }: Spread): string {
  return Number.isNaN(deviation)
    ? formatNumber(mean)
    : `${formatNumber(mean)} ± ${formatNumber(Number(deviation.toPrecision(2)))}`;
}

function summaryTable(target: string, summary: Backtest['summary']): string {
  const errorsOf = (name: string): FoldErrors => summary[name]?.[target] as FoldErrors;
  const shown = columns.filter(({ of }) => of(errorsOf('model')) !== undefined);
  const rows = Object.keys(summary).map((name) => [
    name,
    ...shown.map(({ of }) => of(errorsOf(name)) ?? '–'),
    name === 'model' ? '' : String(errorsOf(name).modelBetterIn),
  ]);
  return table([target, ...shown.map(({ title }) => title), 'model better in'], rows);
}

function foldTable(target: string, folds: readonly BacktestFold[]): string {
  const names = Object.keys(folds[0]?.evaluation.errors ?? {});
  const rows = folds.map(({ origin, trained, evaluation }) => [
    origin,
    String(trained.rows),
    String(evaluation.windows),
    ...names.map((name) => formatNumber(evaluation.errors[name]?.[target]?.mae ?? NaN)),
  ]);
  return table([`${target}, MAE from`, 'rows learnt', 'forecasts', ...names], rows);
}

/** A fold in one line: `fold 2/5  from 2019-03-01  12 forecasts  40 epochs  MAE rail 31402`. */
export function foldLine(
  { origin, evaluation, epochs }: BacktestFold,
  place: { readonly fold: number; readonly folds: number },
): string {
  const errors = Object.entries(evaluation.errors['model'] ?? {});
  return [
    `fold ${place.fold + 1}/${place.folds}`,
    `from ${origin}`,
    `${evaluation.windows} forecasts`,
    ...(epochs === undefined ? [] : [`${epochs} epochs`]),
    ...errors.map(([target, { mae }]) => `MAE ${target} ${formatNumber(mae)}`),
  ].join('  ');
}
