/** The report of a forecasting experiment. */
import type { Evaluation, Prepared } from '@chronograd/forecast';
import type { Chart } from './charts/chart.ts';
import { horizonChart } from './charts/horizon.ts';
import { histogramChart, residualsChart } from './charts/residuals.ts';
import { bandsOf, pathChart, residualLines, residualsOf, singleChart } from './forecast-plots.ts';
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
import { errorTables, stepTables } from './tables.ts';
import { chartNames, countOf, shownMembers, shownText, timeWords } from './words.ts';

/**
 * The report of a trained forecast: errors beside the baselines, losses, forecasts with intervals,
 * residuals and errors by horizon.
 *
 * @param trained the experiment
 * @param evaluations how good it is on parts of its data; the first one's forecasts are plotted
 * @param options what is shown
 * @throws RangeError without an evaluation; DataError for a series that is not there
 */
export function forecastReport(
  trained: TrainedExperiment<Prepared>,
  evaluations: readonly Evaluation[],
  options: ReportOptions = {},
): Report {
  const [main] = evaluations;
  if (main === undefined) throw new RangeError('There is no evaluation to report');
  const { prepared, model, history } = trained;
  const { spec, panel, design } = prepared;
  const { task } = spec;
  const words = timeWords(panel.members[0]?.series ?? { step: 1 });
  const shown = shownMembers(panel, options.series);
  const note = shownText(panel, shown);
  const named = chartNames();
  const on = `on ${main.part}`;
  const each = shown.flatMap((which) => design.targets.map((_, k) => ({ ...which, k })));
  const forecasts = each.flatMap(({ place, member, k }): Chart[] => {
    const target = design.targets[k] ?? '';
    const plot = { prepared, evaluation: main, place, k, words };
    const about = member.id === '' ? target : `${target} of ${member.id}`;
    const path = pathChart(
      plot,
      named('forecast', target, member.id),
      `Forecasts of ${about}, ${on}`,
    );
    if (task.horizon === 1) return path;
    return [
      ...path,
      ...singleChart(plot, named('single', target, member.id), `One forecast of ${about}`),
    ];
  });
  const residuals = design.targets.flatMap((target, k): Chart[] => [
    ...shown.flatMap(({ place, member }) => {
      const lines = residualLines({ prepared, evaluation: main, place, k, words });
      if (lines.length === 0) return [];
      const about = member.id === '' ? target : `${target} of ${member.id}`;
      return residualsChart({
        id: named('residuals', target, member.id),
        title: `Residuals of ${about}, ${on}`,
        value: `${target}: measured − forecast`,
        time: words.axis,
        residuals: lines,
      });
    }),
    histogramChart({
      id: named('histogram', target),
      title: `Residuals of ${target} of all ${countOf(main.windows, 'forecast')}`,
      value: `${target}: measured − forecast`,
      samples: [{ name: 'model', values: residualsOf(main, k) }],
    }),
  ]);
  const horizons = design.targets.map((target) =>
    horizonChart({
      id: named('horizon', target),
      title:
        task.horizon === 1
          ? `Mean absolute errors of ${target}, ${on}`
          : `Mean absolute errors of ${target} by horizon, ${on}`,
      value: `mean absolute error of ${target}`,
      step: words.ahead,
      errors: Object.entries(main.errors).map(([name, byTarget]) => ({
        name,
        mae: byTarget[target]?.maeByStep ?? [],
      })),
    }),
  );
  const bands = bandsOf(main);
  return {
    title: spec.name,
    subtitle: `Forecasts of ${design.targets.join(', ')}, ${countOf(task.horizon, words.step)} ahead from ${countOf(task.window, words.step)}, ${strategies[task.strategy]}`,
    facts: commonFacts(spec, seriesFacts(panel.members), trained),
    sections: [
      section('Errors', {
        tables: evaluations.flatMap((own) => errorTables(own)),
        ...textOf(options.notes ?? []),
      }),
      section('Forecasts', {
        charts: forecasts,
        ...textOf([
          note,
          bands === '' ? undefined : `The bands hold ${bands} of what comes, by the model.`,
        ]),
      }),
      section(task.horizon === 1 ? 'Errors beside the baselines' : 'Errors by horizon', {
        charts: horizons,
        tables: stepTables(main),
      }),
      section('Residuals', { charts: residuals }),
      trainingSection(history),
      ...modelSections(model, spec),
    ],
  };
}

const strategies: Readonly<Record<Prepared['spec']['task']['strategy'], string>> = {
  direct: 'all steps at once',
  iterated: 'one step after the other',
  sequenceToSequence: 'sequence to sequence',
};
