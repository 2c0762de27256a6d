import { chartSpec, forecastChart, horizonChart, renderSvg } from '@chronograd/report';

/** A line of the plot: its values day by day from a first day on. */
export interface Line {
  readonly name: string;
  /** ISO dates, one a value. */
  readonly dates: readonly string[];
  /** °C */
  readonly values: ArrayLike<number>;
}

/** What the plot shows. */
export interface ForecastPlot {
  readonly title: string;
  readonly subtitle: string;
  /** What was known, and what then came. */
  readonly history: Line;
  readonly truth: Line;
  /** The model's forecast first, then the baselines. */
  readonly forecasts: readonly Line[];
  /** Mean absolute errors in °C by day of the horizon, in the order of the forecasts. */
  readonly errors: readonly { readonly name: string; readonly mae: ArrayLike<number> }[];
}

/** Draws the forecast of one window over its errors by horizon. SVG. */
export function plotSvg(plot: ForecastPlot): Promise<string> {
  const { title, subtitle, history, truth, forecasts, errors } = plot;
  const origin = timesOf(history).at(-1);
  const forecast = forecastChart({
    id: 'forecast',
    title,
    subtitle,
    value: 'daily maximum (°C)',
    time: 'date',
    // History and truth as one line, so that it has no hole where the forecast begins.
    measured: {
      times: [...timesOf(history), ...timesOf(truth)],
      values: [...Array.from(history.values), ...Array.from(truth.values)],
    },
    forecasts: forecasts.map((line) => ({
      name: line.name,
      times: timesOf(line),
      values: line.values,
    })),
    ...(origin !== undefined && { origin }),
  });
  const horizon = horizonChart({
    id: 'horizon',
    title: 'Errors on the test part',
    value: 'mean absolute error (°C)',
    step: 'days ahead',
    errors,
  });
  return renderSvg(chartSpec([forecast, horizon]));
}

function timesOf({ dates }: Line): number[] {
  return dates.map((date) => Date.parse(date));
}
