import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readCsv, type Series } from '@chronograd/data';

/** The measurements: precipitation in mm, temperatures in °C, wind in m/s. */
export type Weather = Series<'precipitation' | 'temp_max' | 'temp_min' | 'wind'>;

/** Four years of Seattle's daily weather (NOAA), as the npm package vega-datasets carries it. */
export const WEATHER_FILE = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '../data/seattle-weather.csv',
);

/**
 * Reads the weather: 1461 days from 2012 to 2015.
 *
 * @throws {@link DataError} for a file that is not whole
 */
export async function readWeather(path = WEATHER_FILE): Promise<Weather> {
  return readCsv(path, {
    time: 'date',
    columns: {
      precipitation: { type: 'number', min: 0 },
      temp_max: { type: 'number', min: -60, max: 60 },
      temp_min: { type: 'number', min: -60, max: 60 },
      wind: { type: 'number', min: 0 },
    },
  });
}
