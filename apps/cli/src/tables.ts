/** Tables and numbers as a terminal shows them. */
import type {
  Evaluation,
  ImputeEvaluation,
  TargetErrors,
  UncertaintyScores,
} from '@chronograd/forecast';
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

/** Judgement of model and baselines on a part, tables for each target. */
export function evaluationTable({
  part,
  windows,
  dropped,
  errors,
  uncertainty,
}: Omit<Evaluation, 'forecasts' | 'truth'>): string {
  const targets = Object.keys(errors['model'] ?? {});
  const left = dropped > 0 ? `, ${dropped} left out for missing values` : '';
  const tables = targets.flatMap((target) => {
    const own = Object.entries(errors).map(([name, byTarget]) => ({
      name,
      errors: byTarget[target],
      scores: uncertainty?.[name]?.[target],
    }));
    const columns: Column[] = [...errorColumns, ...scoreColumns(own[0]?.scores)].filter(
      ({ of }) => own[0] && of(own[0]) !== undefined,
    );
    const rows = own.map((each) => [
      each.name,
      ...columns.map(({ of }) => formatNumber(of(each) ?? NaN)),
    ]);
    return [table([target, ...columns.map(({ title }) => title)], rows), ...stepTable(target, own)];
  });
  return [`${part}: ${windows} forecasts${left}`, ...tables].join('\n');
}

/** What is known of one forecaster of one target. */
interface Judged {
  readonly name: string;
  readonly errors: TargetErrors | undefined;
  readonly scores: UncertaintyScores | undefined;
}

interface Column {
  readonly title: string;
  readonly of: (judged: Judged) => number | undefined;
}

const errorColumns: readonly Column[] = [
  { title: 'MAE', of: ({ errors }) => errors?.mae },
  { title: 'RMSE', of: ({ errors }) => errors?.rmse },
  { title: 'MAPE %', of: ({ errors }) => errors?.mape },
  { title: 'sMAPE %', of: ({ errors }) => errors?.smape },
  { title: 'MASE', of: ({ errors }) => errors?.mase },
];

/** Pinball loss, CRPS, NLL and, of each interval, the share of values that it held. */
function scoreColumns(model: UncertaintyScores | undefined): Column[] {
  if (model === undefined) return [];
  return [
    { title: 'pinball', of: ({ scores }) => scores && mean(scores.pinball) },
    { title: 'CRPS', of: ({ scores }) => scores?.crps },
    { title: 'NLL', of: ({ scores }) => scores?.nll },
    ...model.intervals.map(({ nominal }, i) => ({
      title: `in ${percentOf(nominal)}%`,
      of: ({ scores }: Judged) => scores && 100 * (scores.intervals[i]?.coverage ?? NaN),
    })),
  ];
}

/** Share as a percentage, without what rounding adds to it. */
export function percentOf(share: number): number {
  return Number((100 * share).toPrecision(6));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Rows of {@link stepTable}, at most. */
const mostSteps = 14;

/** Mean absolute errors by step, and coverage of the model's widest interval; none of a single step. */
function stepTable(target: string, judged: readonly Judged[]): string[] {
  const horizon = judged[0]?.errors?.maeByStep.length ?? 0;
  if (horizon < 2) return [];
  const count = Math.min(horizon, mostSteps);
  const steps = Array.from({ length: count }, (_, i) =>
    Math.round((i * (horizon - 1)) / (count - 1)),
  );
  const [interval] = judged[0]?.scores?.intervals ?? [];
  const head = [
    `${target}, MAE`,
    ...judged.map(({ name }) => name),
    ...(interval ? [`model in ${percentOf(interval.nominal)}%`] : []),
  ];
  const rows = steps.map((step) => [
    `step ${step + 1}`,
    ...judged.map(({ errors }) => formatNumber(errors?.maeByStep[step] ?? NaN)),
    ...(interval ? [formatNumber(100 * (interval.coverageByStep[step] ?? NaN))] : []),
  ]);
  return [table(head, rows)];
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
