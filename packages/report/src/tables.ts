/** Tables of numbers, as a terminal and a page show them. */
import type {
  ClassifyEvaluation,
  ClassScores,
  Evaluation,
  GenerateEvaluation,
  ImputeEvaluation,
  TargetErrors,
  UncertaintyScores,
} from '@chronograd/forecast';
import { formatNumber, percentOf } from './numbers.ts';

/** A table of texts. */
export interface DataTable {
  /** What the rows are about. */
  readonly title: string;
  /** The first column's is that of the rows' names. */
  readonly head: readonly string[];
  /** The name first. */
  readonly rows: readonly (readonly string[])[];
}

/** Judgement of model and baselines on a part, a table for each target. */
export function errorTables(evaluation: Judged): DataTable[] {
  return targetsOf(evaluation).map((target) => {
    const own = forecastersOf(evaluation, target);
    const columns: Column[] = [...errorColumns, ...scoreColumns(own[0]?.scores)].filter(
      ({ of }) => own[0] && of(own[0]) !== undefined,
    );
    const rows = own.map((each) => [
      each.name,
      ...columns.map(({ of }) => formatNumber(of(each) ?? NaN)),
    ]);
    const head = [target, ...columns.map((column) => column.title)];
    return { title: titleOf(evaluation), head, rows };
  });
}

/** Rows of {@link stepTables}, at most. */
const mostSteps = 14;

/**
 * Mean absolute errors by step of the horizon, and how often the model's widest interval held what
 * came, a table for each target; of a long horizon some steps, of a single step nothing.
 */
export function stepTables(evaluation: Judged): DataTable[] {
  return targetsOf(evaluation).flatMap((target): DataTable[] => {
    const own = forecastersOf(evaluation, target);
    const horizon = own[0]?.errors?.maeByStep.length ?? 0;
    if (horizon < 2) return [];
    const count = Math.min(horizon, mostSteps);
    const steps = Array.from({ length: count }, (_, i) =>
      Math.round((i * (horizon - 1)) / (count - 1)),
    );
    const [interval] = own[0]?.scores?.intervals ?? [];
    const head = [
      `${target}, MAE`,
      ...own.map(({ name }) => name),
      ...(interval ? [`model in ${percentOf(interval.nominal)}%`] : []),
    ];
    const rows = steps.map((step) => [
      `step ${step + 1}`,
      ...own.map(({ errors }) => formatNumber(errors?.maeByStep[step] ?? NaN)),
      ...(interval ? [formatNumber(100 * (interval.coverageByStep[step] ?? NaN))] : []),
    ]);
    return [{ title: titleOf(evaluation), head, rows }];
  });
}

/** What of an evaluation tables tell. */
type Judged = Omit<Evaluation, 'forecasts' | 'truth'>;

function titleOf({ part, windows, dropped }: Judged): string {
  const left = dropped > 0 ? `, ${dropped} left out for missing values` : '';
  return `${part}: ${windows} forecasts${left}`;
}

function targetsOf({ errors }: Judged): string[] {
  return Object.keys(errors['model'] ?? {});
}

function forecastersOf({ errors, uncertainty }: Judged, target: string): Forecaster[] {
  return Object.entries(errors).map(([name, byTarget]) => ({
    name,
    errors: byTarget[target],
    scores: uncertainty?.[name]?.[target],
  }));
}

/** What is known of one forecaster of one target. */
interface Forecaster {
  readonly name: string;
  readonly errors: TargetErrors | undefined;
  readonly scores: UncertaintyScores | undefined;
}

interface Column {
  readonly title: string;
  readonly of: (forecaster: Forecaster) => number | undefined;
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
      of: ({ scores }: Forecaster) => scores && 100 * (scores.intervals[i]?.coverage ?? NaN),
    })),
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Errors of a model and of linear interpolation on hidden entries, a table for each column. */
export function imputationTables({
  part,
  hidden,
  errors,
}: Pick<ImputeEvaluation, 'part' | 'hidden' | 'errors'>): DataTable[] {
  const names = Object.keys(Object.values(errors)[0] ?? {});
  return names.map((name) => ({
    title: `${part}: ${hidden} hidden values`,
    head: [name, 'MAE', 'RMSE', 'MAPE %', 'sMAPE %'],
    rows: Object.entries(errors).map(([by, byColumn]) => {
      const own = byColumn[name];
      const numbers = [own?.mae, own?.rmse, own?.mape, own?.smape];
      return [by, ...numbers.map((value) => formatNumber(value ?? NaN))];
    }),
  }));
}

/** How well next classes are told, by model and baselines. */
export function generationTables(judged: GenerateEvaluation): DataTable[] {
  const { part, windows, short, steps, scores } = judged;
  const left = short > 0 ? `; ${short} sequences left out, shorter than a window` : '';
  return [scoresTable(`${part}: ${steps} steps of ${windows} windows${left}`, 'next', scores)];
}

/** How well categories are told, by model and baseline, and which is taken for which. */
export function classificationTables(judged: ClassifyEvaluation): DataTable[] {
  const { part, sequences, scores, categories, confusion } = judged;
  const title = `${part}: ${sequences} sequences`;
  return [
    scoresTable(title, 'category', scores),
    {
      title,
      head: ['is, told as', ...categories],
      rows: confusion.map((row, k) => [categories[k] ?? '', ...row.map(String)]),
    },
  ];
}

function scoresTable(
  title: string,
  what: string,
  scores: Readonly<Record<string, ClassScores>>,
): DataTable {
  return {
    title,
    head: [what, 'accuracy', 'balanced accuracy', 'log loss'],
    rows: Object.entries(scores).map(([name, own]) => [
      name,
      ...[own.accuracy, own.balancedAccuracy, own.logLoss].map(formatNumber),
    ]),
  };
}
