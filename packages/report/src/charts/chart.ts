/** What all charts have in common: a view, its words, and how it becomes a document of Vega-Lite. */
import type { TopLevelSpec } from 'vega-lite';
import { palette } from './palette.ts';

/** A view of Vega-Lite of one or several layers. */
export type View = Extract<TopLevelSpec, { layer: unknown }>;

/** A layer of a view. */
export type Layer = View['layer'][number];

/** A layer that draws. */
type Marks = Extract<Layer, { mark: unknown }>;

/** A chart, before it is drawn. */
export interface Chart {
  /** Its name among those of a report, which a file can have: `forecast-visits`. */
  readonly id: string;
  readonly title: string;
  /** What it shows, with its most important numbers, for those who do not see it. */
  readonly text: string;
  readonly view: View;
}

/** Width of the plain, without axes. */
export const chartWidth = 640;

/** A line that breaks where its values are missing. */
export interface Line {
  readonly name: string;
  /** Milliseconds since 1970 that clocks show, which are drawn as they are. */
  readonly times: ArrayLike<number>;
  /** As many; NaN is missing. */
  readonly values: ArrayLike<number>;
}

/**
 * The document of one chart, or of several under each other, which any program that knows
 * Vega-Lite draws; its data are within.
 *
 * @param charts at least one
 * @param title of several charts. Default: none
 */
export function chartSpec(charts: readonly Chart[], title?: string): TopLevelSpec {
  const [first, ...others] = charts;
  if (first === undefined) throw new RangeError('There is no chart');
  const shared = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    description: charts.map(({ text }) => text).join(' '),
    background: 'white',
    padding: 12,
    config,
  } as const;
  if (others.length === 0)
    return { ...first.view, ...shared, title: titled(title ?? first.title, first.view) };
  return {
    ...shared,
    ...(title !== undefined && { title }),
    // Each chart has names, and so colours, of its own.
    resolve: { scale: { color: 'independent' } },
    vconcat: charts.map((chart) => ({ ...chart.view, title: titled(chart.title, chart.view) })),
  };
}

/** A title over the subtitle that a view may have. */
function titled(text: string, { title }: View): View['title'] {
  return typeof title === 'object' && 'subtitle' in title ? { ...title, text } : { text };
}

const config = {
  aria: false,
  font: 'system-ui, sans-serif',
  mark: { invalid: 'break-paths-show-path-domains' },
  view: { stroke: null },
  title: {
    anchor: 'start',
    color: palette.text.light,
    subtitleColor: palette.text.light,
    fontSize: 14,
    subtitleFontSize: 12,
    subtitlePadding: 4,
    offset: 10,
  },
  axis: {
    labelFontSize: 12,
    labelLimit: 240,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: palette.text.light,
    titleColor: palette.text.light,
    gridColor: palette.grid.light,
    domainColor: palette.axis.light,
    tickColor: palette.axis.light,
  },
  legend: {
    orient: 'top',
    title: null,
    labelFontSize: 12,
    labelColor: palette.text.light,
    symbolStrokeWidth: 2.5,
    labelLimit: 240,
    columnPadding: 18,
  },
} as const;

/** The axis of times, drawn as they are, with a day's hours from 0 to 24. */
export function timeAxis(title: string) {
  return {
    field: 'time',
    type: 'temporal',
    scale: { type: 'utc' },
    axis: {
      title,
      grid: false,
      tickCount: 8,
      labelOverlap: 'greedy',
      labelSeparation: 8,
      format: {
        year: '%Y',
        quarter: '%b %Y',
        month: '%b %Y',
        week: '%d %b',
        date: '%d %b',
        hours: '%d %b %H:%M',
        minutes: '%H:%M',
        seconds: '%H:%M:%S',
        milliseconds: '%S.%L',
      },
    },
  } as const;
}

/** The axis of values. */
export function valueAxis(title: string, zero = false) {
  return {
    field: 'value',
    type: 'quantitative',
    scale: { zero },
    axis: { title, labelOverlap: true, tickCount: 6 },
  } as const;
}

/** The colour of rows by their `name`. */
export function namedColour(names: readonly string[], colours: readonly string[]) {
  return {
    field: 'name',
    type: 'nominal',
    scale: { domain: [...names], range: [...colours] },
    legend: { symbolType: 'stroke' },
  } as const;
}

/** A dashed line across the plain at a place of the encoding, to read by. */
export function guideRule(row: object, encoding: Marks['encoding']): Layer {
  return {
    data: { values: [row] },
    mark: { type: 'rule', strokeDash: [4, 4], color: palette.guide.light },
    encoding,
  };
}

/** Rows of a line; what is missing is null, as JSON has no NaN. */
export function rowsOf({ name, times, values }: Line, piece = 0) {
  return Array.from(times, (time, i) => {
    const value = values[i] ?? NaN;
    return { name, time, value: Number.isFinite(value) ? value : null, piece };
  });
}
