/** A WaveNet forecasts Seattle's daily maximum temperature, with quantiles. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Backend } from '@chronograd/backend';
import { evaluate, prepare, train, type UncertaintyScores } from '@chronograd/forecast';

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
  readonly WaveNet: UncertaintyScores;
  /** A year before, and the quantiles of how far that was off in the calibration part. */
  readonly 'seasonal naive': UncertaintyScores;
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
    const judged = await evaluate(prepared, model, 'test');
    const scores: ForecastScores = {
      WaveNet: judged.uncertainty?.['model']?.[TARGET] as UncertaintyScores,
      'seasonal naive': judged.uncertainty?.['seasonalNaive']?.[TARGET] as UncertaintyScores,
    };
    const { levels } = scores.WaveNet;
    say(`${judged.windows} forecasts of the test part, ${levels.length} quantiles, °C`);
    sayScores(scores, levels, say);
    return scores;
  } finally {
    await model.dispose();
  }
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
  for (const [name, { pinball, intervals }] of Object.entries<UncertaintyScores>({ ...scores })) {
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
