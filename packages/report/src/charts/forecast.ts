/** What was forecast, beside what came. */
import { formatNumber, percentOf } from '../numbers.ts';
import {
  chartWidth,
  guideRule,
  namedColour,
  rowsOf,
  timeAxis,
  valueAxis,
  type Chart,
  type Layer,
  type Line,
} from './chart.ts';
import { coloursOf, palette, series } from './palette.ts';

/** The name of what came, among those of forecasters. */
export const measuredName = 'measured';

/** An interval about the forecast of the model. */
export interface Band {
  /** Share of what comes that it is to hold. */
  readonly share: number;
  readonly times: ArrayLike<number>;
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
}

/** What a chart of forecasts shows. */
export interface ForecastPlot {
  readonly id: string;
  readonly title: string;
  readonly subtitle?: string;
  /** What is on the axis of values: name, and unit where there is one. */
  readonly value: string;
  /** What is on the axis of times. */
  readonly time: string;
  readonly measured: Omit<Line, 'name'>;
  /**
   * The model's first. Lines of one name are pieces of the same forecaster: each begins after an
   * origin of its own, and they are not joined.
   */
  readonly forecasts: readonly Line[];
  /** The widest first; as pieces where forecasts are. */
  readonly bands?: readonly Band[];
  /** Where the forecast begins: the last time that was known. */
  readonly origin?: number;
}

/** Forecasts over what came, with their intervals. */
export function forecastChart(plot: ForecastPlot): Chart {
  const { measured, forecasts, bands = [], origin } = plot;
  const names = [...new Set(forecasts.map(({ name }) => name))];
  const [own = ''] = names;
  const color = namedColour([measuredName, ...names], [palette.ink.light, ...coloursOf(names)]);
  const x = timeAxis(plot.time);
  const y = valueAxis(plot.value);
  const rows = forecasts.flatMap((line, i) => rowsOf(line, i));
  const shares = [...new Set(bands.map(({ share }) => share))];
  const count = Math.max(measured.times.length, rows.length / Math.max(names.length, 1));
  const dots = count <= 60 ? ({ point: { size: 18 } } as const) : {};
  return {
    id: plot.id,
    title: plot.title,
    text: forecastText(plot, names, shares),
    view: {
      width: chartWidth,
      height: 280,
      title: { text: plot.title, ...(plot.subtitle !== undefined && { subtitle: plot.subtitle }) },
      layer: [
        ...bands.map((band): Layer => ({
          data: { values: bandRows(band) },
          mark: {
            type: 'area',
            color: series[0].light,
            opacity: shares.length > 1 ? 0.14 : 0.2,
          },
          encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' } },
        })),
        ...(origin === undefined ? [] : [guideRule({ time: origin }, { x })]),
        {
          data: { values: rowsOf({ name: measuredName, ...measured }) },
          mark: { type: 'line', strokeWidth: 1.5, strokeJoin: 'round', ...dots },
          encoding: { x, y, color },
        },
        {
          data: { values: rows },
          mark: { type: 'line', strokeJoin: 'round', ...dots },
          encoding: {
            x,
            y,
            color,
            detail: { field: 'piece', type: 'nominal' },
            strokeWidth: {
              condition: { test: `datum.name === ${JSON.stringify(own)}`, value: 2 },
              value: 1.2,
            },
          },
        },
      ],
    },
  };
}

function bandRows({ times, lower, upper }: Band) {
  return Array.from(times, (time, at) => ({
    time,
    lower: finite(lower[at]),
    upper: finite(upper[at]),
  }));
}

function forecastText(
  { value, measured, forecasts, time }: ForecastPlot,
  names: readonly string[],
  shares: readonly number[],
): string {
  const times = Array.from(measured.times);
  const day = (at: number | undefined): string =>
    at === undefined ? '' : new Date(at).toISOString().slice(0, 16).replace('T00:00', '');
  const range = (values: readonly number[]): string => {
    const there = values.filter(Number.isFinite);
    return `${formatNumber(Math.min(...there))} to ${formatNumber(Math.max(...there))}`;
  };
  const parts = names.map((name) => {
    const own = forecasts.filter((line) => line.name === name);
    return `${name} ${range(own.flatMap(({ values }) => Array.from(values)))}`;
  });
  const bands = shares.map((share) => `${percentOf(share)} %`).join(', ');
  return [
    `${value} by ${time}, ${day(times[0])} to ${day(times.at(-1))}:`,
    `measured ${range(Array.from(measured.values))}, ${parts.join(', ')}.`,
    ...(bands === '' ? [] : [`Bands: intervals of ${bands}.`]),
  ].join(' ');
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
