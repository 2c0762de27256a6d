import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backend } from '@chronograd/backend';
import { describeRange, errorsByHorizon, type Windows } from '@chronograd/data';
import { parseModel, resolveModel } from '@chronograd/spec';
import { compile, type Model } from 'chronograd';
import { baselineForecasts, type NamedForecast } from './baselines.ts';
import {
  datesFrom,
  forecastWindows,
  prepareData,
  temperatureWindows,
  toTemperatures,
  type ForecastData,
  type WindowSizes,
} from './forecast-data.ts';
import { writeWhole } from './output.ts';
import { plotSvg, type ForecastPlot } from './plot.ts';
import { trainingDisplay, type Terminal } from './progress.ts';
import { scoreTable, verdict, type Score } from './scores.ts';
import { PATIENCE, trainForecaster } from './train.ts';
import { readWeather, type Weather } from './weather.ts';

/** A run of the example. */
export interface Run {
  readonly backend: Backend;
  readonly epochs: number;
  readonly seed: number;
  /** Folder for the plot, the scores and the model. */
  readonly output: string;
  readonly terminal: Terminal;
  /** Stops the run; nothing is written then. */
  readonly signal?: AbortSignal;
  /** Default: the document beside this app. */
  readonly model?: Readonly<Record<string, unknown>>;
  /** Default: the package's four years. */
  readonly weather?: Weather;
}

/** A run that was stopped before it had anything to write. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const APP = join(import.meta.dirname, '..');
const OWN = 'GRU';

/**
 * Trains, compares with the baselines on the test part, plots and saves.
 *
 * @returns the scores on the test part, the model's first
 * @throws {@link Interrupted} where the signal stopped it
 */
export async function runExample(run: Run): Promise<readonly Score[]> {
  const say = (text: string): unknown => run.terminal.write(`${text}\n`);
  const document = run.model ?? (await readJson('model.json'));
  const data = prepareData(run.weather ?? (await readWeather()), sizesOf(document));
  const model = await compile(document, {
    backend: run.backend,
    training: await readJson('training.json'),
    seed: run.seed,
  });
  try {
    say(`${model.summary()}\n`);
    describeData(data, say);
    const { engine, device, deviceReason } = model.report();
    say(`engine      ${engine} on ${device} (${deviceReason})\n`);

    const history = await trainForecaster(model, data, {
      epochs: run.epochs,
      seed: run.seed,
      display: trainingDisplay(run.terminal, run.epochs),
      ...(run.signal && { signal: run.signal }),
    });
    if (history.stoppedBy === 'abort' || run.signal?.aborted)
      throw new Interrupted('stopped: nothing was written');
    say(
      history.stoppedBy === 'earlyStopping'
        ? `no better for ${PATIENCE} epochs: back to the weights of the best\n`
        : 'the weights of the best epoch are kept\n',
    );

    const test = temperatureWindows(data, data.split.test);
    const own = await forecast(model, data);
    const forecasts = [{ name: OWN, forecast: own }, ...baselineForecasts(data, test)];
    const truth = test.batch().targets;
    const scores = forecasts.map(({ name, forecast: values }) => ({
      name,
      errors: errorsByHorizon(values, truth),
    }));
    say(`mean absolute error in °C on ${test.count} forecasts of the test part`);
    say(`${scoreTable(scores, run.terminal.isTTY === true)}\n${verdict(scores)}\n`);

    const svg = await plotSvg(plotOf(data, test, forecasts, scores));
    if (run.signal?.aborted) throw new Interrupted('stopped: nothing was written');
    await write(run.output, { model, data, svg, scores });
    say(`plot        ${join(run.output, 'forecast.svg')}`);
    say(`model       ${join(run.output, 'model')}`);
    return scores;
  } finally {
    await model.dispose();
  }
}

async function readJson(name: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(join(APP, name), 'utf8')) as Record<string, unknown>;
}

/** Length and horizon that a model document asks for. */
function sizesOf(document: Readonly<Record<string, unknown>>): WindowSizes {
  const { inputs, outputs } = resolveModel(parseModel(document));
  const [length] = inputs[0]?.shape ?? [];
  const horizon = outputs[0]?.shape.at(-1);
  if (typeof length !== 'number' || typeof horizon !== 'number')
    throw new Error('model.json: expected an input of a fixed length, and an output for each day');
  return { length, horizon };
}

function describeData(data: ForecastData, say: (text: string) => unknown): void {
  const { weather, split, train } = data;
  const later = (rows: ForecastData['split']['test']): string =>
    `${describeRange(weather, rows)}, ${forecastWindows(data, rows).count} forecasts`;
  say(`training    ${describeRange(weather, split.train)}, ${train.count} windows`);
  say(`validation  ${later(split.validation)}`);
  say(`test        ${later(split.test)}`);
}

/** The model's forecasts of the test part, °C. */
async function forecast(model: Model, data: ForecastData) {
  const cuts = forecastWindows(data, data.split.test);
  return toTemperatures(data, cuts, await model.predict(cuts.batch().inputs));
}

/** The window whose error is the median of the model's: neither its best nor its worst. */
function medianWindow(own: ArrayLike<number>, truth: ArrayLike<number>, horizon: number): number {
  const errors = Array.from({ length: truth.length / horizon }, (_, window) => {
    let sum = 0;
    for (let i = window * horizon; i < (window + 1) * horizon; i++)
      sum += Math.abs((own[i] ?? NaN) - (truth[i] ?? NaN));
    return { window, sum };
  }).sort((a, b) => a.sum - b.sum);
  return errors[Math.floor(errors.length / 2)]?.window ?? 0;
}

function plotOf(
  data: ForecastData,
  test: Windows,
  forecasts: readonly NamedForecast[],
  scores: readonly Score[],
): ForecastPlot {
  const { length, horizon } = data.sizes;
  const truth = test.batch().targets.data;
  const window = medianWindow(forecasts[0]?.forecast.data ?? [], truth, horizon);
  const origin = test.originRow(window);
  const days = datesFrom(data.weather, origin + 1, horizon);
  const of = (values: Float32Array): Float32Array =>
    values.subarray(window * horizon, (window + 1) * horizon);
  return {
    title: `Seattle's daily maximum temperature, ${horizon} days ahead`,
    subtitle: `forecast after ${test.origin(window)}, whose error is the median of ${test.count} test forecasts`,
    history: {
      name: 'history',
      dates: datesFrom(data.weather, origin - length + 1, length),
      values: data.weather.columns.temp_max.subarray(origin - length + 1, origin + 1),
    },
    truth: { name: 'truth', dates: days, values: of(truth) },
    forecasts: forecasts.map(({ name, forecast: { data: values } }) => ({
      name,
      dates: days,
      values: of(values),
    })),
    errors: scores.map(({ name, errors }) => ({ name, mae: errors.mae })),
  };
}

/** What the model needs beside its own folder to forecast °C, and how well it did. */
async function write(
  output: string,
  {
    model,
    data,
    svg,
    scores,
  }: { model: Model; data: ForecastData; svg: string; scores: readonly Score[] },
): Promise<void> {
  await model.save(join(output, 'model'));
  const { sizes, seasons, scaler } = data;
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  await writeWhole(
    output,
    'preparation.json',
    json({ formatVersion: 1, ...sizes, seasons, scaler }),
  );
  const maeByName = scores.map(({ name, errors }) => [
    name,
    { mae: [...errors.mae], mean: errors.meanMae },
  ]);
  await writeWhole(
    output,
    'scores.json',
    json({ unit: '°C', test: Object.fromEntries(maeByName) }),
  );
  await writeWhole(output, 'forecast.svg', svg);
}
