/** The report of an imputation. */
import { column, type RowRange, type Series } from '@chronograd/data';
import type {
  FilledSeries,
  HiddenEntry,
  ImputeEvaluation,
  PreparedImputation,
} from '@chronograd/forecast';
import type { Chart } from './charts/chart.ts';
import { gapsChart } from './charts/gaps.ts';
import { horizonChart } from './charts/horizon.ts';
import { histogramChart } from './charts/residuals.ts';
import {
  commonFacts,
  modelSections,
  section,
  seriesFacts,
  textOf,
  trainingSection,
  type Report,
  type ReportOptions,
  type TrainedExperiment,
} from './report.ts';
import { imputationTables } from './tables.ts';
import {
  chartNames,
  countOf,
  drawnTime,
  shownMembers,
  shownText,
  timeWords,
  type ShownMember,
} from './words.ts';

/** Rows that one chart shows, at most. */
const mostRows = 400;

/** Rows before and behind gaps that are shown, where there are as many. */
const fewestAround = 40;

/** What each hidden entry was filled by. */
const fillers = ['model', 'linearInterpolation'] as const;

/**
 * The report of a trained imputation: errors on hidden values beside linear interpolation, the
 * values that were hidden, the gaps that were filled, and losses.
 *
 * @param trained the experiment
 * @param evaluations how well it fills what was hidden of parts of its data; the first is plotted
 * @param filled what `fillMissing` gives
 * @param options what is shown
 * @throws RangeError without an evaluation; DataError for a series that is not there
 */
export function imputationReport(
  trained: TrainedExperiment<PreparedImputation>,
  evaluations: readonly ImputeEvaluation[],
  filled: readonly FilledSeries[],
  options: ReportOptions = {},
): Report {
  const [main] = evaluations;
  if (main === undefined) throw new RangeError('There is no evaluation to report');
  const { prepared, model, history } = trained;
  const { spec, panel, design } = prepared;
  const words = timeWords(panel.members[0]?.series ?? { step: 1 });
  const shown = shownMembers(panel, options.series);
  const named = chartNames();
  const each = design.columns.flatMap((name) => shown.map((which) => ({ name, ...which })));
  const about = (name: string, { member }: ShownMember): string =>
    member.id === '' ? name : `${name} of ${member.id}`;
  const hidden = each.flatMap(({ name, ...which }): Chart[] =>
    hiddenChart(prepared, main, {
      ...which,
      name,
      id: named('hidden', name, which.member.id),
      title: `Hidden values of ${about(name, which)}, on ${main.part}`,
      time: words.axis,
    }),
  );
  const gaps = each.flatMap(({ name, ...which }): Chart[] =>
    filledChart(filled[which.place]?.series, {
      ...which,
      name,
      id: named('gaps', name, which.member.id),
      title: `Filled gaps of ${about(name, which)}`,
      time: words.axis,
      step: words.step,
    }),
  );
  const errors = design.columns.flatMap((name): Chart[] => {
    const own = main.entries.filter((entry) => entry.column === name);
    if (own.length === 0) return [];
    return [
      horizonChart({
        id: named('errors', name),
        title: `Mean absolute errors of hidden ${name}, on ${main.part}`,
        value: `mean absolute error of ${name}`,
        step: words.ahead,
        errors: fillers.map((by) => ({ name: by, mae: [main.errors[by]?.[name]?.mae ?? NaN] })),
      }),
      histogramChart({
        id: named('histogram', name),
        title: `Errors of all ${countOf(own.length, 'hidden value')} of ${name}`,
        value: `${name}: what was there − what was filled`,
        samples: fillers.map((by) => ({
          name: by,
          values: own.map((entry) => entry.truth - entry[by]),
        })),
      }),
    ];
  });
  const count = filled.reduce((sum, own) => sum + own.filled, 0);
  const note = shownText(panel, shown);
  return {
    title: spec.name,
    subtitle: `Fills ${design.columns.join(', ')} within ${countOf(spec.task.window, words.step)}`,
    facts: [
      ...commonFacts(spec, seriesFacts(panel.members), trained),
      ['missing values', `${count}, all filled; what is there stays as it is`],
    ],
    sections: [
      section('Errors', {
        tables: evaluations.flatMap((own) => imputationTables(own)),
        charts: errors,
        ...textOf(options.notes ?? []),
      }),
      section('Hidden values', {
        charts: hidden,
        ...textOf([note]),
      }),
      section('Filled gaps', {
        charts: gaps,
        ...(gaps.length === 0 && { text: 'No value is missing in the series that are shown.' }),
      }),
      trainingSection(history),
      ...modelSections(model, spec),
    ],
  };
}

