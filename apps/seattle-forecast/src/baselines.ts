import {
  column,
  errorsByHorizon,
  LinearForecaster,
  naiveForecast,
  seasonalNaiveForecast,
  type FloatTensor,
  type Windows,
} from '@chronograd/data';
import { temperatureWindows, type ForecastData } from './forecast-data.ts';

/** A forecaster's name and what it forecasts for the test windows, °C, `[windows, horizon]`. */
export interface NamedForecast {
  readonly name: string;
  readonly forecast: FloatTensor;
}

/** Strengths of the linear baseline's penalty that are tried on the validation part. */
const RIDGES = [0.001, 0.01, 0.1, 1];

/** What a forecaster must beat to be worth anything, on the test windows. */
export function baselineForecasts(data: ForecastData, test: Windows): NamedForecast[] {
  return [
    { name: 'yesterday', forecast: naiveForecast(test) },
    { name: 'last week', forecast: seasonalNaiveForecast(test, 7) },
    { name: 'last year', forecast: seasonalNaiveForecast(test, 365) },
    { name: 'season', forecast: seasonForecast(data, test) },
    { name: 'linear', forecast: bestLinear(data).forecast(test) },
  ];
}

/** The mean course of the year, whatever the weather of the last days was. */
function seasonForecast({ series }: ForecastData, cuts: Windows): FloatTensor {
  const season = column(series, 'season');
  const { count, horizon } = cuts;
  const values = new Float32Array(count * horizon).map(
    (_, i) => season[cuts.originRow(Math.floor(i / horizon)) + 1 + (i % horizon)] ?? NaN,
  );
  return { dtype: 'float32', shape: [count, horizon], data: values };
}

/** The linear map from a window's temperatures that does best on the validation part. */
function bestLinear(data: ForecastData): LinearForecaster {
  const train = temperatureWindows(data, data.split.train);
  const validation = temperatureWindows(data, data.split.validation);
  const truth = validation.batch().targets;
  const tried = RIDGES.map((ridge) => {
    const forecaster = LinearForecaster.fit(train, { ridge });
    return { forecaster, mae: errorsByHorizon(forecaster.forecast(validation), truth).meanMae };
  });
  return tried.reduce((best, next) => (next.mae < best.mae ? next : best)).forecaster;
}
