import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

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

/** Okabe and Ito's colours, which stay apart for the colour-blind. */
const COLORS = ['#D55E00', '#0072B2', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];
const MEASURED = 'measured';

/** Draws the forecast of one window over its errors by horizon. SVG. */
export async function plotSvg(plot: ForecastPlot): Promise<string> {
  const names = plot.forecasts.map(({ name }) => name);
  const color = {
    field: 'name',
    type: 'nominal',
    title: null,
    scale: { domain: [MEASURED, ...names], range: ['#222222', ...COLORS.slice(0, names.length)] },
    legend: { orient: 'right', symbolType: 'stroke', symbolStrokeWidth: 3 },
  } as const;
  const emphasis = {
    condition: { test: `datum.name === '${MEASURED}' || datum.name === '${names[0]}'`, value: 2.5 },
    value: 1.3,
  } as const;
  const origin = plot.history.dates.at(-1) ?? '';
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    background: 'white',
    padding: 12,
    title: { text: plot.title, subtitle: plot.subtitle, anchor: 'start', fontSize: 16, offset: 14 },
    config: {
      axis: { labelFontSize: 11, titleFontSize: 12, gridColor: '#e6e6e6' },
      legend: { labelFontSize: 12 },
    },
    vconcat: [
      {
        width: 720,
        height: 300,
        layer: [
          {
            data: { values: [{ date: origin }] },
            mark: { type: 'rule', strokeDash: [4, 4], color: '#888888' },
            encoding: { x: { field: 'date', type: 'temporal', timeUnit: 'utcyearmonthdate' } },
          },
          {
            data: { values: [...measured(plot), ...plot.forecasts.flatMap(rowsOf)] },
            mark: { type: 'line', interpolate: 'linear', strokeJoin: 'round' },
            encoding: {
              x: {
                field: 'date',
                type: 'temporal',
                timeUnit: 'utcyearmonthdate',
                axis: { title: 'date', format: '%d %b %Y', labelAngle: -30, tickCount: 12 },
              },
              y: {
                field: 'value',
                type: 'quantitative',
                scale: { zero: false },
                axis: { title: 'daily maximum (°C)' },
              },
              color,
              strokeWidth: emphasis,
            },
          },
        ],
      },
      {
        width: 720,
        height: 190,
        title: { text: 'Errors on the test part', anchor: 'start', fontSize: 13 },
        data: {
          values: plot.errors.flatMap(({ name, mae }) =>
            Array.from(mae, (value, step) => ({ name, days: step + 1, value })),
          ),
        },
        mark: { type: 'line', point: { size: 28 } },
        encoding: {
          x: {
            field: 'days',
            type: 'quantitative',
            axis: { title: 'days ahead', tickCount: 14, grid: false },
            scale: { domainMin: 1, nice: false },
          },
          y: {
            field: 'value',
            type: 'quantitative',
            scale: { zero: false },
            axis: { title: 'mean absolute error (°C)' },
          },
          color,
          strokeWidth: emphasis,
        },
      },
    ],
  };
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

/** History and truth as one line, so that it has no hole where the forecast begins. */
function measured({ history, truth }: ForecastPlot) {
  return [...rowsOf({ ...history, name: MEASURED }), ...rowsOf({ ...truth, name: MEASURED })];
}

function rowsOf({ name, dates, values }: Line) {
  return dates.map((date, i) => ({ name, date, value: values[i] }));
}
