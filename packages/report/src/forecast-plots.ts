/** Which of the forecasts of a part are plotted, and how they become lines. */
import { column, timeAt } from '@chronograd/data';
import {
  partWindows,
  symmetricPairs,
  type Evaluation,
  type ForecastValues,
  type Prepared,
} from '@chronograd/forecast';
import type { Chart, Line } from './charts/chart.ts';
import { forecastChart, type Band } from './charts/forecast.ts';
import { percentOf } from './numbers.ts';
import { countOf, drawnTime, type TimeWords } from './words.ts';

/** Forecasts of one target of one series. */
export interface PlottedForecasts {
  readonly prepared: Prepared;
  readonly evaluation: Evaluation;
  /** Place of the series in the panel. */
  readonly place: number;
  /** Place of the target among the targets. */
  readonly k: number;
  readonly words: TimeWords;
}

/** Rows of a part that one chart shows, at most: the last ones. */
const mostRows = 366;

/** A window of the series: its place among all, and the last row that the model saw. */
interface Origin {
  readonly window: number;
  readonly row: number;
}

function originsOf({ prepared, evaluation, place }: PlottedForecasts): Origin[] {
  const set = partWindows(prepared, { part: evaluation.part, view: 'raw' });
  const origins: Origin[] = [];
  let base = 0;
  for (const { member, windows } of set.members) {
    if (member === place)
      for (let i = 0; i < windows.count; i++)
        origins.push({ window: base + i, row: windows.originRow(i) });
    base += windows.count;
  }
  return origins;
}

/** Values of one target of some windows, `[horizon]` each, from `[windows, horizon, targets]`. */
function valuesOf(values: ArrayLike<number>, { prepared, k }: PlottedForecasts, window: number) {
  const { horizon } = prepared.spec.task;
  const { length: targets } = prepared.design.targets;
  return Array.from(
    { length: horizon },
    (_, step) => values[(window * horizon + step) * targets + k] ?? NaN,
  );
}

/** Times from a row on, as they are drawn. */
function timesFrom({ prepared, place }: PlottedForecasts, row: number, count: number): number[] {
  const series = prepared.panel.members[place]?.series;
  return Array.from({ length: count }, (_, i) => (series ? drawnTime(series, row + i) : NaN));
}

/** What was measured, from a row on. */
function measuredFrom(plot: PlottedForecasts, row: number, count: number) {
  const { prepared, place, k } = plot;
  const series = prepared.panel.members[place]?.series;
  const values = series ? column(series, prepared.design.targets[k] ?? '') : [];
  return {
    times: timesFrom(plot, row, count),
    values: Array.from({ length: count }, (_, i) => values[row + i] ?? NaN),
  };
}

/** The intervals of a window, the widest first. */
function bandsAt(plot: PlottedForecasts, forecast: ForecastValues, origin: Origin): Band[] {
  const { quantiles, horizon, targets } = forecast;
  if (quantiles === undefined) return [];
  const { levels, values } = quantiles;
  const at = (level: number): number[] =>
    Array.from({ length: horizon }, (_, step) => {
      const i = (origin.window * horizon + step) * targets.length + plot.k;
      return values[i * levels.length + level] ?? NaN;
    });
  return symmetricPairs(levels).map(([lower, upper]) => ({
    share: (levels[upper] ?? NaN) - (levels[lower] ?? NaN),
    times: timesFrom(plot, origin.row + 1, horizon),
    lower: at(lower),
    upper: at(upper),
  }));
}

/** The intervals of a model's forecasts: `80 %, 95 %`; empty where there are none. */
export function bandsOf({ forecasts }: Evaluation): string {
  const { levels } = forecasts['model']?.quantiles ?? { levels: [] };
  return symmetricPairs(levels)
    .map(([lower, upper]) => `${percentOf((levels[upper] ?? NaN) - (levels[lower] ?? NaN))} %`)
    .join(', ');
}

/**
 * The model's forecasts over a part, the last rows of a long one: each row is forecast once, by
 * windows that follow each other without overlapping. Nothing where the series has no window.
 */
export function pathChart(plot: PlottedForecasts, id: string, title: string): Chart[] {
  const { prepared, evaluation, k, words } = plot;
  const { horizon } = prepared.spec.task;
  const own = evaluation.forecasts['model'];
  const all = originsOf(plot);
  const end = (all.at(-1)?.row ?? NaN) + horizon;
  if (own === undefined || all.length === 0) return [];
  const recent = all.filter(({ row }) => row >= end - mostRows);
  const chosen: Origin[] = [];
  for (const origin of recent.length > 0 ? recent : all.slice(-1))
    if (origin.row >= (chosen.at(-1)?.row ?? -Infinity) + horizon) chosen.push(origin);
  const first = chosen[0]?.row ?? 0;
  const pieces = chosen.map((origin) => ({
    origin,
    times: timesFrom(plot, origin.row + 1, horizon),
    values: valuesOf(own.point, plot, origin.window),
  }));
  const lines = horizon === 1 ? [joined(pieces, plot)] : pieces;
  const bands = chosen.map((origin) => bandsAt(plot, own, origin));
  const target = prepared.design.targets[k] ?? '';
  const isCut = recent.length < all.length;
  const every =
    horizon === 1 ? '' : `one forecast of ${countOf(horizon, words.step)} after the other`;
  const cut = isCut ? `the last ${countOf(end - first, words.step)} of the part` : '';
  const subtitle = [every, cut].filter((text) => text !== '').join('; ');
  return [
    forecastChart({
      id,
      title,
      ...(subtitle !== '' && { subtitle }),
      value: target,
      time: words.axis,
      measured: measuredFrom(plot, first + 1, end - first),
      forecasts: lines.map(({ times, values }) => ({ name: 'model', times, values })),
      bands: horizon === 1 ? joinedBands(bands) : bands.flat(),
    }),
  ];
}

