/** What a forecast left over: what came, minus what was forecast. */
import { formatNumber } from '../numbers.ts';
import {
  chartWidth,
  namedColour,
  rowsOf,
  timeAxis,
  type Chart,
  type Layer,
  type Line,
} from './chart.ts';
import { coloursOf, palette } from './palette.ts';

/** What a chart of residuals over time shows. */
export interface ResidualsPlot {
  readonly id: string;
  readonly title: string;
  readonly subtitle?: string;
  /** What is on the axis of residuals. */
  readonly value: string;
  readonly time: string;
  /** By what was forecast: each step that is shown. */
  readonly residuals: readonly Line[];
}

/** Residuals as points over time, about zero. */
export function residualsChart(plot: ResidualsPlot): Chart {
  const { id, title, subtitle, value, time, residuals } = plot;
  const names = residuals.map(({ name }) => name);
  const y = {
    field: 'value',
    type: 'quantitative',
    axis: { title: value, tickCount: 6 },
  } as const;
  const parts = residuals.map(({ name, values }) => `${name} ${spread(Array.from(values))}`);
  return {
    id,
    title,
    text: `${value} by ${time}: ${parts.join('; ')}.`,
    view: {
      width: chartWidth,
      height: 200,
      title: { text: title, ...(subtitle !== undefined && { subtitle }) },
      layer: [
        zeroRule('y'),
        {
          data: { values: residuals.flatMap((line) => rowsOf(line)) },
          mark: { type: 'point', filled: true, size: 16, opacity: 0.7 },
          encoding: {
            x: timeAxis(time),
            y,
            color: {
              ...namedColour(names, coloursOf(names)),
              legend: names.length > 1 ? { symbolType: 'circle', symbolOpacity: 1 } : null,
            },
          },
        },
      ],
    },
  };
}

/** Values by the name of what they belong to. */
export interface Sample {
  readonly name: string;
  readonly values: readonly number[];
}

/** What a histogram shows. */
export interface HistogramPlot {
  readonly id: string;
  readonly title: string;
  /** What is on the axis of values. */
  readonly value: string;
  /** The model's first; missing values are left out. */
  readonly samples: readonly Sample[];
}

/** At most as many values are in a histogram; of more, every nth is. */
const mostValues = 20_000;

/** How often values lie in each of some forty bins, which all samples share; their means as lines. */
export function histogramChart({ id, title, value, samples }: HistogramPlot): Chart {
  const names = samples.map(({ name }) => name);
  const colours = coloursOf(names);
  const shown = samples.map((sample) => thinned(sample.values.filter(Number.isFinite)));
  const all = shown.flat();
  const extent = all.reduce<[number, number]>(
    ([from, to], each) => [Math.min(from, each), Math.max(to, each)],
    [0, 0],
  );
  const x = {
    field: 'data',
    type: 'quantitative',
    axis: { title: value, grid: false, tickCount: 10, labelOverlap: true },
  } as const;
  const parts = samples.map((sample) => `${sample.name} ${spread(sample.values)}`);
  return {
    id,
    title,
    text: `How often ${value} had which size: ${parts.join('; ')}.`,
    view: {
      width: chartWidth,
      height: 180,
      layer: [
        ...shown.map((values, i): Layer => ({
          data: { values },
          transform: [{ calculate: JSON.stringify(names[i]), as: 'name' }],
          mark: { type: 'bar', opacity: samples.length > 1 ? 0.55 : 0.85, binSpacing: 0.5 },
          encoding: {
            x: { ...x, bin: { maxbins: 40, extent } },
            y: {
              aggregate: 'count',
              type: 'quantitative',
              stack: null,
              axis: { title: 'how often', tickCount: 5, tickMinStep: 1 },
            },
            color: {
              field: 'name',
              type: 'nominal',
              scale: { domain: names, range: colours },
              legend: names.length > 1 ? { symbolType: 'square' } : null,
            },
          },
        })),
        zeroRule('x'),
        ...shown.map((values, i): Layer => ({
          data: { values: [{ data: meanOf(values) }] },
          mark: { type: 'rule', strokeWidth: 2, strokeDash: [6, 3], color: colours[i] ?? '' },
          encoding: { x },
        })),
      ],
    },
  };
}

/** A line at zero. */
function zeroRule(axis: 'x' | 'y'): Layer {
  return {
    data: { values: [{}] },
    mark: { type: 'rule', color: palette.guide.light },
    encoding: { [axis]: { datum: 0 } },
  };
}

/** Every nth of many values. */
function thinned(values: readonly number[]): number[] {
  const every = Math.ceil(values.length / mostValues);
  return values.filter((_, i) => i % every === 0);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean and standard deviation, for people. */
function spread(values: readonly number[]): string {
  const there = values.filter(Number.isFinite);
  const mean = meanOf(there);
  const deviation = Math.sqrt(meanOf(there.map((value) => (value - mean) ** 2)));
  return `mean ${formatNumber(mean)}, standard deviation ${formatNumber(deviation)}`;
}
