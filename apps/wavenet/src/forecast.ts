/** A WaveNet forecasts Seattle's daily maximum temperature, with quantiles. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Backend } from '@chronograd/backend';
import {
  evaluate,
  prepare,
  quantileScores,
  train,
  type ForecastValues,
  type QuantileScores,
} from '@chronograd/forecast';

/** Four years of daily weather (NOAA), as the npm package vega-datasets carries them. */
const DATA = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data');
const TARGET = 'maximum';

/** A run of the forecast. */
export interface ForecastRun {
  readonly backend: Backend;
  /** In place of the document's number of epochs. */
  readonly epochs?: number;
  /** In place of the document's seed. */
  readonly seed?: number;
  readonly say: (line: string) => void;
}

/** How good the quantiles of the test part are, in °C. */
export interface ForecastScores {
  readonly WaveNet: QuantileScores;
  /** A year before, and the quantiles of how far that was off in the training part. */
  readonly 'seasonal naive': QuantileScores;
}

/** Trains, judges on days that the model has not seen, and says how it went. */
export async function runForecast({
  backend,
  epochs,
  seed,
  say,
}: ForecastRun): Promise<ForecastScores> {
  const document: unknown = JSON.parse(
    await readFile(join(import.meta.dirname, '../forecast.json'), 'utf8'),
  );
  const prepared = await prepare(document, DATA);
  const { model } = await train(prepared, {
    backend,
    ...(epochs !== undefined && { epochs }),
    ...(seed !== undefined && { seed }),
    callbacks: [
      {
        onEpochEnd: ({ epoch, loss, valLoss = NaN }) => {
          say(`  epoch ${epoch + 1}: loss ${loss.toFixed(4)}, validation ${valLoss.toFixed(4)}`);
        },
      },
    ],
  });
  try {
    const past = await evaluate(prepared, model, 'train');
    const judged = await evaluate(prepared, model, 'test');
    const levels = judged.forecasts['model']?.quantiles?.levels ?? [];
    const naive = withErrors(
      judged.forecasts['seasonalNaive'] as ForecastValues,
      errorQuantiles(past.forecasts['seasonalNaive'] as ForecastValues, past.truth, levels),
      levels,
    );
    const scores: ForecastScores = {
      WaveNet: judged.quantiles?.[TARGET] as QuantileScores,
      'seasonal naive': quantileScores(naive, judged.truth)?.[TARGET] as QuantileScores,
    };
    say(`${judged.windows} forecasts of the test part, ${levels.length} quantiles, °C`);
    sayScores(scores, levels, say);
    return scores;
  } finally {
    await model.dispose();
  }
}

/** Quantiles of how far a forecast was off, truth less forecast, for each step: `[horizon, levels]`. */
export function errorQuantiles(
  { windows, horizon, point }: ForecastValues,
  truth: ArrayLike<number>,
  levels: readonly number[],
): number[][] {
  return Array.from({ length: horizon }, (_, step) => {
    const errors = Float64Array.from({ length: windows }, (_each, window) => {
      const at = window * horizon + step;
      return (truth[at] ?? NaN) - (point[at] ?? NaN);
    }).sort();
    return levels.map((level) => {
      const place = level * (windows - 1);
      const [below, above] = [errors[Math.floor(place)], errors[Math.ceil(place)]];
      return (below ?? NaN) + (place % 1) * ((above ?? NaN) - (below ?? NaN));
    });
  });
}

/** A forecast with quantiles as far from it as its errors are. */
function withErrors(
  forecast: ForecastValues,
  errors: readonly (readonly number[])[],
  levels: readonly number[],
): ForecastValues {
  const values = Float64Array.from({ length: forecast.point.length * levels.length }, (_, i) => {
    const at = Math.floor(i / levels.length);
    const error = errors[at % forecast.horizon]?.[i % levels.length];
    return (forecast.point[at] ?? NaN) + (error ?? NaN);
  });
  return { ...forecast, quantiles: { levels, values } };
}

function sayScores(
  scores: ForecastScores,
  levels: readonly number[],
  say: (line: string) => void,
): void {
  const row = (cells: readonly string[]): void =>
    say(`  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(12))).join('')}`);
  const [interval] = scores.WaveNet.intervals;
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  row([
    'pinball loss',
    ...levels.map((level) => level.toFixed(1)),
    'mean',
    `in ${percent(interval?.nominal ?? NaN)}`,
    'width',
  ]);
  for (const [name, { pinball, intervals }] of Object.entries<QuantileScores>({ ...scores })) {
    const [own] = intervals;
    const mean = pinball.reduce((sum, loss) => sum + loss, 0) / pinball.length;
    row([
      name,
      ...[...pinball, mean].map((loss) => loss.toFixed(3)),
      percent(own?.coverage ?? NaN),
      (own?.width ?? NaN).toFixed(1),
    ]);
  }
}