/** Forecasts of one step as one line, which breaks where rows were not forecast. */
function joined(
  pieces: readonly { origin: Origin; times: number[]; values: number[] }[],
  plot: PlottedForecasts,
): { times: number[]; values: number[] } {
  const times: number[] = [];
  const values: number[] = [];
  let last: number | undefined;
  for (const piece of pieces) {
    if (last !== undefined && piece.origin.row > last + 1) {
      times.push(...timesFrom(plot, last + 2, 1));
      values.push(NaN);
    }
    times.push(...piece.times);
    values.push(...piece.values);
    last = piece.origin.row;
  }
  return { times, values };
}

/** Intervals of one step, one band for each share. */
function joinedBands(bands: readonly (readonly Band[])[]): Band[] {
  const [first = []] = bands;
  return first.map(({ share }, i) => {
    const own = bands.flatMap((each) => (each[i] ? [each[i]] : []));
    return {
      share,
      times: own.flatMap(({ times }) => Array.from(times)),
      lower: own.flatMap(({ lower }) => Array.from(lower)),
      upper: own.flatMap(({ upper }) => Array.from(upper)),
    };
  });
}

/**
 * One forecast of the model and of the baselines after what was known: the one whose error is the
 * median of all, neither the best nor the worst.
 */
export function singleChart(plot: PlottedForecasts, id: string, title: string): Chart[] {
  const { prepared, evaluation, k, words } = plot;
  const { horizon, window: length } = prepared.spec.task;
  const { forecasts, truth } = evaluation;
  const own = forecasts['model'];
  const errors = originsOf(plot)
    .map((origin) => {
      const came = valuesOf(truth, plot, origin.window);
      const given = own ? valuesOf(own.point, plot, origin.window) : [];
      const error = came.reduce((sum, value, i) => sum + Math.abs(value - (given[i] ?? NaN)), 0);
      return { origin, error };
    })
    .sort((a, b) => a.error - b.error);
  const origin = errors[Math.floor(errors.length / 2)]?.origin;
  if (own === undefined || origin === undefined) return [];
  const known = Math.min(length, Math.max(2 * horizon, 30), origin.row + 1);
  const [from = 0] = timesFrom(plot, origin.row, 1);
  const series = prepared.panel.members[plot.place]?.series;
  const day = series ? timeAt(series, origin.row) : '';
  return [
    forecastChart({
      id,
      title,
      subtitle: `after ${day}, whose error is the median of ${countOf(errors.length, 'forecast')}`,
      value: prepared.design.targets[k] ?? '',
      time: words.axis,
      measured: measuredFrom(plot, origin.row + 1 - known, known + horizon),
      forecasts: Object.entries(forecasts).map(([name, { point }]) => ({
        name,
        times: timesFrom(plot, origin.row + 1, horizon),
        values: valuesOf(point, plot, origin.window),
      })),
      bands: bandsAt(plot, own, origin),
      origin: from,
    }),
  ];
}

/** Residuals over time of a series: of the first step ahead, and of the last. */
export function residualLines(plot: PlottedForecasts): Line[] {
  const { prepared, evaluation, words } = plot;
  const { horizon } = prepared.spec.task;
  const own = evaluation.forecasts['model'];
  const origins = originsOf(plot);
  if (own === undefined || origins.length === 0) return [];
  const steps = horizon === 1 ? [0] : [0, horizon - 1];
  return steps.map((step) => ({
    name: `${countOf(step + 1, words.step)} ahead`,
    times: origins.map(({ row }) => timesFrom(plot, row + 1 + step, 1)[0] ?? NaN),
    values: origins.map(({ window }) => {
      const came = valuesOf(evaluation.truth, plot, window)[step] ?? NaN;
      return came - (valuesOf(own.point, plot, window)[step] ?? NaN);
    }),
  }));
}

/** What came minus what the model had forecast, of all windows and steps of a target. */
export function residualsOf({ forecasts, truth }: Evaluation, k: number): number[] {
  const own = forecasts['model'];
  if (own === undefined) return [];
  const { length: targets } = own.targets;
  return Array.from(
    { length: own.windows * own.horizon },
    (_, i) => (truth[i * targets + k] ?? NaN) - (own.point[i * targets + k] ?? NaN),
  );
}