/** A column of a series that has plots of its own. */
interface ShownColumn extends ShownMember {
  readonly name: string;
  readonly id: string;
  readonly title: string;
  readonly time: string;
}

/** Values hidden in the first draw in which the series has some, and their fills. */
function hiddenChart(
  { panel }: PreparedImputation,
  { part, entries }: ImputeEvaluation,
  { name, place, member, id, title, time }: ShownColumn,
): Chart[] {
  const ofColumn = entries.filter((entry) => entry.member === place && entry.column === name);
  const own = ofColumn.filter(({ draw }) => draw === ofColumn[0]?.draw);
  const rows = member.parts[part];
  if (own.length === 0 || rows === undefined) return [];
  const from = Math.max(rows.from, rows.to - mostRows);
  const there = own.filter(({ row }) => row >= from);
  const { series } = panel.members[place] ?? member;
  const out = new Set(there.map(({ row }) => row));
  const measured = valuesFrom(series, name, { from, to: rows.to });
  const points = (by: 'truth' | (typeof fillers)[number]) => ({
    times: there.map(({ row }) => drawnTime(series, row)),
    values: there.map((entry: HiddenEntry) => entry[by]),
  });
  const draws = new Set(ofColumn.map(({ draw }) => draw)).size;
  return [
    gapsChart({
      id,
      title,
      subtitle: `${countOf(there.length, 'value')} of the first of ${countOf(draws, 'draw')}${from > rows.from ? `, the last ${mostRows} rows of the part` : ''}`,
      value: name,
      time,
      measured: {
        ...measured,
        values: measured.values.map((value, i) => (out.has(from + i) ? NaN : value)),
      },
      hidden: { name: 'hidden', ...points('truth') },
      fills: fillers.map((by) => ({ name: by, ...points(by) })),
    }),
  ];
}

/** The gaps of a series, filled: the rows with most of them where it is long. */
function filledChart(
  filled: Series | undefined,
  { name, member, id, title, time, step }: ShownColumn & { readonly step: string },
): Chart[] {
  if (filled === undefined) return [];
  const { series } = member;
  const before = column(series, name);
  const gaps = Array.from(before, (value, row) => (Number.isNaN(value) ? row : -1)).filter(
    (row) => row >= 0,
  );
  if (gaps.length === 0) return [];
  const { from, to } = busiest(gaps, series.length);
  const shown = gaps.filter((row) => row >= from && row < to);
  const after = column(filled, name);
  const cut =
    to - from < series.length ? `, among ${countOf(to - from, step)} of ${series.length}` : '';
  return [
    gapsChart({
      id,
      title,
      subtitle: `${shown.length} of ${countOf(gaps.length, 'missing value')}${cut}`,
      value: name,
      time,
      measured: valuesFrom(series, name, { from, to }),
      fills: [
        {
          name: 'filled by the model',
          times: shown.map((row) => drawnTime(series, row)),
          values: shown.map((row) => after[row] ?? NaN),
        },
      ],
    }),
  ];
}

/** The rows around the gaps; of a long series, at most {@link mostRows} where most of them are. */
function busiest(gaps: readonly number[], length: number): RowRange {
  let [first, most] = [0, 0];
  let end = 0;
  gaps.forEach((row, i) => {
    while (end < gaps.length && (gaps[end] ?? NaN) < row + mostRows) end++;
    if (end - i > most) [first, most] = [i, end - i];
  });
  const [start = 0, last = 0] = [gaps[first], gaps[first + most - 1]];
  const span = last - start + 1;
  const around = Math.min(Math.max(fewestAround, span), Math.floor((mostRows - span) / 2));
  return { from: Math.max(0, start - around), to: Math.min(length, last + 1 + around) };
}

function valuesFrom(series: Series, name: string, { from, to }: RowRange) {
  const values = column(series, name).subarray(from, to);
  return {
    times: Array.from({ length: to - from }, (_, i) => drawnTime(series, from + i)),
    values: Array.from(values),
  };
}
