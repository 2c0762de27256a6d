import {
  column,
  fitStandardScaler,
  splitByDate,
  timeAt,
  windows,
  withColumns,
  type FloatTensor,
  type Forecasts,
  type RowRange,
  type Scaler,
  type Series,
  type Split,
  type SplitDates,
  type Windows,
} from '@chronograd/data';
import { fitSeason, seasonAt, type Season } from './season.ts';
import type { Weather } from './weather.ts';

/** How windows are cut. */
export interface WindowSizes {
  /** Days that the model sees. */
  readonly length: number;
  /** Days to forecast. */
  readonly horizon: number;
}

/** Two and a half years to train on, half a year to choose by, a year to be judged by. */
export const SPLIT: SplitDates = { validation: '2014-07-01', test: '2015-01-01' };

/** Columns that the model sees. */
export const INPUTS = ['departure'] as const;

const HARMONICS = 2;

/**
 * The weather as the model sees it. It sees and forecasts the departure of the day's maximum
 * temperature from the mean course of the year, scaled to standard deviation 1; season and scale
 * know the training part only.
 */
export interface ForecastData {
  readonly weather: Weather;
  readonly split: Split;
  readonly season: Season;
  readonly scaler: Scaler;
  readonly sizes: WindowSizes;
  /** What the windows are cut from: departures, scaled, and the season in °C. */
  readonly series: Series<'departure' | 'season'>;
  /** Sequence to sequence. */
  readonly train: Windows;
}

/** Fits season and scale, and cuts the training windows. */
export function prepareData(
  weather: Weather,
  sizes: WindowSizes,
  dates: SplitDates = SPLIT,
): ForecastData {
  const split = splitByDate(weather, dates);
  const maximum = weather.columns.temp_max;
  const season = fitSeason(weather, maximum, split.train, HARMONICS);
  const normal = seasonAt(season, weather.time);
  const departures = withColumns(weather, {
    departure: maximum.map((value, row) => value - (normal[row] ?? NaN)),
    season: normal,
  });
  const scaler = fitStandardScaler(departures, { columns: ['departure'], rows: split.train });
  const series = scaler.transform(departures);
  const train = windows(series, {
    ...sizes,
    inputs: INPUTS,
    targets: ['departure'],
    kind: 'sequenceToSequence',
    rows: split.train,
  });
  return { weather, split, season, scaler, sizes, series, train };
}

/** Windows of a later part, one for each day from which all of the horizon lies in the part. */
export function forecastWindows(data: ForecastData, rows: RowRange): Windows {
  return windows(data.series, {
    ...data.sizes,
    inputs: INPUTS,
    targets: ['departure'],
    kind: 'manySteps',
    rows,
  });
}

/** The same windows of the temperature itself, °C: what the baselines see, and the truth. */
export function temperatureWindows(data: ForecastData, rows: RowRange): Windows {
  return windows(data.weather, {
    ...data.sizes,
    inputs: ['temp_max'],
    targets: ['temp_max'],
    kind: 'manySteps',
    rows,
  });
}

/**
 * Forecasts in °C from what the model gives for windows.
 *
 * @param data season and scale
 * @param cuts the windows that were predicted
 * @param predicted scaled departures at every step, `[windows, length, horizon]`; the last counts
 * @returns `[windows, horizon]`
 */
export function toTemperatures(
  data: ForecastData,
  cuts: Windows,
  predicted: Forecasts,
): FloatTensor {
  const { length, horizon } = data.sizes;
  const { offset, scale } = data.scaler.of('departure');
  const season = column(data.series, 'season');
  const result = new Float32Array(cuts.count * horizon);
  for (let window = 0; window < cuts.count; window++)
    for (let step = 0; step < horizon; step++) {
      const departure = predicted.data[(window * length + length - 1) * horizon + step] ?? NaN;
      const row = cuts.originRow(window) + 1 + step;
      result[window * horizon + step] = departure * scale + offset + (season[row] ?? NaN);
    }
  return { dtype: 'float32', shape: [cuts.count, horizon], data: result };
}

/** ISO dates of `count` rows. */
export function datesFrom(series: Series, row: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => timeAt(series, row + i));
}
