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

/** Columns that the model sees: how far from the season's the day's temperatures are. */
export const INPUTS = ['maximum', 'minimum'] as const;
const TARGETS = ['maximum'] as const;

const HARMONICS = 2;

/**
 * The weather as the model sees it: departures of the day's maximum and minimum temperatures from
 * their mean courses of the year, each scaled to standard deviation 1. Seasons and scales know the
 * training part only. (Rain and wind were tried: the validation error was greater.)
 */
export interface ForecastData {
  readonly weather: Weather;
  readonly split: Split;
  /** Mean courses of the year, °C. */
  readonly seasons: { readonly maximum: Season; readonly minimum: Season };
  readonly scaler: Scaler;
  readonly sizes: WindowSizes;
  /** Scaled departures, and the season of the maximum in °C. */
  readonly series: Series<'maximum' | 'minimum' | 'season'>;
  /** Sequence to sequence. */
  readonly train: Windows;
}

/** Fits seasons and scales, and cuts the training windows. */
export function prepareData(
  weather: Weather,
  sizes: WindowSizes,
  dates: SplitDates = SPLIT,
): ForecastData {
  const split = splitByDate(weather, dates);
  const { temp_max, temp_min } = weather.columns;
  const seasons = {
    maximum: fitSeason(weather, temp_max, split.train, HARMONICS),
    minimum: fitSeason(weather, temp_min, split.train, HARMONICS),
  };
  const season = seasonAt(seasons.maximum, weather.time);
  const departures = withColumns(weather, {
    maximum: difference(temp_max, season),
    minimum: difference(temp_min, seasonAt(seasons.minimum, weather.time)),
    season,
  });
  const scaler = fitStandardScaler(departures, { columns: INPUTS, rows: split.train });
  const series = scaler.transform(departures);
  const train = windows(series, {
    ...sizes,
    inputs: INPUTS,
    targets: TARGETS,
    kind: 'sequenceToSequence',
    rows: split.train,
  });
  return { weather, split, seasons, scaler, sizes, series, train };
}

function difference(values: Float64Array, others: Float64Array): Float64Array {
  return values.map((value, row) => value - (others[row] ?? NaN));
}

/** Windows of a later part, one for each day from which all of the horizon lies in the part. */
export function forecastWindows(data: ForecastData, rows: RowRange): Windows {
  return windows(data.series, {
    ...data.sizes,
    inputs: INPUTS,
    targets: TARGETS,
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
  const { offset, scale } = data.scaler.of('maximum');
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
